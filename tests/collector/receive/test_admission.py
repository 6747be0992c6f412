"""How much may be in flight: bounded in all, and shared out."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from otel_bridge_collector.errors import OverloadedError
from otel_bridge_collector.receive.admission import Admission

ROOM = 900


def run(scenario: Callable[[Admission], Awaitable[None]], *, wait_s: float = 0.0) -> Admission:
    admission = Admission(ROOM, wait_s=wait_s)
    asyncio.run(_run(scenario, admission))
    return admission


async def _run(scenario: Callable[[Admission], Awaitable[None]], admission: Admission) -> None:
    await scenario(admission)


def test_a_caller_alone_gets_two_thirds_and_not_a_byte_more() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("a") as hold:
            for _ in range(6):
                await hold.grow(100)
            with pytest.raises(OverloadedError) as caught:
                await hold.grow(1)
        assert caught.value.is_own

    assert run(scenario).used_bytes == 0


def test_one_request_may_take_all_the_room_and_not_a_byte_more() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("a") as hold:
            await hold.grow(ROOM)
        with admission.hold("a") as hold:
            with pytest.raises(OverloadedError) as caught:
                await hold.grow(ROOM + 1)
            assert not caught.value.is_own

    run(scenario)


def test_a_request_that_holds_what_it_needs_goes_on_however_full_it_is() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("a") as first, admission.hold("b") as second:
            await first.grow(ROOM // 2)
            await second.grow(ROOM // 2)
            await first.grow(0)

    assert run(scenario).used_bytes == 0


def test_who_takes_all_that_it_can_leaves_room_for_another() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("greedy") as greedy, admission.hold("modest") as modest:
            for _ in range(ROOM * 2 // 3 // 10):
                await greedy.grow(10)
            with pytest.raises(OverloadedError):
                await greedy.grow(10)
            await modest.grow(ROOM // 6)

            assert greedy.size_bytes == ROOM * 2 // 3

    run(scenario)


def test_of_two_greedy_callers_each_gets_as_much_in_the_end() -> None:
    async def scenario(admission: Admission) -> None:
        shares = {"a": [], "b": []}  # type: dict[str, list[int]]
        held: list[tuple[str, int]] = []
        for _ in range(500):
            for caller, sizes in shares.items():
                try:
                    await admission.take(caller, 10)
                except OverloadedError:
                    continue
                held.append((caller, 10))
                sizes.append(10)
            for caller, size in held[:2]:
                admission.give_back(caller, size)
            del held[:2]
        totals = [sum(sizes) for sizes in shares.values()]

        assert max(totals) - min(totals) <= 20
        assert sum(totals) > ROOM

    run(scenario)


def test_a_request_waits_for_others_to_be_answered() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("a") as first:
            await first.grow(ROOM)
            waiting = asyncio.create_task(admission.take("b", 10))
            await asyncio.sleep(0)
            assert not waiting.done()
            first.shrink_to(ROOM - 10)
            await waiting

            assert admission.used_bytes == ROOM
        admission.give_back("b", 10)

    assert run(scenario, wait_s=30).used_bytes == 0


def test_a_request_that_is_given_up_waits_no_more() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("a") as first:
            await first.grow(ROOM)
            waiting = asyncio.create_task(admission.take("b", 10))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

            assert admission.used_bytes == ROOM

    run(scenario, wait_s=30)


def test_the_last_one_that_may_wait_waits_and_the_next_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("otel_bridge_collector.receive.admission._MAX_WAITING", 1)

    async def scenario(admission: Admission) -> None:
        with admission.hold("a") as first:
            await first.grow(ROOM)
            waiting = asyncio.create_task(admission.take("b", 10))
            await asyncio.sleep(0)
            with pytest.raises(OverloadedError):
                await admission.take("c", 10)
            assert not waiting.done()
            first.shrink_to(0)
            await waiting

    run(scenario, wait_s=30)


def test_room_that_is_handed_over_outlives_its_request() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("nobody") as hold:
            await hold.grow(200)
            kept = hold.hand_over("owner")
        assert (admission.used_bytes, kept.caller) == (200, "owner")
        kept.give_back()
        kept.give_back()

    assert run(scenario).used_bytes == 0


def test_what_is_handed_over_leaves_as_much_free() -> None:
    async def scenario(admission: Admission) -> None:
        with admission.hold("owner") as own, admission.hold("nobody") as hold:
            await own.grow(400)
            await hold.grow(51)
            with pytest.raises(OverloadedError) as caught:
                hold.hand_over("owner")
            assert (caught.value.is_own, hold.size_bytes) == (True, 51)
            hold.shrink_to(50)
            hold.hand_over("owner").give_back()

    assert run(scenario).used_bytes == 0
