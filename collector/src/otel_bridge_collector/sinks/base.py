"""What delivery asks of a destination. It does not say where rows come from or when to retry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch(Generic[T_co]):
    """What consecutive spool records give, in order.

    Attributes:
        writes: what to write; may be empty. For the store `RowWrite`s with object ids, `_xact_id` and
            `_pagination_key`, for other destinations of rows the rows as they are to stand there, for OTLP requests.
        next_seq: number of the first spool record after the batch. A sink that remembers it in the same
            transaction as the rows is exact: it ignores a batch whose `next_seq` it has already reached.
    """

    writes: Sequence[T_co]
    next_seq: int


class Sink(Protocol[T_contra]):
    """One destination."""

    async def send(self, batch: Batch[T_contra]) -> None:
        """Write the batch durably, all of it or none; sending it again changes nothing.

        Raises:
            RefusedError: some of it will never pass, and all else is written.
            UnwritableError: some of it will never pass, and nothing is written yet.
            PermanentError: this batch will never pass.
            RetryableError: it may pass later; a part may be written.
        """
        ...
