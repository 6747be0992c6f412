"""What delivery asks of a destination. It does not say where rows come from or when to retry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from otel_bridge_collector.model import RowWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Consecutive spool records as rows, in order.

    Attributes:
        writes: what to write, with object ids, `_xact_id` and `_pagination_key`; may be empty.
        next_seq: number of the first spool record after the batch. A sink that remembers it in the same
            transaction as the rows is exact: it ignores a batch whose `next_seq` it has already reached.
    """

    writes: Sequence[RowWrite]
    next_seq: int


class Sink(Protocol):
    """One destination."""

    async def send(self, batch: Batch) -> None:
        """Write the batch durably, all of it or none.

        Raises:
            PermanentError: this batch will never pass.
            RetryableError: it may pass later.
        """
        ...
