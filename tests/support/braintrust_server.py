"""A server that takes rows as Braintrust does, and keeps what it is sent: over a real socket, with faults on request."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.listening import listening


@dataclass
class BraintrustServer:
    """What came in, and how it answers.

    Attributes:
        version: answer of `/version`; None for 404.
        max_bytes: a larger body of `/logs3` gets 413; 0 for no limit.
        poison: ids whose rows make a request one that gets 400.
        busy: ids whose rows make a request one that gets 503.
        asked: requests at `/logs3`, also those that were refused.
        batches: the rows of each request at `/logs3`, those of uploads included.
        objects: body of each request for an object, by kind.
        attachments: bytes by key.
        headers: of each request at `/logs3`.
    """

    url: str = ""
    version: dict[str, Any] | None = field(default_factory=lambda: {"logs3_payload_max_bytes": 10_000})
    max_bytes: int = 0
    poison: frozenset[str] = frozenset()
    busy: frozenset[str] = frozenset()
    asked: int = 0
    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    objects: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    attachments: dict[str, bytes] = field(default_factory=dict)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for batch in self.batches for row in batch]

    async def get_version(self, _: Request) -> Response:
        return Response(status_code=404) if self.version is None else JSONResponse(self.version)

    async def logs3(self, request: Request) -> Response:
        body = await request.body()
        self.asked += 1
        self.headers.append(dict(request.headers))
        if 0 < self.max_bytes < len(body):
            return Response(status_code=413)
        rows = (await request.json())["rows"]
        if isinstance(rows, dict):
            rows = json.loads(self.uploads[rows["key"]])["rows"]
        if any(row["id"] in self.poison for row in rows):
            return Response("poison", status_code=400)
        if any(row["id"] in self.busy for row in rows):
            return Response(status_code=503)
        self.sizes.append(len(body))
        self.batches.append(rows)
        return JSONResponse({})

    async def overflow(self, request: Request) -> Response:
        key = f"k{len(self.uploads)}"
        self.objects.append(("overflow", await request.json()))
        url = f"{self.url}/upload/{key}"
        return JSONResponse({"method": "PUT", "signedUrl": url, "headers": {"x-signed": "1"}, "key": key})

    async def upload(self, request: Request) -> Response:
        assert "authorization" not in request.headers
        self.uploads[request.path_params["key"]] = await request.body()
        return Response()

    async def create(self, request: Request) -> Response:
        kind, body = request.path_params["kind"], await request.json()
        self.objects.append((kind, body))
        return JSONResponse({"id": f"{kind}-{body['name']}"})

    async def login(self, _: Request) -> Response:
        return JSONResponse({"org_info": [{"id": "o-1", "name": "one"}, {"id": "o-2", "name": "two"}]})

    async def attachment(self, request: Request) -> Response:
        body = await request.json()
        self.objects.append(("attachment", body))
        return JSONResponse({"signedUrl": f"{self.url}/put/{body['key']}", "headers": {}})

    async def put(self, request: Request) -> Response:
        self.attachments[request.path_params["key"]] = await request.body()
        return Response()

    async def status(self, request: Request) -> Response:
        self.statuses.append(await request.json())
        return JSONResponse({})


@contextmanager
def braintrust_server() -> Iterator[BraintrustServer]:
    server = BraintrustServer()
    routes = [
        Route("/version", server.get_version),
        Route("/logs3", server.logs3, methods=["POST"]),
        Route("/logs3/overflow", server.overflow, methods=["POST"]),
        Route("/upload/{key}", server.upload, methods=["PUT"]),
        Route("/v1/{kind}", server.create, methods=["POST"]),
        Route("/api/apikey/login", server.login, methods=["POST"]),
        Route("/attachment", server.attachment, methods=["POST"]),
        Route("/put/{key}", server.put, methods=["PUT"]),
        Route("/attachment/status", server.status, methods=["POST"]),
    ]
    with listening(Starlette(routes=routes)) as url:
        server.url = url
        yield server
