"""What is known of the spans of one process: what it says itself, and what came here. Pure values; it keeps nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from otel_bridge.contract.receipt import Receipt, parse_receipt
from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.receipt.batch_numbers import BatchNumbers

State: TypeAlias = Literal["running", "ended", "silent", "plain"]
"""`running`: it may send more. `ended`: it said so. `silent`: spans are due, and nothing came for `SILENT_S`. `plain`: a sender
without receipts, of which only is known what came."""

SILENT_S: Final = 60.0
"""Whoever has spans to send sends them within seconds, or tries again within its timeout."""

MAX_REASONS: Final = 20
OTHER_REASONS: Final = "other reasons"


@dataclass(slots=True, kw_only=True)
class Account:
    """The account of one sender.

    Attributes:
        key: the id in its receipts; of one without them, its service and instance.
        projects: ids of the projects that its API key reaches; None for all.
        service, instance, sdk: as its resource says (`decode.sender`).
        told: its newest receipt as it was received; empty for a plain sender.
        seen: numbers of the requests that came.
        refused: numbers of the requests of which spans were rejected.
        arrived: spans that are durable here, each request once.
        rejected: reason -> spans that no row can be made of; their sender was told.
        first_ns, last_ns: when its first and its newest request came, Unix nanoseconds.
        least_lag_ns: how long after the end of its newest span a request came, at least; negative when its clock is ahead of ours.
            None before the first span.
        dropped_attributes: attributes that its SDK dropped.
    """

    key: str
    projects: Sequence[str] | None = None
    service: str = ""
    instance: str = ""
    sdk: str = ""
    told: str = ""
    seen: Sequence[Sequence[int]] = ()
    refused: Sequence[Sequence[int]] = ()
    arrived: int = 0
    rejected: dict[str, int] = field(default_factory=dict[str, int])
    first_ns: int = 0
    last_ns: int = 0
    least_lag_ns: int | None = None
    dropped_attributes: int = 0

    @property
    def receipt(self) -> Receipt | None:
        """Its newest receipt; None for a plain sender."""
        return parse_receipt(self.told)

    def hear(self, told: str | None, now_ns: int) -> bool:
        """Take up the receipt of a request; tell whether the request is new."""
        self.first_ns = self.first_ns or now_ns
        self.last_ns = max(self.last_ns, now_ns)
        receipt = parse_receipt(told)
        if receipt is None or told is None:
            return True
        known = self.receipt
        if known is None or receipt.batch > known.batch:
            self.told = told
        numbers = BatchNumbers(self.seen)
        is_new = numbers.add(receipt.batch)
        self.seen = numbers.ranges
        return is_new

    def take(self, sender: Sender, now_ns: int) -> None:
        """Count spans that are durable here."""
        self.service = sender["service"] or self.service
        self.instance = sender["instance"] or self.instance
        self.sdk = sender["sdk"] or self.sdk
        self.arrived += sender["spans"]
        self.dropped_attributes += sender["dropped_attributes"]
        if sender["newest_end_ns"]:
            lag_ns = now_ns - sender["newest_end_ns"]
            self.least_lag_ns = lag_ns if self.least_lag_ns is None else min(lag_ns, self.least_lag_ns)

    def reject(self, told: str | None, spans: int, reason: str) -> None:
        """Count spans that were rejected, of each request once."""
        if receipt := parse_receipt(told):
            numbers = BatchNumbers(self.refused)
            if not numbers.add(receipt.batch):
                return
            self.refused = numbers.ranges
        if reason not in self.rejected and len(self.rejected) >= MAX_REASONS:
            reason = OTHER_REASONS
        self.rejected[reason] = self.rejected.get(reason, 0) + spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands: every span that ended is in one of these.

    `ended` = `unsampled` + `filtered` + `queue_full` + `unsent` + `refused` + `in_flight` + `never_arrived` + `rejected` +
    `dead_letters` + `stored`, unless spans arrived that their process counts as lost (an answer was lost): `arrived_after_all`.

    Attributes:
        state: see `State`.
        ended, unsampled, filtered, queue_full, refused, masking_failed: as the process says (`otel_bridge.contract.receipt`).
        unsent: lost there because they could not be sent.
        in_flight: on their way, as far as the process can still be alive.
        never_arrived: due, and its process has ended or is silent.
        arrived: durable here.
        arrived_after_all: those of them that the process counts as lost.
        rejected, dead_letters: reason -> spans.
        stored: arrived, and their rows are in the store.
        missing_batches: requests that were numbered there and never came.
    """

    state: State
    ended: int
    unsampled: int = 0
    filtered: int = 0
    queue_full: int = 0
    unsent: int = 0
    refused: int = 0
    masking_failed: int = 0
    in_flight: int = 0
    never_arrived: int = 0
    arrived: int
    arrived_after_all: int = 0
    rejected: Mapping[str, int]
    dead_letters: Mapping[str, int]
    stored: int
    missing_batches: int = 0


def standing(account: Account, buried: Mapping[str, int], now_ns: int) -> Standing:
    """Return how an account stands.

    Args:
        account: as it is kept.
        buried: reason -> spans of it that the store will never have.
        now_ns: Unix nanoseconds.
    """
    came = account.arrived + sum(account.rejected.values())
    here: dict[str, Any] = {
        "arrived": account.arrived,
        "rejected": account.rejected,
        "dead_letters": buried,
        "stored": max(account.arrived - sum(buried.values()), 0),
    }
    receipt = account.receipt
    if receipt is None:
        return Standing(state="plain", ended=came, **here)
    missing = max(receipt.due - came, 0)
    state = _state(receipt, missing, now_ns - account.last_ns)
    return Standing(
        state=state,
        ended=receipt.ended,
        unsampled=receipt.unsampled,
        filtered=receipt.filtered,
        queue_full=receipt.queue_full,
        unsent=receipt.failed - receipt.refused,
        refused=receipt.refused,
        masking_failed=receipt.masking_failed,
        in_flight=missing if state == "running" else 0,
        never_arrived=0 if state == "running" else missing,
        arrived_after_all=max(came - receipt.due, 0),
        missing_batches=max(receipt.batch - len(BatchNumbers(account.seen)), 0),
        **here,
    )


def _state(receipt: Receipt, missing: int, silence_ns: int) -> State:
    if receipt.is_last:
        return "ended"
    return "silent" if missing and silence_ns > SILENT_S * 1e9 else "running"
