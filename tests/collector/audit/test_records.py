"""The spool and dead letters."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.records import audit_dead_letters, audit_record, audit_spool
from otel_bridge_collector.decode.native import pack_rows
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.spool.record import Record, Signal
from tests.support.masking import rules_of
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.rows import row
from tests.support.spool import ROUTING, open_spool

MAIL = "bob@x.example"
RULES = rules_of("{patterns: [emails]}")
PAYLOADS: dict[Signal, tuple[bytes, str]] = {
    "traces": (traces(span(attributes={"a": MAIL})).SerializeToString(), "a"),
    "logs": (logs(log_record(MAIL)).SerializeToString(), "body"),
    "rows": (pack_rows([row("a", input=MAIL)]), "input"),
}


def record(signal: Signal, payload: bytes) -> Record:
    return Record(seq=1, routing=replace(ROUTING, signal=signal), payload=payload)


def found(findings: Findings) -> list[tuple[str, str]]:
    return [(each.place, each.field) for each in findings.listed()]


@pytest.mark.parametrize("signal", PAYLOADS)
def test_a_record_of_each_signal_is_looked_through(signal: Signal) -> None:
    payload, field = PAYLOADS[signal]
    findings = Findings(RULES)

    audit_record("spool", record(signal, payload), RULES, findings)

    assert found(findings) == [("spool", field)]


@pytest.mark.parametrize("signal", PAYLOADS)
def test_a_payload_that_is_damaged_is_told(signal: Signal) -> None:
    findings = Findings(RULES)

    audit_record("spool", record(signal, b"\xff"), RULES, findings)

    assert findings.unreadable == {"spool": 1}


def test_the_spool_is_looked_through_to_its_end(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        for signal, (payload, _) in PAYLOADS.items():
            asyncio.run(spool.append(replace(ROUTING, signal=signal), payload))
        size = spool.size_bytes
    findings, steps = Findings(RULES), list[int]()

    audit_spool(tmp_path, RULES, findings, steps.append)

    assert found(findings) == [("spool", "a"), ("spool", "body"), ("spool", "input")]
    assert (sum(steps), +findings.unreadable) == (size, {})


def test_damage_in_the_spool_is_told(tmp_path: Path) -> None:
    with open_spool(tmp_path) as spool:
        for payload, _ in PAYLOADS.values():
            asyncio.run(spool.append(replace(ROUTING, signal="rows"), payload))
    (segment,) = tmp_path.glob("*.seg")
    data = bytearray(segment.read_bytes())
    data[5] ^= 1
    segment.write_bytes(data + b"unfinished")
    findings = Findings(RULES)

    audit_spool(tmp_path, RULES, findings, lambda _: None)

    assert findings.unreadable["spool"] >= 2


def test_dead_letters_are_looked_through_with_their_reasons(tmp_path: Path) -> None:
    path = tmp_path / "store.dead.jsonl"
    DeadLetters(path).bury(record("rows", PAYLOADS["rows"][0]), f"what is {MAIL}")
    with path.open("ab") as file:
        file.write(b'{"seq":4,"rea')
    findings = Findings(RULES)

    audit_dead_letters(path, RULES, findings)

    assert found(findings) == [("dead letters: store", "input"), ("dead letters: store", "reason")]
    assert findings.unreadable == {"dead letters: store": 1}
