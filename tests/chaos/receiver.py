"""A destination that takes OTLP over HTTP and Braintrust's rows, and answers as it is told: well, badly, late or not at all."""

import gzip
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, cast

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.chaos.plan import Answer

POISON: Final = b"poison"
"""Bytes that make a request one that is refused for ever."""

_HANG_S: Final = 3.0
"""Longer than the sidecar waits for an answer (`sidecar.CONFIG`)."""

_RESET: Final = struct.pack("ii", 1, 0)


class Receiver:
    """What came in.

    Attributes:
        url: where it listens.
        answer: how it answers from now on.
        spans: id of each span -> how often it came.
        rows: id of each row -> how often it came, updates included.
        faults: how often it answered badly, by kind.
    """

    def __init__(self) -> None:
        self.url = ""
        self.answer = Answer.OK
        self.spans: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.hung = threading.Event()
        self._changing = threading.Lock()

    def take_spans(self, body: bytes) -> None:
        """Keep the spans of an OTLP request."""
        request = ExportTraceServiceRequest.FromString(body)
        ids = [
            span.span_id.hex()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        with self._changing:
            self.spans.update(ids)

    def take_rows(self, body: bytes) -> None:
        """Keep the rows of a request to `/logs3`."""
        with self._changing:
            self.rows.update(row["id"] for row in json.loads(body)["rows"])

    def count_fault(self) -> None:
        """Count a bad answer."""
        with self._changing:
            self.faults[self.answer] += 1


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run one on a free port of 127.0.0.1."""
    found = Receiver()

    class Handler(_Handler):
        receiver = found

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.hung.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Server(ThreadingHTTPServer):
    request_queue_size = 100

    def handle_error(self, *_args: Any) -> None:
        """Say nothing of connections that a killed sidecar left."""


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, {"logs3_payload_max_bytes": 1 << 20})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if self.path.startswith(("/v1/traces", "/v1/logs", "/logs3")):
            self._take(body)
        elif self.path.startswith("/api/apikey/login"):
            self._answer(200, {"org_info": [{"id": "o", "name": "o"}]})
        else:
            self._answer(200, {"id": f"there-{json.loads(body).get('name')}"})

    def _take(self, body: bytes) -> None:
        if self.receiver.answer is not Answer.OK:
            self._fail()
        elif POISON in body:
            self._answer(400, {"error": "poison"})
        else:
            if self.path.startswith("/v1/traces"):
                self.receiver.take_spans(body)
            elif self.path.startswith("/logs3"):
                self.receiver.take_rows(body)
            self._answer(200, {})

    def _fail(self) -> None:
        answer = self.receiver.answer
        self.receiver.count_fault()
        if answer is Answer.HANG:
            self.receiver.hung.wait(_HANG_S)
        if answer in (Answer.HANG, Answer.RESET):
            cast("socket.socket", self.connection).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.close_connection = True
            return
        self._answer(int(answer.value), {"error": "chaos"}, retry_after=answer is Answer.BUSY)

    def _answer(self, status: int, content: dict[str, Any], *, retry_after: bool = False) -> None:
        body = json.dumps(content).encode() if not self.path.startswith("/v1/") or status != 200 else b""
        if self.path.startswith(("/v1/project", "/v1/experiment", "/v1/dataset")):
            body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if retry_after:
            self.send_header("retry-after", "1")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Stay quiet."""
