"""Requests that wait while memory is short."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable

import pytest

from otel_bridge_collector.errors import OverloadedError
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.pressure import (
    relieve_pressure,
    resident_bytes,
)


@contextlib.asynccontextmanager
async def relieving(admission: Admission, taken: list[int], max_bytes: int) -> AsyncIterator[None]:
    task = asyncio.create_task(
        relieve_pressure(admission, max_bytes, resident=lambda: taken[0], look_every_s=0.001)
    )
    try:
        yield
    finally:
        task.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a state of others
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("taken", "pressed"),
    [pytest.param(850, 0, id="at it"), pytest.param(851, 1, id="just over it")],
)
def test_above_its_share_of_the_limit_memory_is_short(taken: int, pressed: int) -> None:
    looks: list[int] = []

    def resident() -> int:
        looks.append(taken)
        return taken

    async def run() -> bool:
        admission = Admission(100)
        task = asyncio.create_task(relieve_pressure(admission, 1000, resident=resident, look_every_s=0.001))
        await until(lambda: len(looks) > 5)
        task.cancel()
        return admission.is_pressed

    assert asyncio.run(run()) == bool(pressed)


def test_requests_that_wait_get_in_when_memory_is_free_again(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        admission, taken = Admission(100, wait_s=30), [2000]
        async with relieving(admission, taken, 1000):
            await until(lambda: admission.is_pressed)
            await admission.take("a", 10)
            waiting = asyncio.create_task(admission.take("b", 10))
            await asyncio.sleep(0.01)
            assert not waiting.done()
            taken[0] = 100
            await waiting

    asyncio.run(run())

    assert [record.message for record in caplog.records if "memory is short" in record.message]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process takes")
def test_the_memory_of_the_process_is_what_the_kernel_says() -> None:
    held = bytearray(64 << 20)
    with_it = resident_bytes()
    del held

    assert with_it - resident_bytes() > 60 << 20


def test_while_memory_is_short_one_request_at_a_time_gets_in() -> None:
    async def run() -> None:
        admission = Admission(100, wait_s=0.01)
        admission.press(is_pressed=True)
        await admission.take("a", 10)
        with pytest.raises(OverloadedError):
            await admission.take("b", 10)
        admission.give_back("a", 10)
        await admission.take("b", 10)

    asyncio.run(run())
