"""Spools for tests: in a folder, started, with a record that has no meaning."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from otel_bridge_collector.spool.reader import Reader
from otel_bridge_collector.spool.record import Record, Routing
from otel_bridge_collector.spool.spool import Spool, SpoolLimits

ROUTING = Routing(signal="traces", parent="project_name:p", xact=1_000_000_000_000_000_001, received_ns=5)


@contextmanager
def open_spool(folder: Path, *, limits: SpoolLimits | None = None, at_least: int = 1) -> Iterator[Spool]:
    spool = Spool(folder, limits=limits or SpoolLimits(), at_least=at_least)
    spool.start()
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
