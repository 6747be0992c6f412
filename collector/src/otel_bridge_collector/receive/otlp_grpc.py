"""OTLP over gRPC: requests in, OTLP answers out. Nothing is answered OK that ingest has not kept.

Source: OTLP specification 1.x, "OTLP/gRPC". Messages that are too large, before or after decompression, are
refused by grpc itself with RESOURCE_EXHAUSTED and no `RetryInfo`, which means never again. Of metrics
every data point is rejected, as over HTTP.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (the stubs of grpc leave the types of requests and answers open)

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, TypeAlias, cast
from urllib.parse import unquote

import grpc
import grpc.aio
from google.protobuf.message import Message

from otel_bridge.contract.names import PARENT_HEADER
from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge_collector.access import Access, asking
from otel_bridge_collector.errors import (
    ForbiddenError,
    MalformedBodyError,
    SettingsError,
    SlowRequestError,
)
from otel_bridge_collector.health import Health
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.ingest_protocols import Keep
from otel_bridge_collector.intake import Encoding, Outcome
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.metrics.reason import reason_of
from otel_bridge_collector.receive.admission import Hold
from otel_bridge_collector.receive.answer import logs_answer, metrics_answer, traces_answer
from otel_bridge_collector.receive.door import Door
from otel_bridge_collector.receive.fault import KNOWN_ERRORS, Fault, fault_of
from otel_bridge_collector.receive.grpc_health import GrpcHealth
from otel_bridge_collector.receive.parent import check_parent
from otel_bridge_collector.receive.rules import SEND
from otel_bridge_collector.settings import Address
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

_TRACES: Final = "opentelemetry.proto.collector.trace.v1.TraceService"
_LOGS: Final = "opentelemetry.proto.collector.logs.v1.LogsService"
_METRICS: Final = "opentelemetry.proto.collector.metrics.v1.MetricsService"
_OPTIONS: Final = [
    # Otherwise two sidecars would share a port and each get half of the spans.
    ("grpc.so_reuseport", 0),
    ("grpc.max_metadata_size", 64 << 10),
    ("grpc.max_concurrent_streams", 100),
    ("grpc.server_handshake_timeout_ms", 10_000),
    # A client that is gone without a word is found out; one that has nothing to say may come again.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_connection_idle_ms", 600_000),
]
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}

_Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"


class GrpcServer:
    """Serves OTLP on one address; belongs to the event loop in which it is made.

    Attributes:
        address: with the port that was taken.
        keeps: signal -> where its requests go.
    """

    def __init__(
        self, ingest: Ingest, address: Address, door: Door, health: Health, *, max_body_bytes: int
    ) -> None:
        """Take the address; calls wait until `start`.

        Args:
            ingest: where requests go.
            address: where to listen.
            door: says who may come in, and how much at a time; and how it is spoken to.
            health: is told by the health service.
            max_body_bytes: limit of one request.

        Raises:
            SettingsError: the address cannot be taken.
        """
        self.keeps: Mapping[str, Keep] = {
            "traces": ingest.traces,
            "logs": ingest.logs,
            "metrics": ingest.metrics,
        }
        self._server = grpc.aio.server(
            handlers=[
                _service(_TRACES, _Export(self.keeps["traces"], traces_answer, ingest, door, max_body_bytes)),
                _service(_LOGS, _Export(self.keeps["logs"], logs_answer, ingest, door, max_body_bytes)),
                _service(
                    _METRICS, _Export(self.keeps["metrics"], metrics_answer, ingest, door, max_body_bytes)
                ),
            ],
            options=[("grpc.max_receive_message_length", max_body_bytes), *_OPTIONS],
        )
        self._health = GrpcHealth(health, (_TRACES, _LOGS))
        self._health.add_to(self._server)
        try:
            if tls := door.tls.otlp_grpc:
                port = self._server.add_secure_port(str(address), tls.grpc_credentials())
            else:
                port = self._server.add_insecure_port(str(address))
        except RuntimeError as error:
            raise SettingsError(
                f"cannot listen on {address}: address already in use or not ours: stop what listens there, or choose"
                " another address with --otlp-grpc (port 0 takes any free one)"
            ) from error
        self.address = Address(host=address.host, port=port)

    async def start(self) -> None:
        """Begin to serve."""
        await self._health.start()
        await self._server.start()

    async def stop(self, *, drain_s: float) -> None:
        """Take no more calls and let running ones end, for as long as `drain_s`."""
        await self._health.stop()
        await self._server.stop(drain_s)


class _Export:
    """The method `Export` of one service."""

    def __init__(
        self,
        keep: Keep,
        answer: Callable[[Outcome], Message],
        ingest: Ingest,
        door: Door,
        max_body_bytes: int,
    ) -> None:
        self._keep = keep
        self._admit = ingest.admit
        self._answer = answer
        self._door = door
        self._max_body_bytes = max_body_bytes
        self._refusals = RareLog(logger)

    async def call(self, _: AsyncIterator[bytes], context: _Context) -> bytes:
        try:
            access = self._access_of(context)
            with asking(access), self._door.admission.hold(access.name) as hold:
                named = _metadata(context, PARENT_HEADER)
                self._admit(named)
                body = await self._read(context, hold)
                parent = check_parent(named)
                receipt = _metadata(context, RECEIPT_HEADER)
                outcome = await self._keep(
                    body, Encoding.PROTOBUF, parent=parent, receipt=receipt, transport="grpc"
                )
        except KNOWN_ERRORS as error:
            fault = fault_of(error)
            self._door.counters.add(REFUSED_REQUESTS, 1, "grpc", reason_of(error))
            self._refusals.warning("a call was refused with %s: %s", _CODES[fault.code].name, fault.message)
            await context.abort(_CODES[fault.code], fault.message, _trailing_metadata(fault))
        return self._answer(outcome).SerializeToString()

    async def _read(self, context: _Context, hold: Hold) -> bytes:
        """Return the one message of a call. It is not read before there is room for the largest: nobody says its size before."""
        await hold.grow(self._max_body_bytes)
        coming = asyncio.ensure_future(context.read())
        # Not cancelled: grpc ends it with the call.
        coming.add_done_callback(_forget)
        done, _ = await asyncio.wait({coming}, timeout=self._door.timeout_s)
        if not done:
            raise SlowRequestError("the request came too slowly")
        body = cast("object", coming.result())
        if not isinstance(body, bytes):  # the stubs know nothing of grpc's EOF
            raise MalformedBodyError("the call has no message")
        hold.shrink_to(len(body))
        return body

    def _access_of(self, context: _Context) -> Access:
        access = self._door.authenticator.access_of(
            _metadata(context, "authorization"), address=_address_of(context.peer())
        )
        if not access.may(SEND):
            raise ForbiddenError(f"this needs a key with the scope {' or '.join(sorted(SEND))}")
        return access


def _service(name: str, export: _Export) -> "grpc.GenericRpcHandler[bytes, bytes]":
    # A stream of one message, so that a call begins before its message has come, and can wait for room or end.
    handler = grpc.stream_unary_rpc_method_handler(export.call)
    return grpc.method_handlers_generic_handler(name, {"Export": handler})


def _forget(coming: "asyncio.Future[bytes]") -> None:
    if not coming.cancelled():
        coming.exception()


def _metadata(context: _Context, name: str) -> str | None:
    metadata = context.invocation_metadata() or ()
    return next((str(value) for key, value in metadata if key == name), None)


def _address_of(peer: str) -> str:
    """Return the address in `ipv4:127.0.0.1:4711` or `ipv6:%5B::1%5D:4711`, without its port."""
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")


def _trailing_metadata(fault: Fault) -> tuple[tuple[str, bytes], ...]:
    """Return the fault as the OTLP specification has it, and the retry as OpenTelemetry's Python exporter reads it."""
    details = ("grpc-status-details-bin", fault.status().SerializeToString())
    retry_info = fault.retry_info()
    if retry_info is None:
        return (details,)
    return (details, ("google.rpc.retryinfo-bin", retry_info.SerializeToString()))
