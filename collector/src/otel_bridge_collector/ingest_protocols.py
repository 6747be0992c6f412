"""What `ingest` asks of those around it, and what receivers ask of `ingest`. It does nothing."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from otel_bridge.contract.parent import Parent
from otel_bridge_collector.intake import Encoding, Outcome
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.receipt.ledger import Word

Transport: TypeAlias = Literal["grpc", "http"]
"""What a request came over."""


class Gate(Protocol):
    """Knows where the caller of the running request may write; `store.gate.Gate` does."""

    def projects(self) -> Sequence[str] | None:
        """Return the ids of the projects in reach; None for all."""
        ...

    def home(self, requested: str | None) -> str | None:
        """Return the parent of a request.

        Raises:
            ForbiddenError: the caller may not write there.
        """
        ...

    def fault(self, parent: Parent) -> str:
        """Say why the caller may not write to an object; empty when nothing speaks against it."""
        ...


class Hears(Protocol):
    """Keeps account of what senders say beside their spans; `receipt.ledger.ReceiptLedger` does."""

    def hear(self, word: Word, now_ns: int) -> None:
        """Write what was rejected, and what a request said that kept no span."""
        ...


class Masks(Protocol):
    """Knows the masking rules at the door; `pipeline.masks.DoorMasks` does."""

    @property
    def rules(self) -> RuleSet | None:
        """The rules; None where there are none."""
        ...


@dataclass(frozen=True, slots=True)
class NoMasks:
    """No masking rules."""

    rules: RuleSet | None = None


class Keep(Protocol):
    """One of the entrances of `Ingest`."""

    def __call__(
        self,
        body: bytes,
        encoding: Encoding,
        *,
        parent: str | None,
        receipt: str | None = None,
        transport: Transport,
    ) -> Awaitable[Outcome]:
        """Keep a request."""
        ...
