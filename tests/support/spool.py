"""Spools for tests: in a folder, started, with a record that has no meaning."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import orjson

from otel_bridge_collector.compiled import Library
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.pen import Pen
from otel_bridge_collector.spool.reader import Reader
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.xact import XactClock

ROUTING = Routing(signal="traces", parent="project_name:p", xact=1_000_000_000_000_000_001, received_ns=5)


@contextmanager
def open_spool(
    folder: Path,
    *,
    limits: SpoolLimits | None = None,
    at_least: int = 1,
    compiled: Library | None = None,
) -> Iterator[Spool]:
    pen = Pen(compiled) if compiled else None
    spool = Spool(folder, limits=limits or SpoolLimits(), at_least=at_least, pen=pen)
    spool.start(XactClock(spool.last_xact, give=pen.next_xact if pen else None).next)
    try:
        yield spool
    finally:
        assert spool.close(timeout_s=10)


def read_all(reader: Reader) -> list[Record]:
    """Everything that is durable now."""
    records: list[Record] = []
    while chunk := reader.read().records:
        records.extend(chunk)
    return records


def record_bytes(marker: bytes, seq: int, routing: Mapping[str, object], payload: bytes) -> bytes:
    """Write a record as docs/decisions/0005-spool-format.md has it, with any fields in its routing."""
    told = orjson.dumps(routing)
    checksum = zlib.crc32(told + payload)
    head = struct.pack("<8sQIII", marker, seq, len(told), len(payload), checksum)
    return head + struct.pack("<I", zlib.crc32(head)) + told + payload
