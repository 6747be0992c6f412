"""OTLP over gRPC: requests in, OTLP answers out. Nothing is answered OK that ingest has not kept.

Source: OTLP specification 1.x, "OTLP/gRPC". Messages that are too large, before or after decompression, are
refused by grpc itself with RESOURCE_EXHAUSTED and no `RetryInfo`, which means never again. Metrics find no
service here and get UNIMPLEMENTED.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (the stubs of grpc leave the types of requests and answers open)

import logging
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import unquote

import grpc
import grpc.aio
from google.protobuf.message import Message

from otel_bridge.contract.names import PARENT_HEADER
from otel_bridge_collector.access import Access, asking
from otel_bridge_collector.errors import ForbiddenError, SettingsError
from otel_bridge_collector.ingest import Encoding, Ingest, Keep, Outcome
from otel_bridge_collector.receive.answer import logs_answer, traces_answer
from otel_bridge_collector.receive.auth import Authenticator
from otel_bridge_collector.receive.fault import KNOWN_ERRORS, Fault, fault_of
from otel_bridge_collector.receive.parent import check_parent
from otel_bridge_collector.receive.rules import SEND
from otel_bridge_collector.settings import Address
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

_TRACES: Final = "opentelemetry.proto.collector.trace.v1.TraceService"
_LOGS: Final = "opentelemetry.proto.collector.logs.v1.LogsService"
_CODES: Final = {code.value[0]: code for code in grpc.StatusCode}

_Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"


class GrpcServer:
    """Serves OTLP on one address; belongs to the event loop in which it is made."""

    def __init__(
        self, ingest: Ingest, address: Address, authenticator: Authenticator, *, max_body_bytes: int
    ) -> None:
        """Take the address; calls wait until `start`.

        Args:
            ingest: where requests go.
            address: where to listen.
            authenticator: tells who asks.
            max_body_bytes: limit of one request.

        Raises:
            SettingsError: the address cannot be taken.
        """
        self._server = grpc.aio.server(
            handlers=[
                _service(_TRACES, _Export(ingest.traces, traces_answer, authenticator)),
                _service(_LOGS, _Export(ingest.logs, logs_answer, authenticator)),
            ],
            # Without the second option two sidecars would share a port and each get half of the spans.
            options=[("grpc.max_receive_message_length", max_body_bytes), ("grpc.so_reuseport", 0)],
        )
        try:
            port = self._server.add_insecure_port(str(address))
        except RuntimeError as error:
            raise SettingsError(
                f"cannot listen on {address}: address already in use or not ours: stop what listens there, or choose"
                " another address with --otlp-grpc (port 0 takes any free one)"
            ) from error
        self.address = Address(host=address.host, port=port)

    async def start(self) -> None:
        """Begin to serve."""
        await self._server.start()

    async def stop(self, *, drain_s: float) -> None:
        """Take no more calls and let running ones end, for as long as `drain_s`."""
        await self._server.stop(drain_s)


class _Export:
    """The method `Export` of one service."""

    def __init__(
        self, keep: Keep, answer: Callable[[Outcome], Message], authenticator: Authenticator
    ) -> None:
        self._keep = keep
        self._answer = answer
        self._authenticator = authenticator
        self._refusals = RareLog(logger)

    async def call(self, body: bytes, context: _Context) -> bytes:
        try:
            with asking(self._access_of(context)):
                parent = check_parent(_metadata(context, PARENT_HEADER))
                outcome = await self._keep(body, Encoding.PROTOBUF, parent=parent)
        except KNOWN_ERRORS as error:
            fault = fault_of(error)
            self._refusals.warning("a call was refused with %s: %s", _CODES[fault.code].name, fault.message)
            await context.abort(_CODES[fault.code], fault.message, _trailing_metadata(fault))
        return self._answer(outcome).SerializeToString()

    def _access_of(self, context: _Context) -> Access:
        access = self._authenticator.access_of(
            _metadata(context, "authorization"), address=_address_of(context.peer())
        )
        if not access.may(SEND):
            raise ForbiddenError(f"this needs a key with the scope {' or '.join(sorted(SEND))}")
        return access


def _service(name: str, export: _Export) -> "grpc.GenericRpcHandler[bytes, bytes]":
    handler = grpc.unary_unary_rpc_method_handler(export.call)
    return grpc.method_handlers_generic_handler(name, {"Export": handler})


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
