"""Look through records of the spool, and dead letters, which are such records."""

from collections.abc import Callable
from pathlib import Path

from google.protobuf.message import DecodeError

from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.rows import RowAudit
from otel_bridge_collector.decode.native import unpack_rows
from otel_bridge_collector.decode.protobuf import parse_logs, parse_traces
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.errors import CollectorError
from otel_bridge_collector.masking.otlp import OtlpMasker
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.segment import Segment, list_segments, scan

Advance = Callable[[int], None]
"""Is told how many more bytes are done."""


def audit_spool(folder: Path, rules: RuleSet, findings: Findings, advance: Advance) -> None:
    """Look through the segments of a spool that nobody writes; what is damaged in them counts as unreadable.

    Raises:
        OSError: a segment cannot be read.
    """
    for segment in list_segments(folder):
        _audit_segment(segment, rules, findings, advance)


def _audit_segment(segment: Segment, rules: RuleSet, findings: Findings, advance: Advance) -> None:
    end = 0
    for found in scan(segment):
        findings.unreadable["spool"] += found.start > end
        audit_record("spool", found.record, rules, findings)
        advance(found.end - end)
        end = found.end
    findings.unreadable["spool"] += segment.size > end
    advance(segment.size - end)


def audit_dead_letters(path: Path, rules: RuleSet, findings: Findings) -> None:
    """Look through the dead letters of one destination, and the reasons, which may quote values.

    Raises:
        OSError: the file cannot be read.
    """
    place = f"dead letters: {path.name.removesuffix('.dead.jsonl')}"
    letters = DeadLetters(path)
    findings.unreadable[place] += letters.unreadable()
    for letter in letters.read():
        audit_record(place, letter.record, rules, findings)
        RowAudit(rules, findings.at(place)).fields({"reason": letter.reason})


def audit_record(place: str, record: Record, rules: RuleSet, findings: Findings) -> None:
    """Look through one record."""
    found = findings.at(place)
    try:
        match record.routing.signal:
            case "traces":
                OtlpMasker(rules, found).traces(parse_traces(record.payload))
            case "logs":
                OtlpMasker(rules, found).logs(parse_logs(record.payload))
            case "rows":
                masker = RowAudit(rules, found)
                for row in unpack_rows(record.payload):
                    masker.row(row)
    except (CollectorError, DecodeError, ValueError):
        findings.unreadable[place] += 1
