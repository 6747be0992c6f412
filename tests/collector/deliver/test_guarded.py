"""Errors that a sink raises, as its delivery sees them."""

import asyncio

import pytest

from otel_bridge_collector.deliver.guarded import send_guarded
from otel_bridge_collector.errors import PermanentError, RefusedError, RetryableError


async def failing(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "error", [PermanentError("no"), RefusedError({0: "no"}), RetryableError("later"), OSError("disk")]
)
def test_what_a_sink_may_raise_passes_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        asyncio.run(send_guarded(lambda: failing(error)))

    assert caught.value is error


def test_what_nobody_foresaw_stays() -> None:
    with pytest.raises(PermanentError, match="KeyError: 'x'"):
        asyncio.run(send_guarded(lambda: failing(KeyError("x"))))


def test_what_was_sent_is_returned() -> None:
    async def sent() -> int:
        return 3

    assert asyncio.run(send_guarded(sent)) == 3
