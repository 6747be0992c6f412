"""OTLP over HTTP towards a backend: bytes out, protobuf in both directions.

Source: OTLP specification 1.x, "OTLP/HTTP".
"""

import gzip
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import httpx
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from otel_bridge_collector.sinks.http import ask
from otel_bridge_collector.sinks.otlp_request import OtlpRequest

_PROTOBUF: Final = "application/x-protobuf"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtlpHttpOptions:
    """How to reach a backend.

    Attributes:
        urls: whole URL by signal; requests of another signal have no way.
        headers: of every request.
        tls: for URLs with https.
    """

    urls: Mapping[str, str]
    headers: Mapping[str, str]
    compression: Literal["gzip", "none"]
    timeout_s: float
    tls: ssl.SSLContext


class OtlpHttpTransport:
    """A `Transport` over HTTP/1.1."""

    def __init__(self, options: OtlpHttpOptions) -> None:
        self._urls = options.urls
        self._compress = options.compression == "gzip"
        self._client = httpx.AsyncClient(
            timeout=options.timeout_s, verify=options.tls, headers=dict(options.headers)
        )

    async def export(self, request: OtlpRequest) -> str:
        """See `Transport`."""
        headers = {"content-type": _PROTOBUF}
        body = request.body
        if self._compress:
            body = gzip.compress(body, compresslevel=1)
            headers["content-encoding"] = "gzip"
        response = await ask(self._client, "POST", self._urls[request.signal], content=body, headers=headers)
        is_protobuf = response.headers.get("content-type", "").startswith(_PROTOBUF)
        return rejected(request, response.content) if is_protobuf else ""

    async def close(self) -> None:
        """See `Transport`."""
        await self._client.aclose()


def rejected(request: OtlpRequest, answer: bytes) -> str:
    """Return what a backend rejected of a request that it took, or nothing."""
    try:
        if request.signal == "traces":
            traces = ExportTraceServiceResponse.FromString(answer).partial_success
            number, message = traces.rejected_spans, traces.error_message
        else:
            logs = ExportLogsServiceResponse.FromString(answer).partial_success
            number, message = logs.rejected_log_records, logs.error_message
    except DecodeError:
        return ""
    return f"the backend rejected {number} of a request: {message}" if number else ""
