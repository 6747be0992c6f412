"""A server that invokes functions by a script: answers logins, and every invocation with what the test laid ready."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FunctionServer:
    """What was asked, and what is answered; safe to read while it runs.

    Attributes:
        url: its base URL.
        status: of the answers.
        body: of the answers that are no stream.
        events: name and data of each event of the answers that are streams.
        is_cut: whether a stream ends before its end.
        bodies: JSON of every invocation.
        headers: of every invocation, in lower case.
    """

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.body = b"null"
        self.events: Sequence[tuple[str, str]] = ()
        self.is_cut = False
        self.bodies: list[Any] = []
        self.headers: list[Mapping[str, str]] = []


@contextmanager
def function_server() -> Iterator[FunctionServer]:
    """Run one on a free port."""
    told = FunctionServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.daemon_threads = True
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _organisation(url: str) -> bytes:
    org = {"id": "o", "name": "acme", "api_url": url, "proxy_url": f"{url}/v1/proxy"}
    return json.dumps({"org_info": [org]}).encode()


def _handler(told: FunctionServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.path == "/api/apikey/login":
                self._whole(200, _organisation(told.url))
                return
            asked = json.loads(body)
            told.bodies.append(asked)
            told.headers.append({name.lower(): value for name, value in self.headers.items()})
            if asked["stream"] and told.status == 200:
                self._piecewise()
            else:
                self._whole(told.status, told.body)

        def _whole(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _piecewise(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for name, data in told.events:
                event = f"event: {name}\ndata: {data}\n\n".encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            self.close_connection = told.is_cut
            self.wfile.write(b"" if told.is_cut else b"0\r\n\r\n")

        def log_message(self, *_args: Any) -> None:
            """Stay quiet."""

    return Handler
