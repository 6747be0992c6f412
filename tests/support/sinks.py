"""Destinations for tests."""

from collections.abc import Callable

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.sinks.base import Batch


class MemorySink:
    """Remembers what it is sent; `fault` may raise instead."""

    def __init__(self, fault: Callable[[Batch[RowWrite]], None] | None = None) -> None:
        self.batches: list[Batch[RowWrite]] = []
        self.writes: list[RowWrite] = []
        self.fault = fault

    async def send(self, batch: Batch[RowWrite]) -> None:
        if self.fault:
            self.fault(batch)
        self.batches.append(batch)
        self.writes.extend(batch.writes)

    def names(self) -> list[object]:
        """The names of the spans whose rows came, in order."""
        return [(write.row.get("span_attributes") or {}).get("name") for write in self.writes]
