"""Leave out what the sidecar sends to itself: no destination of a user gets it."""

from collections.abc import Iterable
from typing import Generic, TypeVar

from otel_bridge_collector.deliver.preparation import Preparation, Prepared
from otel_bridge_collector.spool.record import Record

T = TypeVar("T")


class WithoutCanaries(Generic[T]):
    """A preparation of the other records.

    Attributes:
        inner: what prepares them.
    """

    def __init__(self, inner: Preparation[T]) -> None:
        self.inner = inner

    def prepare(self, record: Record) -> Prepared[T]:
        """See `Preparation`."""
        return Prepared(writes=[]) if record.routing.is_canary else self.inner.prepare(record)

    def remember(self, records: Iterable[Record]) -> None:
        """See `Preparation`."""
        self.inner.remember(record for record in records if not record.routing.is_canary)
