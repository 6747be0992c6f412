"""What a spool record becomes for a destination before it is sent: the interface between reading and sending."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.spool.record import Record

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared(Generic[T]):
    """What a record gives.

    Attributes:
        writes: what to send, in order; empty where the destination wants nothing of the record.
        faults: why some of the record gave nothing.
        lost: how many of its spans or log records gave nothing; None for all of them.
    """

    writes: Sequence[T]
    faults: Sequence[str] = field(default=())
    lost: int | None = 0


class Preparation(Protocol[T]):
    """Prepares the records of one destination, each once and in order, since it may remember earlier ones."""

    def prepare(self, record: Record) -> Prepared[T]:
        """Return what to send of a record.

        Raises:
            RetryableError: it cannot be said now; nothing was remembered.
            Exception: nothing can be made of the record.
        """
        ...

    def remember(self, records: Iterable[Record]) -> None:
        """Take up records that the destination has already, as if they had just been prepared."""
        ...


def prepare_onto(
    done: list[tuple[Record, Prepared[T]]],
    records: Sequence[Record],
    prepare: Callable[[Record], Prepared[T]],
) -> None:
    """Prepare the records that `done` does not have yet, and add each as soon as it is.

    Raises:
        RetryableError: one cannot be prepared now; those before it were added.
    """
    for record in records[len(done) :]:
        done.append((record, prepare(record)))  # noqa: PERF401 - `extend` does not promise what it leaves behind


def prepare_guarded(preparation: Preparation[T], record: Record) -> Prepared[T]:
    """Prepare a record; a bug that it meets is a fault of its own, and all of it is lost.

    Raises:
        RetryableError: it cannot be said now.
    """
    try:
        return preparation.prepare(record)
    except RetryableError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one record must not stop the others
        return Prepared(writes=[], faults=[f"{type(error).__name__}: {error}"], lost=None)
