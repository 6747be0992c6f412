"""Transaction ids and pagination keys."""

from otel_bridge_collector.store.xact import XactClock, pagination_key

RECORDED_XACT = 1000197156530614077
"""With its key, from a row of the hosted service (spec/translation.md section 1.3)."""


def test_a_key_is_what_braintrust_makes_of_the_same_transaction() -> None:
    assert pagination_key(RECORDED_XACT, 1) == "p07639156500287258625"


def test_an_id_begins_with_the_second() -> None:
    xact = XactClock(0, now_s=lambda: 1778629724.9).next()

    assert xact >> 16 == RECORDED_XACT >> 16


def test_ids_of_one_second_grow() -> None:
    clock = XactClock(0, now_s=lambda: 1_000)

    ids = [clock.next() for _ in range(70_000)]

    assert ids == sorted(set(ids))


def test_ids_grow_when_the_clock_goes_back() -> None:
    last = XactClock(0, now_s=lambda: 2_000).next()

    assert XactClock(last, now_s=lambda: 1_000).next() > last


def test_a_transaction_with_many_rows_has_a_key_for_each() -> None:
    clock = XactClock(0, now_s=lambda: 1_000)
    first, second = clock.next(payload_bytes=400_000), clock.next()

    keys = [*(pagination_key(first, index) for index in range(200_000)), pagination_key(second, 0)]

    assert keys == sorted(set(keys))


def test_ids_after_a_restart_lie_behind_the_room_of_the_last_transaction() -> None:
    last = XactClock(0, now_s=lambda: 1_000).next(payload_bytes=400_000)

    assert pagination_key(XactClock(last, now_s=lambda: 1_000).next(), 0) > pagination_key(last, 199_999)
