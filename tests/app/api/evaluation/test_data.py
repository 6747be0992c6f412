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
        case: Any = await anext(aiter(cases(data)))
        return case.input

    assert (asyncio.run(first()), read) == (0, [0])


def test_what_the_data_raises_comes_through() -> None:
    async def data() -> AsyncIterator[Any]:
        yield {"input": 1}
        raise KeyError("k")

    async def all_of_it() -> list[Any]:
        return [case async for case in cases(data)]

    with pytest.raises(KeyError):
        asyncio.run(all_of_it())


def needs(x: int) -> list[Any]:
    return [x]


async def a_list() -> list[Any]:
    return []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(None, "data is None: it is a list or any other iterable of cases, ", id="none"),
        pytest.param("abc", "data is a str: it is a list", id="text"),
        pytest.param(5, "data is an int: it is a list", id="number"),
        pytest.param({"input": 1}, r"data is a dict: one case stands in a list too, data=\[", id="one case"),
        pytest.param(lambda: None, "what `<lambda>` returned is None: it is a list", id="function"),
        pytest.param(needs, "data is called without arguments, and `needs` needs some: .*'x'", id="argument"),
        pytest.param(a_list, "what `a_list` returned is a coroutine", id="coroutine"),
    ],
)
def test_data_that_gives_no_cases_is_told_what_it_is_and_what_it_should_be(data: Any, message: str) -> None:
    async def all_of_it() -> list[Any]:
        return [case async for case in cases(data)]

    with pytest.raises(TypeError, match=message):
        asyncio.run(all_of_it())


def test_in_the_place_of_a_case_that_is_none_stands_why() -> None:
    async def all_of_it() -> list[Any]:
        return [case async for case in cases([{"input": 1}, {"inputs": 2}, "x", {"input": 4}])]

    first, second, third, fourth = asyncio.run(all_of_it())

    assert (first.input, fourth.input) == (1, 4)
    assert str(second).startswith("case 2 of the data has no input: it has inputs; a case is a dictionary")
    assert isinstance(second, TypeError)
    assert str(third).startswith("case 3 of the data is a str: a case is a dictionary with input, as ")
    assert isinstance(third, AttributeError)
