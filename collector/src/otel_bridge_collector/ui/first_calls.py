"""What the roots of a table were about that have no input of their own: the input of the first call of a model in their trace.

The root of a web app is the request that its server took, and says nothing of what was asked. The rule holds for what a table
shows; rows, filters and queries know nothing of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.syntax import (
    Expression,
    In,
    Literal,
    Path,
    Query,
    Selected,
    Sorted,
    Source,
    Unary,
)
from otel_bridge_collector.ui.urls import Kind
from otel_bridge_collector.ui.values import Row

MAX_CALLS: Final = 2_000
"""Calls of all traces of a page that are looked at; a trace whose first one is not among them shows none."""

LATEST: Final = timedelta(hours=1)
"""How long after the newest root of a page a call may begin that is looked at: without an end all rows of the store would be."""

MAX_BYTES: Final = 4 << 20
"""Of all inputs of a page; what is behind them is not shown."""

_CREATED: Final = Path(parts=("created",))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCall:
    """The first call of a model in a trace that has an input.

    Attributes:
        name: of its span.
        input: of its span.
    """

    name: str
    input: Json


async def first_calls(
    reader: Reader, kind: Kind, object_id: str, rows: Sequence[Row]
) -> Mapping[str, FirstCall]:
    """Return the first calls of the rows that have no input, by the id of the row; none where they cannot be read now.

    A table is worth more than what stands in a cell of it: what ends these queries does not end the page.

    Args:
        reader: runs queries.
        kind: of the object.
        object_id: whose rows these are.
        rows: roots of traces, with the time when they were created.
    """
    roots = [row for row in rows if row.get("input") is None]
    if not roots:
        return {}
    silent = {str(row["root_span_id"]): str(row["id"]) for row in roots}
    source = Source(kind=kind, references=(object_id,))
    window = _while_they_ran(roots)
    try:
        found = await _read(reader, source, window, silent)
    except QueryError:
        return {}
    return {
        silent[str(call["root_span_id"])]: _told(call)
        for call in found
        if str(call["root_span_id"]) in silent
    }


async def _read(
    reader: Reader, source: Source, window: Sequence[Expression], traces: Iterable[str]
) -> Sequence[Row]:
    """Return the first call of each trace, with its content.

    Raises:
        QueryError: it cannot be read now.
    """
    calls = Query(
        select=_selected("id", "root_span_id"),
        source=source,
        filter=logical(
            "and",
            [
                *window,
                _one_of("root_span_id", traces),
                binary("eq", Path(parts=("span_attributes", "type")), Literal(value="llm")),
                Unary(operator="isnotnull", operand=Path(parts=("input",))),
            ],
        ),
        sort=tuple(Sorted(expression=Path(parts=(field,)), descending=False) for field in ("created", "id")),
        limit=MAX_CALLS,
    )
    firsts: dict[str, str] = {}
    for call in (await reader.read(calls)).answer.data:
        firsts.setdefault(str(call["root_span_id"]), str(call["id"]))
    if not firsts:
        return ()
    chosen = Query(
        select=_selected("id", "root_span_id", "input", "span_attributes"),
        source=source,
        filter=logical("and", [*window, _one_of("id", firsts.values())]),
        limit=len(firsts),
    )
    return (await reader.read(chosen, max_bytes=MAX_BYTES)).answer.data


def _while_they_ran(roots: Sequence[Row]) -> list[Expression]:
    begun = [str(row["created"]) for row in roots]
    conditions = [binary("ge", _CREATED, Literal(value=min(begun)))]
    with suppress(OverflowError):  # the newest is of the year 9999
        latest = datetime.fromisoformat(max(begun)) + LATEST
        conditions.append(binary("le", _CREATED, Literal(value=latest.isoformat())))
    return conditions


def _one_of(field: str, values: Iterable[str]) -> In:
    return In(operand=Path(parts=(field,)), values=tuple(values))


def _selected(*fields: str) -> tuple[Selected, ...]:
    return tuple(Selected(expression=Path(parts=(field,))) for field in fields)


def _told(call: Row) -> FirstCall:
    named = call.get("span_attributes")
    name = named.get("name") if isinstance(named, Mapping) else None
    return FirstCall(name=name if isinstance(name, str) else "", input=call.get("input"))
