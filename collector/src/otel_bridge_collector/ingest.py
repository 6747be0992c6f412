"""The one door into the spool: check a request's structure, number its transaction, keep it durably.

Every receiver enters here. It makes no row of a span; that is delivery's work.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from otel_bridge.contract.row import Row
from otel_bridge_collector.decode import native, otlp_json, protobuf
from otel_bridge_collector.decode.structure import Checked, check_logs, check_traces
from otel_bridge_collector.spool.record import Routing, Signal
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.xact import XactClock
from otel_bridge_collector.telemetry import Counters, RareLog

logger = logging.getLogger(__name__)

_PARSED_IN_PLACE: Final = 1 << 20
"""Larger bodies are parsed on a thread, so that they do not hold up the others on the event loop."""

_COUNTED: Final[Mapping[Signal, str]] = {"traces": "spans", "logs": "log records", "rows": "rows"}
"""Signal -> what a request of it holds."""


class Encoding(Enum):
    """The two forms of an OTLP request."""

    PROTOBUF = "protobuf"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a request; what is accepted is durable.

    Attributes:
        accepted: spans or log records kept.
        rejected: those that no row can be made of.
        reason: the first fault among them; empty when nothing is rejected.
    """

    accepted: int
    rejected: int
    reason: str


class Keep(Protocol):
    """One of the entrances of `Ingest`."""

    def __call__(self, body: bytes, encoding: Encoding, *, parent: str | None) -> Awaitable[Outcome]:
        """Keep a request."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    outcome: Outcome
    payload: bytes


class Ingest:
    """Takes requests in, from any task of one event loop."""

    def __init__(
        self, spool: Spool, xacts: XactClock, counters: Counters, *, now_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._spool = spool
        self._xacts = xacts
        self._counters = counters
        self._now_ns = now_ns
        self._rejections = RareLog(logger)

    async def traces(self, body: bytes, encoding: Encoding, *, parent: str | None) -> Outcome:
        """Keep an OTLP trace request.

        Args:
            body: the request, decompressed.
            encoding: how it is written; either way protobuf is kept.
            parent: the request's parent string or slug, known to be readable; or None.

        Raises:
            MalformedBodyError: `body` is no trace request.
            SpoolError: it could not be kept.
        """
        return await self._keep("traces", await _off_loop(_check_traces, body, encoding), parent)

    async def logs(self, body: bytes, encoding: Encoding, *, parent: str | None) -> Outcome:
        """Keep an OTLP log request; arguments and errors as with `traces`."""
        return await self._keep("logs", await _off_loop(_check_logs, body, encoding), parent)

    async def rows(self, rows: Sequence[Row]) -> int:
        """Keep rows that came as rows, and return their transaction.

        Args:
            rows: at least one, each as `decode.native.check_rows` leaves it.

        Raises:
            SpoolError: they could not be kept.
        """
        payload = await asyncio.to_thread(native.pack_rows, rows)
        xact = self._xacts.next(payload_bytes=len(payload))
        routing = Routing(signal="rows", parent=None, xact=xact, received_ns=self._now_ns())
        await self._spool.append(routing, payload)
        self._counters.add("rows_accepted", len(rows))
        return routing.xact

    async def _keep(self, signal: Signal, checked: _Checked, parent: str | None) -> Outcome:
        outcome = checked.outcome
        if outcome.accepted:
            xact = self._xacts.next(payload_bytes=len(checked.payload))
            routing = Routing(signal=signal, parent=parent, xact=xact, received_ns=self._now_ns())
            await self._spool.append(routing, checked.payload)
        self._counters.add(f"{signal}_accepted", outcome.accepted)
        if outcome.rejected:
            self._counters.add(f"{signal}_rejected", outcome.rejected)
            # OpenTelemetry's Python exporters do not read partial_success: the log is where it can be seen.
            self._rejections.warning(
                "%d of a request's %s rejected: %s",
                outcome.rejected,
                _COUNTED[signal],
                outcome.reason,
            )
        return outcome


async def _off_loop(
    check: Callable[[bytes, Encoding], _Checked], body: bytes, encoding: Encoding
) -> _Checked:
    if len(body) <= _PARSED_IN_PLACE:
        return check(body, encoding)
    return await asyncio.to_thread(check, body, encoding)


def _check_traces(body: bytes, encoding: Encoding) -> _Checked:
    if encoding is Encoding.PROTOBUF:
        return _checked(check_traces(protobuf.parse_traces(body)), body)
    return _checked(check_traces(otlp_json.parse_traces(body)), None)


def _check_logs(body: bytes, encoding: Encoding) -> _Checked:
    if encoding is Encoding.PROTOBUF:
        return _checked(check_logs(protobuf.parse_logs(body)), body)
    return _checked(check_logs(otlp_json.parse_logs(body)), None)


def _checked(
    checked: Checked[ExportTraceServiceRequest] | Checked[ExportLogsServiceRequest], received: bytes | None
) -> _Checked:
    """Keep the bytes as `received`, unless they are no protobuf or hold what was rejected."""
    outcome = Outcome(accepted=checked.accepted, rejected=checked.rejected, reason=checked.reason)
    if received is None or checked.rejected:
        received = checked.request.SerializeToString()
    return _Checked(outcome=outcome, payload=received)
