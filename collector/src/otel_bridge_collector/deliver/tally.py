"""Counts what becomes of the records of one destination. It sends nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, TypeVar

from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.metrics.catalog import (
    DEAD_LETTERS,
    FAILED_ATTEMPTS,
    SEND_FAILED,
    SENT,
    SENT_REQUESTS,
    TRANSLATION,
)
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.telemetry import Counters

T = TypeVar("T")


class Tally(Generic[T]):
    """The counters of one destination."""

    def __init__(self, counters: Counters, exporter: str, items: Callable[[T], int]) -> None:
        """Count for an exporter.

        Args:
            counters: of the sidecar.
            exporter: its name, as configured.
            items: how many spans, log records or rows a write stands for.
        """
        self._counters = counters
        self._exporter = exporter
        self._items = items

    def sent(self, part: Sequence[tuple[Record, Prepared[T]]], refused: Collection[int] = ()) -> None:
        """Count records that arrived, but for those of their writes, by index, that were refused."""
        start = 0
        for record, each in part:
            signal = record.routing.signal
            arrived = sum(
                self._items(write) for index, write in enumerate(each.writes, start) if index not in refused
            )
            start += len(each.writes)
            self._counters.add(SENT[signal], arrived, self._exporter)
        self._counters.add(SENT_REQUESTS, len(part), self._exporter)

    def refused(self, record: Record, writes: Sequence[T]) -> None:
        """Count writes of a record that will never pass, and its dead letter."""
        self._counters.add(SEND_FAILED[record.routing.signal], sum(map(self._items, writes)), self._exporter)
        self._counters.add(DEAD_LETTERS, 1, self._exporter, "refused")

    def not_translated(self) -> None:
        """Count the dead letter of a record of which nothing, or not all, could be made."""
        self._counters.add(DEAD_LETTERS, 1, self._exporter, "not_translated")

    def failed(self) -> None:
        """Count an attempt that is made again."""
        self._counters.add(FAILED_ATTEMPTS, 1, self._exporter)

    def translated(self, duration_s: float) -> None:
        """Count the time that records took to be made into writes."""
        self._counters.add(TRANSLATION, duration_s, self._exporter)


def refused_of(start: int, writes: Sequence[T], reasons: Mapping[int, str]) -> list[T]:
    """Return the writes, of which the first has the index `start`, that were refused."""
    return [write for index, write in enumerate(writes, start) if index in reasons]
