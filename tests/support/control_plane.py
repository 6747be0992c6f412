"""A tiny control plane: answers login, projects and attachments, and keeps what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


class ControlPlane:
    """What was asked; safe to read while it runs.

    Attributes:
        url: its base URL.
        failures: statuses that the next requests get, in this order.
        requests: method, path and query, headers (lower case) and body of every request.
        uploads: bytes by the key of the attachment.
        prompts: what a list of prompts gives.
        statuses: the last upload status by key.
    """

    def __init__(self) -> None:
        self.url = ""
        self.failures: list[int] = []
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.prompts: list[dict[str, Any]] = []
        self.uploads: dict[str, bytes] = {}
        self.statuses: dict[str, dict[str, Any]] = {}

    @property
    def paths(self) -> list[str]:
        """Method and path of every request."""
        return [f"{method} {path}" for method, path, _, _ in self.requests]

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to a request."""
        if self.failures:
            return self.failures.pop(0), b"{}"
        if method == "PUT":
            self.uploads[path.removeprefix("/put/")] = body
            return 200, b""
        if path.startswith("/get/"):
            return 200, self.uploads[path.removeprefix("/get/")]
        if path.startswith("/v1/prompt?"):
            return 200, json.dumps({"objects": self.prompts}).encode()
        given = json.loads(body) if body else {}
        return 200, json.dumps(self._json(path, given)).encode()

    def _json(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        match urlsplit(path).path:
            case "/api/apikey/login":
                org = {"id": "org-1", "name": "acme", "api_url": self.url}
                return {"org_info": [org, {**org, "id": "org-2", "name": "other"}]}
            case "/v1/project":
                return {"id": f"id of {given['name']}", "name": given["name"], "org_id": "org-1"}
            case "/attachment" if given:
                return {"signedUrl": f"{self.url}/put/{given['key']}", "headers": {"x-signed": "yes"}}
            case "/attachment/status":
                self.statuses[given["key"]] = given["status"]
                return {}
            case "/attachment":
                key = dict(pair.split("=") for pair in urlsplit(path).query.split("&")).get("key", "")
                status = self.statuses.get(key, {"upload_status": "uploading"})
                return {"downloadUrl": f"{self.url}/get/{key}", "status": status}
        return {}


@contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """Run one on a free port."""
    plane = ControlPlane()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(plane))
    server.daemon_threads = True
    plane.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield plane
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(plane: ControlPlane) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {key.lower(): value for key, value in self.headers.items()}
            plane.requests.append((self.command, self.path, headers, body))
            status, answer = plane.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_POST  # noqa: N815 - the names are those of the base class

        def log_message(self, *_args: Any) -> None:
            """Stay quiet."""

    return Handler
