"""The page of two traces side by side: what took longer, cost more, failed or came out differently."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.lookup import home_of
from otel_bridge_collector.ui.pairing import pairs_of, with_outputs
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.timeline import steps_of, whole_s_of
from otel_bridge_collector.ui.trace import totals_of
from otel_bridge_collector.ui.trace_rows import Trace, TraceRows
from otel_bridge_collector.ui.urls import SECTIONS, Kind, kind_of
from otel_bridge_collector.ui.values import Row

MAX_STEPS: Final = 1_000
"""Of each trace; the rest is said to be left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two traces.

    Attributes:
        row: that was named; it stands for its trace.
        totals: numbers of the whole trace.
        outputs: by the ids of rows, as far as there is room for them.
    """

    kind: Kind
    object_id: str
    row: Row
    trace: Trace
    totals: Mapping[str, float | None]
    outputs: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One number of both traces; None where a trace does not have it."""

    label: str
    unit: str
    left: float | None
    right: float | None


class ComparePage:
    """Shows traces side by side, as far as the caller of the running request reaches."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._rows = TraceRows(reader)

    async def page(self, request: Request) -> Response:
        """Show two traces: `id` of an object, and `with`, an id in the same object or the address of a page of a row."""
        given = request.query_params
        kind, object_id = kind_of(given.get("object_type")), given.get("object_id", "")
        project, name = home_of(self._objects, kind, object_id)
        left = await self._side(kind, object_id, given.get("id", ""))
        right = await self._side(*_named(given.get("with", "").strip(), kind, object_id))
        pairs = pairs_of(*(steps_of(each.trace.rows, each.trace.said) for each in (left, right)))
        return render(
            request,
            "compare",
            project=project,
            section=SECTIONS[kind],
            object_name=name,
            left=left,
            right=right,
            totals=_totals(left, right),
            pairs=with_outputs(pairs, left.outputs, right.outputs),
            is_cut=left.trace.is_cut or right.trace.is_cut,
            limit=MAX_STEPS,
        )

    async def _side(self, kind: Kind, object_id: str, name: str) -> Side:
        home_of(self._objects, kind, object_id)  # another object than that of the page has to be reached too
        row = await self._rows.named(kind, object_id, name)
        trace = await self._rows.trace(kind, object_id, row, limit=MAX_STEPS)
        outputs = await self._rows.outputs(kind, object_id, row, limit=MAX_STEPS)
        totals = {"duration": whole_s_of(trace.rows), **totals_of(trace.rows)}
        return Side(kind=kind, object_id=object_id, row=row, trace=trace, totals=totals, outputs=outputs)


def _named(text: str, kind: Kind, object_id: str) -> tuple[Kind, str, str]:
    """Return what a text names: the row of a page's address, or a row of the object that is shown."""
    address = {name: values[-1] for name, values in parse_qs(urlsplit(text).query).items()}
    if "object_id" in address and "id" in address:
        return kind_of(address.get("object_type")), address["object_id"], address["id"]
    return kind, object_id, text


def _totals(left: Side, right: Side) -> list[Total]:
    said = (
        ("Duration", "duration", "seconds"),
        ("Spans", "spans", "number"),
        ("Errors", "errors", "number"),
        ("Tokens", "tokens", "number"),
        ("Estimated cost", "usd", "dollars"),
    )
    return [
        Total(label=label, unit=unit, left=left.totals[name], right=right.totals[name])
        for label, name, unit in said
    ]
