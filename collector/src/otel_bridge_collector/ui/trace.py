"""The page of one row, with the trace that it belongs to: its tree, or what was said in it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.translate.cost import cost_of
from otel_bridge_collector.ui.conversation import thread_of
from otel_bridge_collector.ui.copies import copies_of
from otel_bridge_collector.ui.lookup import home_of
from otel_bridge_collector.ui.render import needs_key, render
from otel_bridge_collector.ui.score_fields import known_tags, score_fields
from otel_bridge_collector.ui.tag_colors import tag_colors
from otel_bridge_collector.ui.timeline import TYPES, Mark, Step, marks_of, steps_of
from otel_bridge_collector.ui.trace_rows import Trace, TraceRows, equal
from otel_bridge_collector.ui.urls import SECTIONS, Kind, kind_of
from otel_bridge_collector.ui.values import Row, duration_s, metric_of, numbers_of, text_of
from otel_bridge_collector.ui.window import window_of

MAX_STEPS: Final = 10_000
"""Of one trace; the rest is said to be left out."""

PART_HEADER: Final = "x-otel-bridge-part"
"""With the value `row` the script of a page asks for a row without its trace, which it has."""

VIEWS: Final = {"": "Tree", "conversation": "Conversation"}
"""What the URL says -> what the page says."""


class TracePage:
    """Shows rows with their traces, as far as the caller of the running request reaches."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._rows = TraceRows(reader)

    async def page(self, request: Request) -> Response:
        """Show one row, and the trace that it belongs to."""
        given = request.query_params
        kind, object_id = kind_of(given.get("object_type")), given.get("object_id", "")
        project, name = home_of(self._objects, kind, object_id)
        row = await self._rows.named(kind, object_id, given.get("id", ""))
        conditions = {"this row": equal("id", row.get("id"))}
        if kind != "dataset":
            conditions["the whole trace"] = equal("root_span_id", row.get("root_span_id"))
        return render(
            request,
            "row",
            project=project,
            section=SECTIONS[kind],
            kind=kind,
            object_id=object_id,
            object_name=name,
            row=row,
            types=TYPES,
            fields=score_fields(self._objects, project.id),
            known_tags=known_tags(self._objects, project.id),
            tag_colors=tag_colors(self._objects, project.id),
            datasets=self._objects.in_projects.find("dataset", project_id=project.id)
            if kind != "dataset"
            else (),
            facts=facts_of(row),
            cost=cost_of(row_of(row)),
            copies=copies_of(row, kind, object_id, conditions, api=api_of(request), needs_key=needs_key()),
            **await self._parts(request, kind, object_id, row),
        )

    async def _parts(self, request: Request, kind: Kind, object_id: str, row: Row) -> Mapping[str, Any]:
        """Return what stands beside the row: the steps of its trace, its conversation, the log rows of the span."""
        if kind == "dataset":
            return {"steps": (), "logs": ()}
        if request.headers.get(PART_HEADER) == "row":
            return {"steps": (), "logs": await self._rows.logs(kind, object_id, row)}
        asked = request.query_params.get("view", "")
        view = asked if asked in VIEWS else ""
        trace = await self._rows.trace(kind, object_id, row, limit=MAX_STEPS)
        steps, totals, marks = await anyio.to_thread.run_sync(_seen_in, trace)
        calls, is_cut = (
            await self._rows.calls(kind, object_id, row) if view == "conversation" else ((), False)
        )
        return {
            "steps": steps,
            "window": window_of(steps, str(row["id"]), request.query_params.get("from", "")),
            "totals": totals,
            "marks": marks,
            "is_cut": trace.is_cut or is_cut,
            "logs": await self._rows.logs(kind, object_id, row),
            "view": view,
            "views": VIEWS,
            "thread": list(thread_of(calls)),
        }


def api_of(request: Request) -> str:
    """Return where the API is, as the browser reached it."""
    return str(request.base_url).rstrip("/")


def row_of(row: Row) -> Any:
    """Return a row as the price table takes it; what is null says nothing."""
    return {name: value for name, value in row.items() if value is not None}


def facts_of(row: Row) -> list[tuple[str, str, float]]:
    """Return the numbers that stand above a row: what they are of, in which unit, and how much."""
    metrics = numbers_of(row.get("metrics"))
    took_s = duration_s(row)
    found = [("duration", "seconds", took_s)] if took_s is not None else []
    if (first_s := metrics.get("time_to_first_token")) is not None:
        found.append(("first token", "seconds", first_s))
    found += [
        (label, "number", metrics[name])
        for name, label in (
            ("tokens", "tokens"),
            ("prompt_tokens", "in"),
            ("completion_tokens", "out"),
            ("prompt_cached_tokens", "cached"),
        )
        if name in metrics
    ]
    return found


def _seen_in(trace: Trace) -> tuple[list[Step], Mapping[str, float | None], list[Mark]]:
    return steps_of(trace.rows, trace.said), totals_of(trace.rows), marks_of(trace.rows)


def totals_of(rows: Sequence[Row]) -> Mapping[str, float | None]:
    """Return the numbers of a trace: tokens and costs that repeat those of other spans are not counted again."""
    own = [row for row in rows if not _is_rollup(row)]
    costs = [usd for row in own if isinstance(usd := row.get("usd"), int | float)]
    tokens = [count for row in own if (count := metric_of(row, "tokens")) is not None]
    return {
        "spans": sum(1 for row in rows if text_of(row, "span_attributes", "type") != "log"),
        "errors": sum(1 for row in rows if row.get("error") is not None),
        "tokens": sum(tokens) if tokens else None,
        "usd": sum(costs) if costs else None,
    }


def _is_rollup(row: Row) -> bool:
    attributes = row.get("span_attributes")
    return isinstance(attributes, Mapping) and attributes.get("usage_is_rollup") is True
