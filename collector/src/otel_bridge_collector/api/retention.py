"""`/v1/retention`: what the last pass removed, what the next one would, and a pass at once."""

import asyncio
from dataclasses import asdict
from typing import Protocol, cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import check_reaches_all
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.operation import Operation, Tag
from otel_bridge_collector.api.schemas import BOOLEAN, OBJECT, of
from otel_bridge_collector.retention.sweep import Report


class Passes(Protocol):
    """The passes of the sidecar; `retention.sweep.Retention` does."""

    @property
    def running(self) -> bool:
        """Whether one is running."""
        ...

    @property
    def last(self) -> Report | None:
        """The report of the last one."""
        ...

    async def run(self) -> Report:
        """Make one."""
        ...

    async def plan(self) -> Report:
        """Return what one would remove."""
        ...


def retention_operations(passes: Passes) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    endpoint = RetentionEndpoint(passes)
    tag = Tag("retention")
    state = of({"is_running": BOOLEAN}, {"last": {"type": ["object", "null"]}})
    return [
        tag.get("/v1/retention", endpoint.show, answer=state),
        tag.post(
            "/v1/retention", endpoint.run, body=of({}, {"dry_run": BOOLEAN}), answer=OBJECT, begun=state
        ),
    ]


class RetentionEndpoint:
    """Answers for retention."""

    def __init__(self, passes: Passes) -> None:
        self._passes = passes
        self._begun: asyncio.Task[Report] | None = None

    async def show(self, request: Request) -> Response:
        """Return whether a pass is running, and what the last one did."""
        del request
        check_reaches_all("sees what retention removes")
        return JSONResponse(self._state())

    async def run(self, request: Request) -> Response:
        """Begin a pass; with `dry_run`, return what it would remove instead."""
        check_reaches_all("lets retention run")
        body = await read_object(request)
        dry_run = body.get("dry_run", False)
        if not isinstance(dry_run, bool):
            raise RequestError('"dry_run" is neither true nor false', code="invalidJson")
        if dry_run:
            return JSONResponse(_shown(await self._passes.plan()))
        if self._passes.running:
            raise RequestError(
                "a pass of retention is running: wait until it is done", code="conflict", status=409
            )
        self._begun = asyncio.create_task(self._passes.run())
        await asyncio.sleep(0)  # it has begun when this is answered
        return JSONResponse({**self._state(), "is_running": True}, status_code=202)

    def _state(self) -> dict[str, Json]:
        last = self._passes.last
        return {"is_running": self._passes.running, "last": _shown(last) if last else None}


def _shown(report: Report) -> dict[str, Json]:
    return cast("dict[str, Json]", asdict(report))
