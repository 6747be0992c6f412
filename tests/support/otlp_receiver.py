"""A tiny OTLP/HTTP receiver: keeps what it is sent, as decoded messages, and answers what it is told to."""

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

M = TypeVar("M", bound=Message)


class OtlpReceiver:
    """What came in; safe to read while it runs.

    Attributes:
        url: base URL of the receiver.
        status: HTTP status of every answer.
        max_body_bytes: a larger body gets 413; 0 for no limit.
        poison: bytes that make a body one that gets `poison_status`; empty for none.
        poison_status: see `poison`.
        answers_with: headers of every answer.
        rejects: how many of each request it says that it left out, with the reason; (0, "") says nothing.
        metrics: the names of the metrics of every request with some.
        requests: path and headers (lower case) of every request.
    """

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.max_body_bytes = 0
        self.poison = b""
        self.poison_status = 400
        self.answers_with: dict[str, str] = {}
        self.rejects = (0, "")
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.metrics: list[set[str]] = []
        self._spans: list[Span] = []
        self._by_request: list[list[Span]] = []
        self._lock = threading.Lock()
        self._records: list[LogRecord] = []

    @property
    def spans_by_request(self) -> list[list[Span]]:
        """The spans of each request, none for one that was refused or held records."""
        return list(self._by_request)

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Keep a request and return the status of its answer."""
        with self._lock:
            self.requests.append((path, headers))
            self._by_request.append([])
            index = len(self._by_request) - 1
        status = 413 if 0 < self.max_body_bytes < len(body) else self.status
        if self.poison and self.poison in body:
            status = self.poison_status
        if status == 200:
            self._keep(path, body, index)
        return status

    def _keep(self, path: str, body: bytes, index: int) -> None:
        if path.endswith("/v1/metrics"):
            metrics = _parsed(ExportMetricsServiceRequest(), body)
            self.metrics.append(
                {
                    metric.name
                    for resource in metrics.resource_metrics
                    for scope in resource.scope_metrics
                    for metric in scope.metrics
                }
            )
        elif path.endswith("/v1/traces"):
            request = _parsed(ExportTraceServiceRequest(), body)
            spans = [
                span
                for resource in request.resource_spans
                for scope in resource.scope_spans
                for span in scope.spans
            ]
            self._spans += spans
            self._by_request[index] += spans
        else:
            logs = _parsed(ExportLogsServiceRequest(), body)
            self._records += [
                record
                for resource in logs.resource_logs
                for scope in resource.scope_logs
                for record in scope.log_records
            ]

    @property
    def spans(self) -> dict[str, dict[str, Any]]:
        """Attributes of the received spans by span name; the last of each name."""
        return {span.name: attributes(span) for span in self._spans}

    @property
    def raw_spans(self) -> list[Span]:
        return list(self._spans)

    @property
    def records(self) -> list[tuple[str, dict[str, Any]]]:
        """Event name and attributes of the received log records."""
        return [(record.event_name, attributes(record)) for record in self._records]

    @property
    def raw_records(self) -> list[LogRecord]:
        return list(self._records)


def attributes(message: Any) -> dict[str, Any]:
    """Attributes of a span, event or log record as Python values."""
    return {pair.key: _value(pair.value) for pair in message.attributes}


def wait_until(condition: Callable[[], object], timeout_s: float = 60) -> None:
    """Wait for a condition, for no longer than a deadline, which a slow machine does not reach."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.005)


@contextmanager
def otlp_receiver() -> Iterator[OtlpReceiver]:
    """Run a receiver on a free port of 127.0.0.1."""
    receiver = OtlpReceiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(receiver))
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(receiver: OtlpReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            headers = {key.lower(): value for key, value in self.headers.items()}
            self.send_response(receiver.take(self.path, headers, body))
            for name, value in receiver.answers_with.items():
                self.send_header(name, value)
            said = _partial_success(*receiver.rejects)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_args: Any) -> None:
            """Stay quiet."""

    return Handler


def _partial_success(rejected: int, reason: str) -> bytes:
    partial = ExportTracePartialSuccess(rejected_spans=rejected, error_message=reason)
    whole = ExportTraceServiceResponse(partial_success=partial if rejected else None)
    return whole.SerializeToString()


def _parsed(message: M, body: bytes) -> M:
    message.ParseFromString(body)
    return message


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, kind) if kind else None
