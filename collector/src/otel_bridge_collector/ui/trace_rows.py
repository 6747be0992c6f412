"""Reads a trace for a page: its steps without what they hold, the calls of models in it, and single rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.syntax import Call, Expression, In, Literal, Path, Selected, Sorted
from otel_bridge_collector.ui.listing import MAX_BYTES, of_object, text_condition
from otel_bridge_collector.ui.urls import Kind
from otel_bridge_collector.ui.values import Row, metric_of, preview, text_of

MAX_CALLS: Final = 200
"""Calls of models in a conversation."""

MAX_LOGS: Final = 200
"""Log rows beside a span."""

STEP_FIELDS: Final = ("id", "span_id", "span_parents", "created", "span_attributes", "metrics", "error")
_USD: Final = Selected(expression=Call(name="estimated_cost"), alias="usd")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The rows of a trace, oldest first, without what they hold.

    Attributes:
        said: id of a log row without a name to its text.
    """

    rows: Sequence[Row]
    is_cut: bool
    said: Mapping[str, str]


class TraceRows:
    """Reads what the caller of the running request reaches."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def first(
        self, kind: Kind, object_id: str, condition: Expression, fields: tuple[str, ...] = ()
    ) -> Row | None:
        """Return the newest row that fits, all of it unless `fields` says what; None where there is none."""
        query = of_object(kind, object_id, condition, fields=fields, limit=1)
        return next(iter((await self._reader.read(query)).answer.data), None)

    async def named(self, kind: Kind, object_id: str, name: str) -> Row:
        """Return the row of an id; else the one of a span of this id, else the root of a trace of this id.

        Raises:
            RequestError: there is none.
        """
        root = logical("and", (equal("root_span_id", name), Path(parts=("is_root",))))
        for condition in (equal("id", name), equal("span_id", name), root):
            if (found := await self.first(kind, object_id, condition)) is not None:
                return found
        raise no_row(name)

    async def trace(self, kind: Kind, object_id: str, row: Row, *, limit: int) -> Trace:
        """Return the first rows of a row's trace, `limit` at most, and the row among them."""
        condition = equal("root_span_id", row.get("root_span_id"))
        query = of_object(kind, object_id, condition, fields=STEP_FIELDS, limit=limit + 1)
        oldest_first = replace(query, select=(*query.select, _USD), sort=_OLDEST_FIRST)
        found = list((await self._reader.read(oldest_first)).answer.data)
        rows = found[:limit]
        if all(each["id"] != row["id"] for each in rows):
            rows.insert(0, {name: row.get(name) for name in STEP_FIELDS})
        return Trace(rows=rows, is_cut=len(found) > limit, said=await self._said(kind, object_id, rows))

    async def outputs(self, kind: Kind, object_id: str, row: Row, *, limit: int) -> dict[str, Json]:
        """Return the outputs of a row's trace by the ids of rows, as many as `MAX_BYTES` has room for."""
        condition = equal("root_span_id", row.get("root_span_id"))
        found = await self._in_order(kind, object_id, condition, ("id", "output"), limit)
        return {str(each["id"]): each.get("output") for each in found}

    async def with_words(self, kind: Kind, object_id: str, row: Row, words: str, *, limit: int) -> list[str]:
        """Return the ids of the rows of a row's trace whose text has these words."""
        of_trace = equal("root_span_id", row.get("root_span_id"))
        condition = logical("and", (of_trace, text_condition(words)))
        query = of_object(kind, object_id, condition, fields=("id",), limit=limit)
        return [str(each["id"]) for each in (await self._reader.read(query)).answer.data]

    async def calls(self, kind: Kind, object_id: str, row: Row) -> tuple[Sequence[Row], bool]:
        """Return the calls of models in a row's trace, oldest first, and whether there are more."""
        is_call = equal_path(("span_attributes", "type"), "llm")
        condition = logical("and", (equal("root_span_id", row.get("root_span_id")), is_call))
        fields = ("id", "input", "output", "span_attributes", "metrics")
        found = await self._in_order(kind, object_id, condition, fields, MAX_CALLS + 1)
        return found[:MAX_CALLS], len(found) > MAX_CALLS

    async def logs(self, kind: Kind, object_id: str, row: Row) -> Sequence[Row]:
        """Return the log rows and events that were made in a span, oldest first."""
        if text_of(row, "span_attributes", "type") == "log":
            return ()
        of_span = equal("span_id", row.get("span_id"))
        condition = logical(
            "and",
            (
                equal("root_span_id", row.get("root_span_id")),
                of_span,
                equal_path(("span_attributes", "type"), "log"),
            ),
        )
        fields = ("id", "created", "output", "metadata", "span_attributes", "metrics")
        return await self._in_order(kind, object_id, condition, fields, MAX_LOGS)

    async def _in_order(
        self, kind: Kind, object_id: str, condition: Expression, fields: tuple[str, ...], limit: int
    ) -> Sequence[Row]:
        """Return rows by their start; of more than `MAX_BYTES` those that came first."""
        query = of_object(kind, object_id, condition, fields=fields, limit=limit)
        first_come = (Sorted(expression=Path(parts=("_pagination_key",))),)
        found = (await self._reader.read(replace(query, sort=first_come), max_bytes=MAX_BYTES)).answer.data
        return sorted(found, key=lambda each: metric_of(each, "start") or 0.0)

    async def _said(self, kind: Kind, object_id: str, rows: Sequence[Row]) -> Mapping[str, str]:
        unnamed = [
            str(row["id"])
            for row in rows
            if text_of(row, "span_attributes", "type") == "log"
            and not text_of(row, "span_attributes", "name")
        ]
        if not unnamed:
            return {}
        which = logical(
            "and",
            (
                equal_path(("span_attributes", "type"), "log"),
                _either("id", unnamed[:MAX_LOGS]),
            ),
        )
        query = of_object(kind, object_id, which, fields=("id", "output"), limit=MAX_LOGS)
        found = (await self._reader.read(query, max_bytes=MAX_BYTES)).answer.data
        return {str(each["id"]): preview(each.get("output")) for each in found}


def equal(field: str, value: Json) -> Expression:
    """Return the condition that a field has a value."""
    return equal_path((field,), value)


def equal_path(parts: tuple[str, ...], value: Json) -> Expression:
    """Return the condition that a member of a field has a value."""
    return binary("eq", Path(parts=parts), Literal(value=value))


def no_row(row_id: str) -> RequestError:
    """Return the error of a row that is not there."""
    return RequestError(
        f'there is no row "{row_id}"',
        code="notFound",
        status=HTTPStatus.NOT_FOUND,
        hint="it may not have arrived yet: rows of a span come when it ends; `otel-bridge-collector explain ID` says more",
    )


def _either(field: str, values: Sequence[str]) -> Expression:
    return In(operand=Path(parts=(field,)), values=tuple(values))


_OLDEST_FIRST: Final = (Sorted(expression=Path(parts=("created",))),)
