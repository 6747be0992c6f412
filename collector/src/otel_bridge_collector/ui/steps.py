"""The whole tree of a trace as JSON, for the script of its page: what the page writes, step by step, with nothing hidden in it."""

from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.lookup import home_of
from otel_bridge_collector.ui.timeline import Step, steps_of, whole_s_of
from otel_bridge_collector.ui.trace import MAX_STEPS
from otel_bridge_collector.ui.trace_rows import Trace, TraceRows
from otel_bridge_collector.ui.urls import kind_of
from otel_bridge_collector.ui.values import dollars, number, seconds, visible

_HEADERS: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class TraceSteps:
    """Answers with traces as far as the caller of the running request reaches."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._rows = TraceRows(reader)

    async def steps(self, request: Request) -> Response:
        """Return the steps of a row's trace; with `search`, the ids of those whose text has these words."""
        given = request.query_params
        kind, object_id = kind_of(given.get("object_type")), given.get("object_id", "")
        home_of(self._objects, kind, object_id)
        row = await self._rows.named(kind, object_id, given.get("id", ""))
        if words := given.get("search", "").strip():
            ids: list[Json] = list(await self._rows.with_words(kind, object_id, row, words, limit=MAX_STEPS))
            return json_response({"ids": ids}, _HEADERS)
        trace = await self._rows.trace(kind, object_id, row, limit=MAX_STEPS)
        return json_response(await anyio.to_thread.run_sync(_told, trace), _HEADERS)


def _told(trace: Trace) -> dict[str, Json]:
    steps = steps_of(trace.rows, trace.said)
    return {"whole_s": whole_s_of(trace.rows), "steps": [_fields(step) for step in steps]}


def _fields(step: Step) -> list[Json]:
    """Return a step in the order of `Row` in `collector/ui/src/trace/steps.ts`."""
    is_moment = step.type == "log" and not step.duration_s
    return [
        step.id,
        visible(step.name),
        step.type,
        step.depth,
        step.left,
        None if step.duration_s is None else step.width,
        "" if is_moment else seconds(step.duration_s),
        number(step.tokens),
        dollars(step.usd),
        step.has_error,
    ]
