"""`GET /v1/receipts`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.access import Access, owner_access
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.receipts import Receipts, receipt_operations
from otel_bridge_collector.receipt.ledger import ReceiptLedger
from otel_bridge_collector.spool.record import Record
from tests.collector.receipt.test_ledger import A, B, record, told
from tests.support.api import caught_up_at_once

RECORDS = [
    record(1, told(A, 1, pid=7, ended=20, queue_full=4), projects=["p"]),
    record(2, told(B, 1, pid=8, ended=10), projects=["q"]),
    record(3, None),
]


@contextmanager
def ledger_with(folder: Path, *records: Record) -> Iterator[ReceiptLedger]:
    with closing(ReceiptLedger(folder / "receipts.sqlite")) as ledger:
        ledger.count(records, next_seq=9)
        yield ledger


def asked(ledger: ReceiptLedger, query: str = "", access: Access | None = None) -> dict[str, Any]:
    receipts = Receipts(ledger, (lambda: access) if access else owner_access, now_ns=lambda: 3)
    routes = [each.route() for each in receipt_operations(receipts, caught_up_at_once)]
    client = TestClient(Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS))
    answer: dict[str, Any] = client.get(f"/v1/receipts{query}").json()
    return answer


def test_each_process_is_told_the_newest_first(tmp_path: Path) -> None:
    with ledger_with(tmp_path, *RECORDS) as ledger:
        answer = asked(ledger)

    assert (answer["is_current"], answer["total"]) == (True, 3)
    assert [each["name"] for each in answer["receipts"]] == ["app i", "process 8 of app", "process 7 of app"]
    last = answer["receipts"][2]
    assert (last["ended"], last["queue_full"], last["stored"], last["in_flight"]) == (20, 4, 10, 6)
    assert last["says"] == (
        "of 20 spans of process 7 of app, 4 were dropped there because the queue was full, 6 are still on their way"
    )


@pytest.mark.parametrize("process", [A, "7"])
def test_one_process_can_be_asked_for(tmp_path: Path, process: str) -> None:
    with ledger_with(tmp_path, *RECORDS) as ledger:
        answer = asked(ledger, f"?process={process}")

    assert [each["process"] for each in answer["receipts"]] == [A]


def test_a_key_sees_the_senders_of_its_reach_only(tmp_path: Path) -> None:
    access = Access(scopes=frozenset(), projects=frozenset({"p"}))
    with ledger_with(tmp_path, *RECORDS) as ledger:
        answer = asked(ledger, access=access)

    assert [each["process"] for each in answer["receipts"]] == [A]


def test_the_newest_can_be_asked_for(tmp_path: Path) -> None:
    with ledger_with(tmp_path, *RECORDS) as ledger:
        answer = asked(ledger, "?limit=1")

    assert (len(answer["receipts"]), answer["total"]) == (1, 3)


@pytest.mark.parametrize("limit", ["x", "-1", "10001", "9" * 5_000])
def test_a_limit_that_is_none_is_refused(tmp_path: Path, limit: str) -> None:
    with ledger_with(tmp_path) as ledger:
        assert asked(ledger, f"?limit={limit}")["code"] == "badLimit"
