"""The ledger in its file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from otel_bridge.contract.receipt import Receipt, encode_receipt
from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.receipt import ledger as module
from otel_bridge_collector.receipt.ledger import MAX_AGE_S, VERSION, ReceiptLedger, Word
from otel_bridge_collector.spool.record import CANARY_PROJECT, Record, Routing

A, B = "a" * 32, "b" * 32


def told(process: str, batch: int, **counts: Any) -> str:
    return encode_receipt(Receipt(process=process, batch=batch, **counts))


def record(
    seq: int, receipt: str | None, spans: int = 10, projects: list[str] | None = None, service: str = "app"
) -> Record:
    sender = Sender(service=service, instance="i", sdk="", spans=spans, newest_end_ns=1, dropped_attributes=0)
    routing = Routing(
        signal="traces",
        parent=None,
        xact=seq,
        received_ns=seq,
        projects=projects,
        receipt=receipt,
        senders=[sender],
    )
    return Record(seq=seq, routing=routing, payload=b"")


@contextmanager
def opened(folder: Path) -> Iterator[ReceiptLedger]:
    ledger = ReceiptLedger(folder / "receipts.sqlite")
    yield ledger
    ledger.close()


def arrived(ledger: ReceiptLedger, projects: set[str] | None = None) -> dict[str, int]:
    return {account.key: account.arrived for account, _ in ledger.accounts(projects)}


def test_counts_and_their_place_survive(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        assert ledger.begin(1) == 1
        ledger.count([record(1, told(A, 1)), record(2, told(B, 1)), record(3, told(A, 2))], next_seq=4)

    with opened(tmp_path) as ledger:
        assert ledger.begin(9) == 4
        assert arrived(ledger) == {A: 20, B: 10}


def test_senders_without_receipts_are_known_by_their_resource(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.count([record(1, None), record(2, None, service="other")], next_seq=3)

        assert arrived(ledger) == {"other i": 10, "app i": 10}


def test_a_repeated_request_counts_once(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.count([record(1, told(A, 1)), record(2, told(A, 1))], next_seq=3)

        assert arrived(ledger) == {A: 10}


def test_what_the_sidecar_sends_itself_does_not_count(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.begin(1)
        ledger.count([record(1, None, projects=[CANARY_PROJECT])], next_seq=2)

        assert arrived(ledger) == {}


def test_what_is_buried_counts_once_and_can_be_revived(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.count([record(1, told(A, 1))], next_seq=2)
        for _ in range(2):
            ledger.bury(record(1, told(A, 1)), "too large", 3)
        ((_, before),) = ledger.accounts(None)
        ledger.revive(1)
        ((_, after),) = ledger.accounts(None)

    assert (before, after) == ({"too large": 3}, {})


def test_a_request_without_spans_is_heard(tmp_path: Path) -> None:
    word = Word(receipt=told(A, 2, ended=10, is_last=True), projects=None, senders=[])
    with opened(tmp_path) as ledger:
        ledger.hear(word, 7)
        ((account, _),) = ledger.accounts(None)

    assert account.receipt == Receipt(process=A, batch=2, ended=10, is_last=True)
    assert account.last_ns == 7


def test_what_was_rejected_is_heard_with_its_reason(tmp_path: Path) -> None:
    word = Word(receipt=told(A, 1), projects=None, senders=[], rejected=2, reason="the trace id is missing")
    with opened(tmp_path) as ledger:
        ledger.hear(word, 7)
        ledger.hear(replace(word, receipt=told(A, 2)), 8)
        ((account, _),) = ledger.accounts(None)

    assert account.rejected == {"the trace id is missing": 4}


def test_nobody_sees_or_changes_an_account_of_a_wider_or_another_reach(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        reaches = (None, ["p"], ["q"], ["p", "q"])
        ledger.count(
            [record(seq, told(A, 1), spans=seq, projects=reach) for seq, reach in enumerate(reaches, 1)],
            next_seq=5,
        )

        assert [account.arrived for account, _ in ledger.accounts({"p"})] == [2]
        assert [account.arrived for account, _ in ledger.accounts({"p", "q"})] == [4, 3, 2]
        assert len(ledger.accounts(None)) == 4


def test_the_oldest_of_one_reach_go_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ACCOUNTS", 2)
    with opened(tmp_path) as ledger:
        ledger.count(
            [
                record(1, told(B, 1), projects=["other"]),
                *(record(seq, None, service=f"app{seq}") for seq in range(2, 6)),
            ],
            next_seq=6,
        )
        ledger.forget(now_ns=6)

        assert sorted(arrived(ledger)) == ["app4 i", "app5 i", B]


def test_what_was_not_heard_for_long_goes(tmp_path: Path) -> None:
    with opened(tmp_path) as ledger:
        ledger.count([record(1, told(A, 1)), record(2, told(B, 1))], next_seq=3)
        ledger.forget(now_ns=2 + int(MAX_AGE_S * 1e9))

        assert arrived(ledger) == {B: 10}


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "receipts.sqlite").write_bytes(b"x" * 5_000)

    with pytest.raises(StoreError, match="move it away"):
        ReceiptLedger(tmp_path / "receipts.sqlite")


def test_a_file_of_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "receipts.sqlite")) as file:
        file.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(StoreError, match=f"receipts.sqlite are of version {VERSION + 1}"):
        ReceiptLedger(tmp_path / "receipts.sqlite")


def test_a_new_file_states_its_version(tmp_path: Path) -> None:
    ReceiptLedger(tmp_path / "receipts.sqlite").close()

    with closing(sqlite3.connect(tmp_path / "receipts.sqlite")) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (VERSION,)
