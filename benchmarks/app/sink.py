"""A receiver that takes everything and counts it. `python sink.py DELAY_MS` prints its port.

It understands no format: each traced call has a marker of its own in its input, and the markers are counted in whatever arrives.
`GET /__reset` forgets, `GET /__stats` tells `{"spans": n}`. The answers that Braintrust's SDK needs at its start are made up.
"""

import gzip
import json
import re
import sys
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

MARKER: Final = re.compile(rb"u\d{8}u")


class Sink(ThreadingHTTPServer):
    """The server, and what it got."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, delay_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.delay_s = delay_s
        self.bodies: list[tuple[str, bytes]] = []

    def markers(self) -> int:
        """How many different traced calls arrived."""
        found: set[bytes] = set()
        for encoding, body in self.bodies:
            found.update(MARKER.findall(_plain(encoding, body)))
        return len(found)

    def answer(self, path: str) -> Any:
        """The JSON that a request for `path` gets."""
        url = f"http://127.0.0.1:{self.server_port}"
        if path.startswith("/__reset"):
            self.bodies = []
        if path.startswith("/__stats"):
            return {"spans": self.markers()}
        if path.startswith("/api/apikey/login"):
            return {"org_info": [{"id": "o", "name": "org", "api_url": url, "proxy_url": url}]}
        if "project/register" in path:
            return {"project": {"id": "11111111-1111-1111-1111-111111111111", "name": "p"}}
        return {"version": "1", "logs3_payload_max_bytes": None} if path.startswith("/version") else {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.bodies.append((self.headers.get("content-encoding") or "", body))
        time.sleep(self.server.delay_s)
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _answer(self) -> None:
        is_otlp = self.path.endswith("/v1/traces")
        text = b"" if is_otlp else json.dumps(self.server.answer(self.path)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf" if is_otlp else "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _plain(encoding: str, body: bytes) -> bytes:
    if "gzip" in encoding:
        return gzip.decompress(body)
    return zlib.decompress(body) if "deflate" in encoding else body


if __name__ == "__main__":
    sink = Sink(int(sys.argv[1]) / 1000)
    print(sink.server_port, flush=True)
    sink.serve_forever()
