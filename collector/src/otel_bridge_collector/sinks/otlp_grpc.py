"""OTLP over gRPC towards a backend: the bytes of a request as they are.

Source: OTLP specification 1.x, "OTLP/gRPC" with its table of retryable codes. RESOURCE_EXHAUSTED may pass only with RetryInfo;
without it the request is too large. What is wrong with the backend or with our settings (UNAUTHENTICATED, UNIMPLEMENTED,
INTERNAL) counts as something that may pass, as over HTTP.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the stubs of grpc leave the types of requests and answers open)

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

from otel_bridge_collector.errors import PermanentError, RetryableError
from otel_bridge_collector.sinks.otlp_http import rejected
from otel_bridge_collector.sinks.otlp_request import OtlpRequest

_METHODS: Final = {
    "traces": "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
    "logs": "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
}
_DATA_CODES: Final = frozenset({grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED})
_COMPRESSION: Final = {"gzip": grpc.Compression.Gzip, "none": grpc.Compression.NoCompression}
_MAX_RETRY_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpGrpcOptions:
    """How to reach a backend.

    Attributes:
        target: HOST:PORT.
        metadata: of every call, names in lower case.
        credentials: None for no TLS.
        server_name: the name that the certificate must have; None for the target's.
    """

    target: str
    metadata: Mapping[str, str]
    compression: Literal["gzip", "none"]
    timeout_s: float
    credentials: grpc.ChannelCredentials | None
    server_name: str | None = None


class OtlpGrpcTransport:
    """A `Transport` over one channel."""

    def __init__(self, options: OtlpGrpcOptions) -> None:
        self._options = options
        settings: list[tuple[str, str | int]] = [("grpc.max_send_message_length", -1)]
        if options.server_name:
            settings.append(("grpc.ssl_target_name_override", options.server_name))
        if options.credentials is None:
            self._channel = grpc.aio.insecure_channel(options.target, options=settings)
        else:
            self._channel = grpc.aio.secure_channel(options.target, options.credentials, options=settings)
        self._calls = {
            signal: self._channel.unary_unary(method, _as_is, _as_is) for signal, method in _METHODS.items()
        }

    async def export(self, request: OtlpRequest) -> str:
        """See `Transport`."""
        try:
            answer = await self._calls[request.signal](
                request.body,
                timeout=self._options.timeout_s,
                metadata=tuple(self._options.metadata.items()),
                compression=_COMPRESSION[self._options.compression],
            )
        except grpc.aio.AioRpcError as error:
            raise _error(error) from error
        return rejected(request, cast("bytes", answer))

    async def close(self) -> None:
        """See `Transport`."""
        await self._channel.close(None)


def _as_is(message: bytes) -> bytes:
    return message


def _error(error: grpc.aio.AioRpcError) -> PermanentError | RetryableError:
    message = f"the backend answered {error.code().name}: {error.details()}"
    wait_s = _retry_s(error)
    if error.code() in _DATA_CODES and wait_s is None:
        return PermanentError(message)
    return RetryableError(message, retry_after_s=wait_s)


def _retry_s(error: grpc.aio.AioRpcError) -> float | None:
    """Return the seconds that the backend asks to wait; None when it does not say."""
    trailing = cast("Iterable[tuple[str, str | bytes]]", error.trailing_metadata() or ())
    for key, value in trailing:
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            info = RetryInfo()
            try:
                details = Status.FromString(value).details
            except DecodeError:
                return None
            if any(detail.Unpack(info) for detail in details):
                return min(info.retry_delay.seconds + info.retry_delay.nanos / 1e9, _MAX_RETRY_S)
    return None
