"""The one door into the spool: check a request's structure, keep it durably.

Every receiver enters here. It makes no row of a span; that is delivery's work.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

import anyio
import anyio.to_thread

from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge.contract.receipt import parse_receipt
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.decode import native
from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.decode.size import MAX_MESSAGES
from otel_bridge_collector.decode.structure import ParentFault
from otel_bridge_collector.errors import (
    BodyTooLargeError,
    ForbiddenError,
    MalformedBodyError,
    QuotaError,
    SpoolError,
)
from otel_bridge_collector.ingest_protocols import Gate, Hears, Masks, NoMasks, Transport
from otel_bridge_collector.intake import (
    Bounds,
    Encoding,
    Intake,
    Outcome,
    log_intake,
    metric_points,
    trace_intake,
)
from otel_bridge_collector.masking.rows import RowMasker
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.metrics.catalog import ACCEPTED, REFUSED, REFUSED_POINTS
from otel_bridge_collector.metrics.reason import reason_of
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receipt.ledger import Word
from otel_bridge_collector.spool.record import Routing, Signal
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.spool.writer import Kept
from otel_bridge_collector.telemetry import Counters, RareLog
from otel_bridge_collector.translate.parent import named_object

logger = logging.getLogger(__name__)

_UNMASKED: Final = NoMasks()
_PARSED_IN_PLACE: Final = 1 << 20
"""Larger bodies are parsed on a thread, so that they do not hold up the others on the event loop."""

_PARSED_AT_ONCE: Final = 2
"""Of those; each may take many times its bytes for a moment (`decode.size`)."""

_COUNTED: Final[Mapping[Signal, str]] = {"traces": "spans", "logs": "log records", "rows": "rows"}
"""Signal -> what a request of it holds."""

_NO_METRICS: Final = "metrics are not kept here: set OTEL_METRICS_EXPORTER=none, or send them elsewhere"

_T = TypeVar("_T")


class Known(NamedTuple):
    """What is known of a caller's trace requests before they come.

    Attributes:
        parent: where they go.
        projects: ids of the projects that the caller reaches; None for all.
        max_messages: how many each may hold.
    """

    parent: str | None
    projects: Sequence[str] | None
    max_messages: int


class Ingest:
    """Takes requests in, from any task of one event loop.

    Attributes:
        counters: of what came in.
    """

    def __init__(  # noqa: PLR0913 - it stands between all stages
        self,
        spool: Spool,
        counters: Counters,
        gate: Gate,
        masks: Masks = _UNMASKED,
        *,
        ledger: Hears | None = None,
        quotas: Quotas | None = None,
        now_ns: Callable[[], int] = time.time_ns,
        max_messages: int = MAX_MESSAGES,
        compiled: Library | None = None,
    ) -> None:
        """Make the door.

        Args:
            spool: where requests are kept.
            counters: count what comes.
            gate: says what the caller may write.
            masks: knows what is masked before it is kept.
            ledger: keeps account of what senders say beside their spans; None for none.
            quotas: what each caller may send; None for as much as it wants.
            now_ns: the time.
            max_messages: in a request, as `decode.size` counts them; in JSON twice as many lists and objects.
            compiled: judges most trace requests before Python does; None where it is not there.
        """
        self._spool = spool
        self.counters = counters
        self._gate = gate
        self._masks = masks
        self._ledger = ledger
        self._quotas = quotas
        self._now_ns = now_ns
        self._max_messages = max_messages
        self._compiled = compiled
        self._rejections = RareLog(logger)
        self._parsing = anyio.CapacityLimiter(_PARSED_AT_ONCE)

    def known(self, parent: str | None) -> Known | None:
        """Return what is known of the caller's next trace requests, if nothing changes.

        Args:
            parent: as each of them says it.

        Returns:
            None where each has to be looked at: one is masked, or counts for a quota.
        """
        if self._masks.rules is not None or (self._quotas and self._quotas.is_on):
            return None
        return Known(
            parent=self._gate.home(parent), projects=self._gate.projects(), max_messages=self._max_messages
        )

    def admit(self, parent: str | None) -> None:
        """See that the caller may send more, before its OTLP request is read.

        Args:
            parent: the request's parent string or slug, as it came; or None.

        Raises:
            QuotaError: not now.
        """
        if self._quotas:
            self._quotas.check(parent)

    async def traces(
        self,
        body: bytes,
        encoding: Encoding,
        *,
        parent: str | None,
        receipt: str | None = None,
        transport: Transport = "http",
    ) -> Outcome:
        """Keep an OTLP trace request.

        Args:
            body: the request, decompressed.
            encoding: how it is written; either way protobuf is kept.
            parent: the request's parent string or slug, known to be readable; or None.
            receipt: what the sender says of all its spans (`otel_bridge.contract.receipt`); or None.
            transport: what it came over, for the counters.

        Raises:
            MalformedBodyError: `body` is no trace request.
            BodyTooLargeError: it holds more than may be parsed.
            ForbiddenError: the caller may not write there.
            QuotaError: the caller has sent as much as it may for now.
            SpoolError: it could not be kept.
        """
        home = self._gate.home(parent)
        checked = await self._off_loop(trace_intake, body, encoding, home)
        self._take("traces", home, len(body), checked.outcome.total, ("otlp", transport))
        known = receipt if parse_receipt(receipt) else None
        outcome = await self._keep("traces", checked, home, transport, known)
        if self._ledger and (outcome.rejected or (known and not outcome.accepted)):
            word = Word(
                receipt=known,
                projects=self._gate.projects(),
                senders=checked.senders or (),
                rejected=outcome.rejected,
                reason=outcome.reason,
            )
            await asyncio.to_thread(self._ledger.hear, word, self._now_ns())
        return outcome

    async def logs(
        self,
        body: bytes,
        encoding: Encoding,
        *,
        parent: str | None,
        receipt: str | None = None,
        transport: Transport = "http",
    ) -> Outcome:
        """Keep an OTLP log request; arguments and errors as with `traces`. No account is kept of log records."""
        del receipt
        home = self._gate.home(parent)
        checked = await self._off_loop(log_intake, body, encoding, home)
        self._take("logs", home, len(body), checked.outcome.total, ("otlp", transport))
        return await self._keep("logs", checked, home, transport)

    async def metrics(
        self,
        body: bytes,
        encoding: Encoding,
        *,
        parent: str | None,
        receipt: str | None = None,
        transport: Transport = "http",
    ) -> Outcome:
        """Count the data points of an OTLP metric request, and keep none; arguments and errors as with `logs`."""
        del receipt
        home = self._gate.home(parent)
        points = await self._off_loop(metric_points, body, encoding, home)
        if points:
            self.counters.add(REFUSED_POINTS, points, "otlp", transport, "not_kept")
            self._rejections.warning("%d data points of a request rejected: %s", points, _NO_METRICS)
        return Outcome(accepted=0, rejected=points, reason=_NO_METRICS)

    def row_fault(self, row: Row) -> str:
        """Say why the caller may not write a row; empty when nothing speaks against it."""
        named = named_object(row)
        return self._gate.fault(named) if named else ""

    async def rows(self, rows: Sequence[Row]) -> int:
        """Keep rows that came as rows, and return their transaction.

        Args:
            rows: at least one, each as `decode.native.check_rows` leaves it.

        Raises:
            ForbiddenError: the caller may not write one of them; none is kept.
            QuotaError: the caller has sent as much as it may for now.
            SpoolError: they could not be kept.
        """
        if fault := next((fault for row in rows if (fault := self.row_fault(row))), ""):
            raise ForbiddenError(fault)
        payload = await asyncio.to_thread(_packed, rows, self._masks.rules)
        named = named_object(rows[0]) if self._quotas and self._quotas.is_on else None
        self._take("rows", str(named) if named else None, len(payload), len(rows), ("braintrust", "http"))
        kept = await self._append(self._routing("rows", None), payload, len(rows), ("braintrust", "http"))
        return kept.xact

    def masked(self, fields: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return the fields of a named object as they may be kept."""
        rules = self._masks.rules
        return fields if rules is None else RowMasker(rules).fields(fields)

    async def _keep(
        self,
        signal: Signal,
        checked: Intake,
        parent: str | None,
        transport: Transport,
        receipt: str | None = None,
    ) -> Outcome:
        outcome = checked.outcome
        source = ("otlp", transport)
        if outcome.accepted:
            routing = self._routing(signal, parent, receipt, checked.senders)
            await self._append(routing, checked.payload, outcome.accepted, source)
        if outcome.rejected:
            self.counters.add(REFUSED[signal], outcome.rejected, *source, "invalid")
            # OpenTelemetry's Python exporters do not read partial_success: the log is where it can be seen.
            self._rejections.warning(
                "%d of a request's %s rejected: %s",
                outcome.rejected,
                _COUNTED[signal],
                outcome.reason,
            )
        return outcome

    async def _append(self, routing: Routing, payload: bytes, number: int, source: tuple[str, str]) -> Kept:
        """Keep a payload of so many spans, log records or rows, and count them."""
        try:
            kept = await self._spool.append(routing, payload)
        except SpoolError as error:
            self.counters.add(REFUSED[routing.signal], number, *source, reason_of(error))
            raise
        self.counters.add(ACCEPTED[routing.signal], number, *source)
        return kept

    def _routing(
        self,
        signal: Signal,
        parent: str | None,
        receipt: str | None = None,
        senders: Sequence[Sender] | None = None,
    ) -> Routing:
        return Routing(
            signal=signal,
            parent=parent,
            received_ns=self._now_ns(),
            projects=self._gate.projects(),
            receipt=receipt,
            senders=senders,
        )

    def _take(
        self, signal: Signal, parent: str | None, size_bytes: int, spans: int, source: tuple[str, str]
    ) -> None:
        """Count what was read for the quota of the caller, before it is kept."""
        if self._quotas is None:
            return
        try:
            self._quotas.take(parent, size_bytes=size_bytes, spans=spans)
        except QuotaError as error:
            self.counters.add(REFUSED[signal], spans, *source, reason_of(error))
            raise

    async def _off_loop(
        self,
        check: Callable[[bytes, Encoding, Bounds], _T],
        body: bytes,
        encoding: Encoding,
        parent: str | None,
    ) -> _T:
        bounds = Bounds(
            max_messages=self._max_messages,
            parent_fault=self._parent_fault(),
            rules=self._masks.rules,
            compiled=self._compiled,
        )
        try:
            if len(body) <= _PARSED_IN_PLACE:
                return check(body, encoding, bounds)
            return await anyio.to_thread.run_sync(check, body, encoding, bounds, limiter=self._parsing)
        except (MalformedBodyError, BodyTooLargeError):
            if self._quotas:
                self._quotas.take_unread(parent, size_bytes=len(body))
            raise

    def _parent_fault(self) -> ParentFault | None:
        """Return the question to ask of each parent; None when the caller may write everywhere."""
        return None if self._gate.projects() is None else self._text_fault

    def _text_fault(self, text: str) -> str:
        try:
            return self._gate.fault(parse_parent(text))
        except ParentError:
            return ""  # it counts as none, so that the row goes to the parent of the request


def _packed(rows: Sequence[Row], rules: RuleSet | None) -> bytes:
    if rules is None:
        return native.pack_rows(rows)
    masker = RowMasker(rules)
    return native.pack_rows([masker.row(row) for row in rows])
