"""Cases one at a time; the kinds of data are in test_evaluate_vectors (14)."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from otel_bridge.api.evaluation.data import cases


def test_data_is_not_read_ahead() -> None:
    read: list[int] = []

    def data() -> Iterator[Any]:
        for number in range(3):
            read.append(number)
            yield {"input": number}

    async def first() -> Any:
        return (await anext(aiter(cases(data)))).input

    assert (asyncio.run(first()), read) == (0, [0])


def test_what_the_data_raises_comes_through() -> None:
    async def data() -> AsyncIterator[Any]:
        yield {"input": 1}
        raise KeyError("k")

    async def all_of_it() -> list[Any]:
        return [case async for case in cases(data)]

    with pytest.raises(KeyError):
        asyncio.run(all_of_it())
