"""A server that keeps every byte it is sent: OTLP, and the calls that attachments make."""

import base64
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, quote_plus


class Wire:
    """What came in; safe to read while it runs.

    Attributes:
        url: base URL of the server.
        requests: of each request, its line, headers and decompressed body.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, bytes]] = []

    def bodies(self, part: str) -> list[bytes]:
        """What was sent to the paths that contain `part`."""
        return [everything for line, everything in self.requests if part in line]

    def found(self, secret: str) -> list[str]:
        """In which requests `secret` is, and how it is written there; uploads of attachments do not count."""
        return [
            f"{line}: {form}"
            for line, everything in self.requests
            if "/upload/" not in line
            for form, written in forms(secret).items()
            if written in everything
        ]


def forms(secret: str) -> dict[str, bytes]:
    """How a secret may be written, by kind."""
    escaped = json.dumps(secret)[1:-1]
    plain = secret.encode()
    written = {
        "plain": plain,
        "JSON": escaped.encode(),
        "JSON in JSON": json.dumps(escaped)[1:-1].encode(),
        "JSON without ASCII": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "URL": quote(secret, safe="").encode(),
        "form": quote_plus(secret).encode(),
        "UTF-16": secret.encode("utf-16-le"),
        "hex": plain.hex().encode(),
    }
    for before in range(3):
        # In base64 the letters depend on what stands before: of each of three places, the ones that are the same.
        text = base64.b64encode(b"\0" * before + plain)
        inner = text[(before * 8 + 5) // 6 + 1 : len(text) // 4 * 4 - 4]
        written[f"base64 {before}"] = inner
        written[f"URL base64 {before}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return written


@contextmanager
def wire() -> Iterator[Wire]:
    """Run a server on a free port of 127.0.0.1."""
    kept = Wire()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(kept))
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(kept: Wire) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            line = f"{self.command} {self.path}"
            kept.requests.append((line, f"{line}\n{self.headers}".encode() + body))
            answer = json.dumps(_answer(kept.url, self.path)).encode() if "/v1/" not in self.path else b""
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def do_GET(self) -> None:
            self._take()

        def do_POST(self) -> None:
            self._take()

        def do_PUT(self) -> None:
            self._take()

        def log_message(self, *_args: Any) -> None:
            """Stay quiet."""

    return Handler


def _answer(url: str, path: str) -> dict[str, Any]:
    """Enough of the API for an attachment."""
    if path.endswith("/attachment"):
        return {"signedUrl": f"{url}/upload/1", "headers": {}}
    return {"org_info": [{"id": "org", "name": "org", "api_url": url, "proxy_url": url}]}
