"""Know whether the last request of a thread was refused for what is in it, and send what is left in halves then.

OpenTelemetry's exporters say only that an export failed. The status of the answer is read from the session, by
its public hook, and so is whether there was a request: a batch of which none could be made holds something that OTLP cannot
carry, and is refused likewise. A receiver that is away is no refusal: whoever owns the exporter says whether to wait for it. It does not count.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from otel_bridge.contract.receipt import UNDERSTOOD_HEADER
from otel_bridge.exporter.answer import Fault, fault_of, rejection_of

T = TypeVar("T")
T_contra = TypeVar("T_contra", contravariant=True)

REFUSALS: Final = frozenset({400, 413, 422})
"""Statuses that speak of the body: a part of it may be taken. 400 is OTLP's own for data that cannot be read."""

PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses of a receiver that may take the same request later: OTLP's "Retryable Response Codes"."""

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
        fault = rejection_of(response) if response.ok else fault_of(response)
        if fault:
            self._thread.fault, self._thread.rejected = fault, fault.rejected
        self._has_answered = True
        # A refusal does not say it.
        self._has_kept |= UNDERSTOOD_HEADER in response.headers

    @property
    def fault(self) -> Fault | None:
        """The last answer since `begin` that was no success, or not for all; None where all were, or none came."""
        fault: Fault | None = getattr(self._thread, "fault", None)
        return fault

    @property
    def rejected(self) -> int:
        """How many of the last request its receiver says that it left out, while it took the others."""
        rejected: int = getattr(self._thread, "rejected", 0)
        return rejected

    def begin(self) -> None:
        """Begin a batch: no answer was a fault."""
        self._thread.fault = None

    def forget(self) -> None:
        """Begin a request: there is no answer."""
        self._thread.status = None
        self._thread.rejected = 0
        self._thread.has_asked = self._has_answered = False

    @property
    def is_away(self) -> bool:
        """Whether the same request may pass later: nobody answered it, or whoever did cannot take it now. False where no answer is seen."""
        return self.sees_requests and getattr(self._thread, "status", None) in {None, *PASSING}

    @property
    def is_refusal(self) -> bool:
        """Whether the answer was a refusal of the body, or no request could be made of it; False without an answer."""
        if self.sees_requests and not getattr(self._thread, "has_asked", True):
            return True
        return getattr(self._thread, "status", None) in REFUSALS


class Outcome(NamedTuple):
    """What became of a batch; the others failed.

    Attributes:
        delivered: how many were taken.
        refused: how many were refused when they came alone, and those that were rejected.
        rejected: how many their receiver left out of requests that it took, and knows of.
    """

    delivered: int
    refused: int
    rejected: int = 0


Patience = Callable[[Fault | None], bool]
"""Waits until the receiver is asked again with the same request, and tells whether it is to be; is given its last answer."""


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
        patience: for a receiver that is away; None gives the request up.
    """

    def __init__(
        self, inner: SpanExporter, answer: LastAnswer, announce: Callable[[str], None] | None = None
    ) -> None:
        self.inner, self.answer, self._announce = inner, answer, announce
        self.receipts: Numbering | None = None
        self.patience: Patience | None = None

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export; FAILURE if any span was not taken."""
        delivered = self.send(spans).delivered
        return SpanExportResult.SUCCESS if delivered == len(spans) else SpanExportResult.FAILURE

    def send(
        self,
        spans: Sequence[ReadableSpan],
        on_taken: Callable[[Sequence[ReadableSpan]], None] | None = None,
    ) -> Outcome:
        """Export and return what became of them.

        Args:
            spans: what to export.
            on_taken: is given each part that was delivered whole.
        """

        def export(part: Sequence[ReadableSpan], *, is_again: bool) -> bool:
            # A request that is sent again has the number that it had.
            is_taken = (
                self.inner.export(part) is SpanExportResult.SUCCESS if is_again else self._export_part(part)
            )
            if is_taken and on_taken and not self.answer.rejected:
                on_taken(part)
            return is_taken

        return _send(spans, export, self.answer, self.patience)

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
        self.patience: Patience | None = None

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export; FAILURE if any record was not taken."""
        delivered = self.send(batch).delivered
        return LogRecordExportResult.SUCCESS if delivered == len(batch) else LogRecordExportResult.FAILURE

    def send(self, batch: Sequence[ReadableLogRecord]) -> Outcome:
        """Export and return what became of them."""

        def export(part: Sequence[ReadableLogRecord], *, is_again: bool) -> bool:
            del is_again
            return self.inner.export(part) is LogRecordExportResult.SUCCESS

        return _send(batch, export, self.answer, self.patience)

    def shutdown(self) -> None:
        """Shut `inner` down; that it makes no request any more is no refusal."""
        self.answer.sees_requests = False
        self.inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it without annotations

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Flush `inner`."""
        return self.inner.force_flush(timeout_millis)


class _Export(Protocol[T_contra]):
    """Exports a part and tells whether it was taken."""

    def __call__(self, part: Sequence[T_contra], /, *, is_again: bool) -> bool: ...


def _send(batch: Sequence[T], export: _Export[T], answer: LastAnswer, patience: Patience | None) -> Outcome:
    delivered = refused = rejected = in_a_row = 0
    waiting = [batch]
    is_again = False
    answer.begin()
    while waiting and in_a_row < MAX_REFUSED_IN_A_ROW:
        part = waiting.pop()
        answer.forget()
        is_taken, is_again = export(part, is_again=is_again), False
        if is_taken:
            left_out = min(answer.rejected, len(part))
            delivered, rejected, in_a_row = delivered + len(part) - left_out, rejected + left_out, 0
        elif answer.is_refusal:
            in_a_row += 1
            refused += len(part) == 1
            waiting += reversed(_halves(part))
        elif patience and answer.is_away and patience(answer.fault):
            waiting.append(part)
            is_again = True
    return Outcome(delivered, refused + rejected, rejected)


def _halves(part: Sequence[T]) -> list[Sequence[T]]:
    """The two halves in order; none of a part of one, which cannot be cut."""
    middle = len(part) // 2
    return [part[:middle], part[middle:]] if middle else []
