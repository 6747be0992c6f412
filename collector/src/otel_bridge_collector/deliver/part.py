"""Some of the records that are sent together, and what of their writes is refused. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TypeVar

from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record

T = TypeVar("T")


def is_whole(write: object) -> bool:
    """Tell whether what is sent is a span's own row, not something that is said of it."""
    return not (isinstance(write, RowWrite) and write.fact is not None)


def named(write: object) -> str:
    """Return which row a write is, before what is said of it; empty for what is no row."""
    row: object = write.row if isinstance(write, RowWrite) else write
    return f"row {row['id']}: " if isinstance(row, Mapping) and "id" in row else ""


def without(
    part: Sequence[tuple[Record, Prepared[T]]], refused: Mapping[int, str]
) -> list[tuple[Record, Prepared[T]]]:
    """Return a part without those of its writes, by index, that are refused."""
    index = count()
    return [
        (record, replace(each, writes=[write for write in each.writes if next(index) not in refused]))
        for record, each in part
    ]
