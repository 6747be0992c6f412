"""What is known of one process, and how it adds up."""

from typing import Any

import pytest

from otel_bridge.contract.receipt import Receipt, encode_receipt
from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.receipt.account import MAX_REASONS, OTHER_REASONS, SILENT_S, Account, standing

PROCESS = "ab" * 16
NOW_NS = 1_000_000_000_000


def told(batch: int, **counts: Any) -> str:
    return encode_receipt(Receipt(process=PROCESS, pid=4711, batch=batch, **counts))


def sender(spans: int, *, newest_end_ns: int = 0) -> Sender:
    return Sender(
        service="app",
        instance="i",
        sdk="opentelemetry python 1.45.1",
        spans=spans,
        newest_end_ns=newest_end_ns,
        dropped_attributes=0,
    )


def test_a_request_that_comes_twice_is_new_once() -> None:
    account = Account(key=PROCESS)

    assert [account.hear(told(batch), NOW_NS) for batch in (1, 3, 1, 2)] == [True, True, False, True]


def test_the_receipt_with_the_highest_number_counts_whatever_came_last() -> None:
    account = Account(key=PROCESS)
    for batch, ended in ((2, 20), (1, 10)):
        account.hear(told(batch, ended=ended), NOW_NS)

    assert account.receipt == Receipt(process=PROCESS, pid=4711, batch=2, ended=20)


def test_every_span_that_ended_is_somewhere() -> None:
    account = Account(key=PROCESS)
    account.hear(
        told(
            5, ended=100, unsampled=1, filtered=2, queue_full=3, failed=9, refused=4, waiting=30, is_last=True
        ),
        NOW_NS,
    )
    account.take(sender(60), NOW_NS)
    account.reject(None, 6, "the trace id is missing")

    found = standing(account, {"too large": 2}, NOW_NS)

    assert (found.unsent, found.refused, found.never_arrived, found.stored) == (5, 4, 19, 58)
    assert found.missing_batches == 4
    here = 1 + 2 + 3 + found.unsent + found.refused + found.never_arrived + 6 + 2 + found.stored
    assert here == found.ended


def test_what_an_app_counts_as_lost_and_came_all_the_same_is_told() -> None:
    account = Account(key=PROCESS)
    account.hear(told(1, ended=10, failed=10), NOW_NS)
    account.take(sender(10), NOW_NS)

    found = standing(account, {}, NOW_NS)

    assert (found.arrived_after_all, found.never_arrived, found.stored) == (10, 0, 10)


@pytest.mark.parametrize(
    ("is_last", "silence_s", "state", "in_flight", "never_arrived"),
    [
        pytest.param(False, SILENT_S - 1, "running", 3, 0, id="may still send"),
        pytest.param(False, SILENT_S + 1, "silent", 0, 3, id="silent"),
        pytest.param(True, 0.0, "ended", 0, 3, id="ended"),
    ],
)
def test_what_is_due_never_arrives_once_its_process_is_gone(
    silence_s: float, state: str, in_flight: int, never_arrived: int, *, is_last: bool
) -> None:
    account = Account(key=PROCESS)
    account.hear(told(1, ended=10, waiting=10, is_last=is_last), NOW_NS)
    account.take(sender(7), NOW_NS)

    found = standing(account, {}, NOW_NS + int(silence_s * 1e9))

    assert (found.state, found.in_flight, found.never_arrived) == (state, in_flight, never_arrived)


def test_a_process_that_has_nothing_to_send_is_not_silent() -> None:
    account = Account(key=PROCESS)
    account.hear(told(1, ended=7, waiting=7), NOW_NS)
    account.take(sender(7), NOW_NS)

    assert standing(account, {}, NOW_NS + int(3600e9)).state == "running"


def test_of_a_plain_sender_only_what_came_is_known() -> None:
    account = Account(key="app i")
    account.hear(None, NOW_NS)
    account.take(sender(7), NOW_NS)

    found = standing(account, {}, NOW_NS)

    assert (found.state, found.ended, found.arrived, found.stored) == ("plain", 7, 7, 7)


def test_a_rejection_counts_once_for_each_request() -> None:
    account = Account(key=PROCESS)

    for batch in (1, 1, 2):
        account.reject(told(batch), 3, "bad")

    assert account.rejected == {"bad": 6}


def test_reasons_are_bounded() -> None:
    account = Account(key=PROCESS)

    for number in range(MAX_REASONS + 5):
        account.reject(None, 1, f"reason {number}")

    assert len(account.rejected) == MAX_REASONS + 1
    assert account.rejected[OTHER_REASONS] == 5


def test_the_least_lag_tells_of_a_clock_that_is_ahead() -> None:
    account = Account(key=PROCESS)
    for end_ns in (NOW_NS - 5, NOW_NS + 60, NOW_NS - 1):
        account.take(sender(1, newest_end_ns=end_ns), NOW_NS)

    assert account.least_lag_ns == -60
