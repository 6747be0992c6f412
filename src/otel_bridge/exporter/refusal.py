"""Know whether the last request of a thread was refused for what is in it, and send what is left in halves then.

OpenTelemetry's exporters say only that an export failed. The status of the answer is read from the session, by
its public hook, and so is whether there was a request: a batch of which none could be made holds something that OTLP cannot
carry, and is refused likewise. It neither retries nor counts; a receiver that is away is not a refusal.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge.contract.receipt import UNDERSTOOD_HEADER
from otel_bridge.exporter.answer import Fault, fault_of

T = TypeVar("T")

REFUSALS: Final = frozenset({400, 413, 422})
"""Statuses that speak of the body: a part of it may be taken. 400 is OTLP's own for data that cannot be read."""

MAX_REFUSED_IN_A_ROW: Final = 64
"""Requests of one batch refused one after the other before it is given up, so that a wrong address, which refuses
everything, costs no request for each span. One span among 2**n takes n + 1."""


class LastAnswer:
    """The last answer that the current thread got.

    Attributes:
        sees_requests: whether `ask` is called for each request.
    """

    def __init__(self) -> None:
        self._thread = threading.local()
        self._has_kept = self._has_answered = False
        self.sees_requests = False

    @property
    def keeps_account(self) -> bool:
        """Whether whoever answers keeps account of receipts; False while nobody answers."""
        return self._has_kept and self._has_answered

    def ask(self) -> None:
        """Note that a request is made."""
        self._thread.has_asked = True

    def hook(self, response: Any, *_args: object, **_kwargs: object) -> None:
        """Note `response`: a response hook of `requests`."""
        self._thread.status = response.status_code
        if not response.ok:
            self._thread.fault = fault_of(response)
        self._has_answered = True
        # A refusal does not say it.
        self._has_kept |= UNDERSTOOD_HEADER in response.headers

    @property
    def fault(self) -> Fault | None:
        """The last answer since `begin` that was no success; None where all were, or none came."""
        fault: Fault | None = getattr(self._thread, "fault", None)
        return fault

    def begin(self) -> None:
        """Begin a batch: no answer was a fault."""
        self._thread.fault = None

    def forget(self) -> None:
        """Begin a request: there is no answer."""
        self._thread.status = None
        self._thread.has_asked = self._has_answered = False

    @property
    def is_refusal(self) -> bool:
        """Whether the answer was a refusal of the body, or no request could be made of it; False without an answer."""
        if self.sees_requests and not getattr(self._thread, "has_asked", True):
            return True
        return getattr(self._thread, "status", None) in REFUSALS


class Numbering(Protocol):
    """Gives each request its receipt; `processor.receipts` does."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell that the last receipt did not."""
        ...

    def next(self, spans: int) -> str:
        """Return the receipt of the next request."""
        ...

    def end(self) -> bool:
        """Let the receipts from now on say that the process ends; tell whether there was any before."""
        ...


class HalvingSpanExporter(SpanExporter):
    """Export through `inner`, a refused batch in halves, down to the spans that are refused alone.

    Args:
        inner: what sends.
        answer: what notes the answers that `inner` gets.
        announce: lets the requests that this thread makes carry a receipt; None where they cannot.

    Attributes:
        inner: what sends.
        answer: see above.
        receipts: gives each request a receipt; None for none.
    """

    def __init__(
        self, inner: SpanExporter, answer: LastAnswer, announce: Callable[[str], None] | None = None
    ) -> None:
        self.inner, self.answer, self._announce = inner, answer, announce
        self.receipts: Numbering | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export; FAILURE if any span was not taken."""
        delivered, _ = self.send(spans)
        return SpanExportResult.SUCCESS if delivered == len(spans) else SpanExportResult.FAILURE

    def send(
        self,
        spans: Sequence[ReadableSpan],
        on_taken: Callable[[Sequence[ReadableSpan]], None] | None = None,
    ) -> tuple[int, int]:
        """Export and return how many were delivered and how many were refused alone; the others failed.

        Args:
            spans: what to export.
            on_taken: is given each part that was delivered.
        """

        def export(part: Sequence[ReadableSpan]) -> bool:
            is_taken = self._export_part(part)
            if is_taken and on_taken:
                on_taken(part)
            return is_taken

        return _send(spans, export, self.answer)

    def say_news(self) -> None:
        """Send a request without spans, if the receiver keeps account and does not know how things stand."""
        if self.receipts and self.receipts.has_news:
            self._say()

    def say_last(self) -> None:
        """Tell a receiver that keeps account that the process ends."""
        if self.receipts and self.receipts.end():
            self._say()

    def _say(self) -> None:
        if self._announce and self.answer.keeps_account:
            self._export_part([])

    def _export_part(self, part: Sequence[ReadableSpan]) -> bool:
        if self.receipts and self._announce:
            self._announce(self.receipts.next(len(part)))
        return self.inner.export(part) is SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Shut `inner` down; that it makes no request any more is no refusal."""
        self.answer.sees_requests = False
        self.inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self.inner.force_flush(timeout_millis)


class HalvingLogExporter(LogRecordExporter):
    """The same for log records."""

    def __init__(self, inner: LogRecordExporter, answer: LastAnswer) -> None:
        self.inner, self.answer = inner, answer

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export; FAILURE if any record was not taken."""
        delivered, _ = self.send(batch)
        return LogRecordExportResult.SUCCESS if delivered == len(batch) else LogRecordExportResult.FAILURE

    def send(self, batch: Sequence[ReadableLogRecord]) -> tuple[int, int]:
        """Export and return how many were delivered and how many were refused alone; the others failed."""
        return _send(
            batch, lambda part: self.inner.export(part) is LogRecordExportResult.SUCCESS, self.answer
        )

    def shutdown(self) -> None:
        """Shut `inner` down; that it makes no request any more is no refusal."""
        self.answer.sees_requests = False
        self.inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self.inner.force_flush(timeout_millis)


def _send(batch: Sequence[T], export: Callable[[Sequence[T]], bool], answer: LastAnswer) -> tuple[int, int]:
    delivered = refused = in_a_row = 0
    waiting = [batch]
    answer.begin()
    while waiting and in_a_row < MAX_REFUSED_IN_A_ROW:
        part = waiting.pop()
        answer.forget()
        if export(part):
            delivered, in_a_row = delivered + len(part), 0
        elif answer.is_refusal:
            in_a_row += 1
            refused += len(part) == 1
            waiting += reversed(_halves(part))
    return delivered, refused


def _halves(part: Sequence[T]) -> list[Sequence[T]]:
    """The two halves in order; none of a part of one, which cannot be cut."""
    middle = len(part) // 2
    return [part[:middle], part[middle:]] if middle else []
