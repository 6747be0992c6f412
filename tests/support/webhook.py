"""A server that keeps what is posted to it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any


class Webhook:
    """What came in; safe to read while it runs.

    Attributes:
        url: where it is.
        status: of every answer.
        taken: the bodies that were answered with 200, in order.
    """

    def __init__(self) -> None:
        self.url = ""
        self.status = 200
        self.taken: list[Any] = []

    @property
    def counts(self) -> list[int]:
        """How many logs each alert told of."""
        return [each["details"]["count"] for each in self.taken]


@contextmanager
def webhook_server() -> Iterator[Webhook]:
    """Run one on a free port."""
    hook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if hook.status == 200:
                hook.taken.append(body)
            self.send_response(hook.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    hook.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield hook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dripping_server(begin: bytes, drip: bytes) -> Iterator[str]:
    """Run one that begins each answer with `begin` and goes on with `drip` until it is hung up on; give its URL."""
    ended = threading.Event()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                self.request.recv(65_536)
                self.request.sendall(begin)
                while not ended.wait(0.05):
                    self.request.sendall(drip)

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
