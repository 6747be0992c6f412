"""Count what is accepted, delivered and lost between the app and one destination, wait out its outages and report what they cost.

One line says that a destination is away; one that something is lost, with the first loss; another, when it is over or the process
ends, says how many more there were.

Nothing is queued here; the bound of the queue is kept by counting what was accepted and has not come back
from the exporter. When it is full the new one is dropped, so the count is exact and what waits keeps its order.
"""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Final

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge.contract import names
from otel_bridge.exporter.answer import Fault
from otel_bridge.exporter.quiet import Complaints
from otel_bridge.exporter.refusal import (
    HalvingLogExporter,
    HalvingSpanExporter,
    LastAnswer,
    Outcome,
    Patience,
)
from otel_bridge.exporter.remedy import remedy
from otel_bridge.processor.masked_export import MaskedLogRecord, MaskedSpan
from otel_bridge.processor.watch import tell_taken
from otel_bridge.settings import DEFAULT_QUEUE_BYTES

logger = logging.getLogger(__name__)

PAUSE_S: Final = 1.0
"""Between two exports of the same batch; within each OpenTelemetry's exporter tries for ten seconds, with waits that double."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many were handed over since the start: `accepted` = `delivered` + `failed` + those that wait.

    Attributes:
        refused: those of `failed` that the receiver refused when they came alone, or rejected.
        rejected: those of `refused` that it left out of a request that it took.
        filtered: kept back by the filter, and never accepted.
        unsampled: recorded and not sampled, and never accepted.
    """

    accepted: int = 0
    delivered: int = 0
    queue_full: int = 0
    failed: int = 0
    refused: int = 0
    filtered: int = 0
    unsampled: int = 0
    rejected: int = 0

    @property
    def waiting(self) -> int:
        """How many wait to be sent, or are being sent."""
        return self.accepted - self.delivered - self.failed

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            **{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskingCounts:
    """Whether masking holds: the two agree while a masking function is set.

    Attributes:
        exported: how many were handed to OTLP, whatever became of them; each once.
        masked: how many of them had passed the masking function.
        failed: of how many of those it failed on something, which was left out.
    """

    exported: int = 0
    masked: int = 0
    failed: int = 0

    def __add__(self, other: "MaskingCounts") -> "MaskingCounts":
        return MaskingCounts(
            exported=self.exported + other.exported,
            masked=self.masked + other.masked,
            failed=self.failed + other.failed,
        )


class Delivery:
    """The account of one destination.

    Args:
        what: what is delivered, for the report.
        queue_size: how many may wait.
        exporter: what delivers; what it logs under the name of its module becomes part of our reports from now on.
        destination: where it delivers, for the report.
        answer: what notes the answers that `exporter` gets; None where nothing does.
        queue_bytes: memory that those that wait may take; a single one may be larger.
    """

    def __init__(
        self,
        what: str,
        queue_size: int,
        exporter: object,
        destination: str = "",
        answer: LastAnswer | None = None,
        queue_bytes: int = DEFAULT_QUEUE_BYTES,
    ) -> None:
        self._what, self._destination, self._answer = what, destination, answer
        self._queue_size, self._queue_bytes = queue_size, queue_bytes
        self._complaints = Complaints()
        logging.getLogger(type(exporter).__module__).addFilter(self._complaints)
        self._in_forked_child: Callable[[], None] | None = None
        self._reset()
        if hasattr(os, "register_at_fork"):
            forget = weakref.WeakMethod(self._reset)
            os.register_at_fork(after_in_child=lambda: (reset := forget()) and reset())

    def _reset(self) -> None:
        """Begin anew, as a forked child does: what waits belongs to the parent process."""
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._accepted = self._delivered = self._queue_full = self._failed = self._refused = 0
        self._rejected = self._reported = 0
        self._filtered = self._unsampled = self._waiting_bytes = 0
        self._most = self._queue_size  # of `_accepted`, until some of them have left
        self._masking = MaskingCounts()
        self._closed = self._is_away = False
        self._fault: Fault | None = None
        self._away_since_s: float | None = None
        self._end = threading.Event()
        if self._in_forked_child is not None:
            self._in_forked_child()

    def in_forked_child(self, begin_again: Callable[[], None]) -> None:
        """Let `begin_again` be called, too, when a forked child begins anew."""
        self._in_forked_child = begin_again

    def follow_fork(self) -> None:
        """Begin anew in a child that was forked without the hooks of Python, as uwsgi does; each span that comes sees to that, too."""
        if self._pid != os.getpid():
            self._reset()

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        with self._lock:
            return Counts(
                accepted=self._accepted,
                delivered=self._delivered,
                queue_full=self._queue_full,
                failed=self._failed,
                refused=self._refused,
                filtered=self._filtered,
                unsampled=self._unsampled,
                rejected=self._rejected,
            )

    @property
    def waiting(self) -> int:
        """How many wait, at a glance: without the lock, so that one that is just coming or going may count or not."""
        return self._accepted - self._delivered - self._failed

    @property
    def masking_counts(self) -> MaskingCounts:
        """How many left, and how many of those masked."""
        with self._lock:
            return self._masking

    @property
    def is_closed(self) -> bool:
        """Whether nothing is delivered any more."""
        return self._closed

    @property
    def waiting_bytes(self) -> int:
        """What those take that were accepted by their size and not released, at a glance."""
        return self._waiting_bytes

    def accept(self, size_bytes: int = 0) -> bool:
        """Tell whether there is room for one more of that size; otherwise it is lost and, before `close`, counted."""
        if self._pid != os.getpid():  # as `follow_fork`, without a call
            self._reset()
        with self._lock:
            taken = self._waiting_bytes + size_bytes
            if self._accepted >= self._most or (taken > self._queue_bytes and taken > size_bytes):
                if not self._closed:
                    self._queue_full += 1
                return False
            self._accepted += 1
            self._waiting_bytes = taken
            return True

    def release(self, size_bytes: int) -> None:
        """Give back the room of some that were accepted, whatever became of them."""
        with self._lock:
            self._waiting_bytes = max(0, self._waiting_bytes - size_bytes)

    def leave_out(self, *, is_sampled: bool) -> None:
        """Count one that is not to be delivered: the filter keeps it back, or it is not sampled."""
        self.follow_fork()
        with self._lock:
            if is_sampled:
                self._filtered += 1
            else:
                self._unsampled += 1

    def deliver(self, size: int, export: Callable[[], Outcome], masking: MaskingCounts | None = None) -> bool:
        """Export `size` of them and count the outcome; after `close`, do neither.

        Args:
            size: how many.
            export: returns what became of them.
            masking: how many of them are masked.

        Returns:
            whether all were delivered.
        """
        if self._closed:
            return False
        try:
            with self._complaints.exporting():
                outcome = export()
        except Exception as error:  # noqa: BLE001 - an exporter may raise anything; the batch is lost then
            logger.debug("the exporter raised %s", type(error).__name__)
            outcome = Outcome(0, 0)
        with self._lock:
            if not self._closed:
                self._masking += masking or MaskingCounts(exported=size)
                self._delivered += outcome.delivered
                self._failed += size - outcome.delivered
                self._most += size
                self._refused += outcome.refused
                self._rejected += outcome.rejected
                self._fault = self._answer.fault if self._answer else None
        if outcome.delivered or outcome.refused:
            self._away_since_s = None
        self._tell(is_back=outcome.delivered > 0)
        return outcome.delivered == size

    def patience(self, timeout_ms: int) -> Patience | None:
        """Return what waits until the destination is asked again; None where no outage is waited out.

        Args:
            timeout_ms: of an outage that lasts longer, what waits is lost, one batch at a time.
        """
        return partial(self._wait_out, timeout_ms / 1000) if timeout_ms else None

    def _wait_out(self, timeout_s: float, fault: Fault | None) -> bool:
        now_s = time.monotonic()
        with self._lock:
            self._fault = fault
        if self._away_since_s is None:
            self._away_since_s = now_s
            self._say_away(timeout_s, fault)
        left_s = self._away_since_s + timeout_s - now_s
        return left_s > 0 and not self._end.wait(min(PAUSE_S, left_s))

    def close(self) -> None:
        """Count what still waits as lost, report, and accept no more."""
        with self._lock:
            self._failed = self._accepted - self._delivered
            self._closed, self._most = True, 0
        self._end.set()
        self._report()

    def _say_away(self, timeout_s: float, fault: Fault | None) -> None:
        if self._closed:
            return
        reason = str(fault or self._complaints.reason)
        logger.warning(
            "%s wait for %s, which does not take them now; those that find the queue full are lost, and after %g s also those"
            " that wait%s; %s",
            self._what, self._destination, timeout_s,
            f": {reason}" if reason else "", remedy(fault.status if fault else None, reason),
        )  # fmt: skip

    def _tell(self, *, is_back: bool) -> None:
        if is_back or not self._is_away:
            self._report()
        if is_back:
            self._complaints.recovered()
        self._is_away = not is_back

    def _report(self) -> None:
        """Say how many were lost since the last report, if any."""
        with self._lock:
            lost = self._queue_full + self._failed - self._reported
            self._reported += lost
            full, failed, refused = self._queue_full, self._failed, self._refused
            fault = self._fault
        if lost:
            reason = str(fault or self._complaints.reason)
            logger.warning(
                "%d %s lost on the way to %s (since the start: %d because the queue was full, %d because they could"
                " not be sent, %d of them refused each by itself)%s; %s",
                lost, self._what, self._destination, full, failed, refused,
                f": {reason}" if reason else "", remedy(fault.status if fault else None, reason),
            )  # fmt: skip


class CountedSpanExporter(SpanExporter):
    """Export through `inner` and keep the account."""

    def __init__(self, inner: HalvingSpanExporter, delivery: Delivery) -> None:
        self._inner, self._delivery = inner, delivery
        self._is_shut_down = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export and count; never raises."""
        masked = [span.attributes or {} for span in spans if isinstance(span, MaskedSpan)]
        counts = MaskingCounts(exported=len(spans), masked=len(masked), failed=_failures(masked))
        delivered = self._delivery.deliver(len(spans), lambda: self._inner.send(spans, tell_taken), counts)
        return SpanExportResult.SUCCESS if delivered else SpanExportResult.FAILURE

    def shutdown(self) -> None:
        """Shut `inner` down, once: it gives up what it is about to send again. Where all was sent, the last receipt goes before."""
        if not self._is_shut_down:
            self._is_shut_down = True
            if not self._delivery.is_closed:
                self._inner.say_last()
            self._inner.shutdown()


class CountedLogExporter(LogRecordExporter):
    """The same for log records."""

    def __init__(self, inner: HalvingLogExporter, delivery: Delivery) -> None:
        self._inner, self._delivery = inner, delivery
        self._is_shut_down = False

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export and count; never raises."""
        masked = [one.log_record.attributes or {} for one in batch if isinstance(one, MaskedLogRecord)]
        counts = MaskingCounts(exported=len(batch), masked=len(masked), failed=_failures(masked))
        delivered = self._delivery.deliver(len(batch), lambda: self._inner.send(batch), counts)
        return LogRecordExportResult.SUCCESS if delivered else LogRecordExportResult.FAILURE

    def shutdown(self) -> None:
        """Shut `inner` down, once: it gives up what it is about to send again."""
        if not self._is_shut_down:
            self._is_shut_down = True
            self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._inner.force_flush(timeout_millis)


def _failures(masked: Iterable[Mapping[str, object]]) -> int:
    return sum(names.MASKING_ERROR in attributes for attributes in masked)
