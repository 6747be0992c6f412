"""A destination with all that delivery keeps for it, and what can be seen of its delivery. It delivers nothing."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

from otel_bridge_collector.deliver.backoff import Backoff
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.preparation import Preparation
from otel_bridge_collector.sinks.base import Batch, Sink
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.spool.record import Record

T = TypeVar("T")


class Losses(Protocol):
    """Keeps account of what a destination never gets; `receipt.ledger.ReceiptLedger` does."""

    def bury(self, record: Record, reason: str, spans: int) -> None:
        """Note that spans of a record were buried."""
        ...

    def revive(self, seq: int) -> None:
        """Note that a record that was buried has passed after all."""
        ...


State: TypeAlias = Literal["delivering", "retrying", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination(Generic[T]):
    """A sink and what delivery keeps for it.

    Attributes:
        name: as in the configuration.
        new_preparation: makes what prepares its records; another one for a replay.
        again: sends a batch of a replay and tells how often each field of what was there changed; None where the sink
            can only send it as it sends any other.
        replay_file: holds how far a replay has come, so that it goes on after a restart.
        items: how many spans, log records or rows a write stands for.
        close: lets go of what the sink holds; None where somebody else does.
        losses: told of what is buried; None where nobody keeps account.
    """

    name: str
    sink: Sink[T]
    cursor: Cursor
    dead_letters: DeadLetters
    new_preparation: Callable[[], Preparation[T]]
    replay_file: Path
    backoff: Backoff = field(default_factory=Backoff)
    again: Callable[[Batch[T]], Awaitable[Mapping[str, int]]] | None = None
    items: Callable[[T], int] = lambda _: 1
    close: Callable[[], Awaitable[None]] | None = None
    losses: Losses | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How far a destination is.

    Attributes:
        state: whether it takes what it is sent, is tried again, or counts as down.
        next_seq: number of the first record that it does not have.
        waiting_records: records that it does not have, at most: numbers may leave gaps.
        waiting_bytes: their bytes in the spool, to within what is in the segment where it stands.
        lag_s: age of the oldest record that it does not have and that is being sent; 0 when nothing waits.
        sent: what it was sent since the start: rows, or requests.
        buried: dead letters since the start.
        last_error: why it was not sent last; empty when all is well. It may quote the destination's answer.
        retry_in_s: seconds until it is tried again; 0 when nothing is wrong.
    """

    name: str
    state: State
    next_seq: int
    waiting_records: int
    waiting_bytes: int
    lag_s: float
    sent: int
    buried: int
    last_error: str
    retry_in_s: float
