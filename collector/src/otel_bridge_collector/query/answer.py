"""Result rows to the data, schema and cursor of an answer.

Source: spec/btql.md section 7.8: rows with their keys in alphabetical order, the schema in the order of selection, times in
UTC with a Z, and no number that JSON does not have.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.page import encode_cursor
from otel_bridge_collector.query.pivot import Pivoting, pivot_rows
from otel_bridge_collector.query.plan import Plan
from otel_bridge_collector.query.sql import Lowered, ResultColumn
from otel_bridge_collector.query.value import Kind
from otel_bridge_collector.store.json_text import load_json

_SCHEMAS: Final[Mapping[Kind, Mapping[str, Json]]] = {
    Kind.NULL: {"type": "null"},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.STRING: {"type": ["string", "null"]},
    Kind.TIMESTAMP: {"type": ["string", "null"], "format": "date-time"},
    Kind.INTERVAL: {"type": ["number", "null"]},
    Kind.JSON: {},
}
_EXACT_INTEGER: Final = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a query gives.

    Attributes:
        properties: JSON Schema of each column, in the order of selection.
        cursor: where the next page begins; None where there is none.
    """

    data: Sequence[Mapping[str, Json]]
    properties: Mapping[str, Mapping[str, Json]]
    cursor: str | None

    @property
    def schema(self) -> Mapping[str, Json]:
        """JSON Schema of `data`."""
        return {"type": "array", "items": {"type": "object", "properties": self.properties}}


def to_answer(rows: Sequence[tuple[object, ...]], lowered: Lowered, plan: Plan) -> Answer:
    """Shape the rows that the statement of `lowered` returned.

    Raises:
        QueryError: a pivot of too many values.
    """
    columns = sorted(enumerate(lowered.columns), key=lambda item: item[1].name)
    read = [(column.name, index, _reader(column, plan.preview_length)) for index, column in columns]
    data = [{name: value(row[index]) for name, index, value in read} for row in rows]
    if plan.pivoting:
        return _pivoted(data, lowered.columns, plan.pivoting)
    return Answer(
        data=data,
        properties={column.name: _SCHEMAS[column.kind] for column in lowered.columns},
        cursor=_cursor(rows, lowered, plan),
    )


def whole_page(rows: list[tuple[object, ...]], lowered: Lowered, plan: Plan) -> list[tuple[object, ...]]:
    """Return those of the first rows of an answer after which the next page can begin: of traces, whole ones.

    Raises:
        QueryError: no page can follow, so that rows would be lost.
    """
    if plan.page is not None and plan.pivoting is None:
        if plan.shape != "traces":
            return rows
        last = rows[-1][len(lowered.columns) :]
        if whole := [row for row in rows if row[len(lowered.columns) :] != last]:
            return whole
    raise QueryError(
        "the answer is too large",
        code="resultTooLarge",
        suggestion="add a limit, select fewer columns, or sort by _pagination_key and go on with the cursor",
    )


def _pivoted(
    data: Sequence[Mapping[str, Json]], columns: Sequence[ResultColumn], pivoting: Pivoting
) -> Answer:
    pivoted, names = pivot_rows(data, [column.name for column in columns], pivoting)
    kinds = {column.name: _SCHEMAS[column.kind] for column in columns}
    return Answer(data=pivoted, properties={name: kinds.get(name, {}) for name in names}, cursor=None)


def _cursor(rows: Sequence[tuple[object, ...]], lowered: Lowered, plan: Plan) -> str | None:
    if not rows or plan.page is None:
        return None
    return encode_cursor(cast("tuple[int, ...]", rows[-1][len(lowered.columns) :]))


def _reader(column: ResultColumn, preview_length: int) -> Callable[[object], Json]:
    if column.is_created:
        return _milliseconds
    read = _READERS.get(column.kind, _plain)
    if column.is_preview and preview_length >= 0:
        return lambda value: _preview(read(value), preview_length)
    return read


def _preview(value: Json, length: int) -> Json:
    if isinstance(value, str):
        return value[:length]
    if isinstance(value, Mapping):
        return {key: _preview(item, length) for key, item in value.items()}
    if isinstance(value, list):
        return [_preview(item, length) for item in value]
    return value


def _plain(value: object) -> Json:
    return cast("Json", value)


def _loaded(value: object) -> Json:
    return load_json(value) if isinstance(value, str) else None


def _number(value: object) -> Json:
    if isinstance(value, int):
        return value
    if not isinstance(value, float) or not math.isfinite(value):
        return None
    return int(value) if value.is_integer() and abs(value) < _EXACT_INTEGER else value


def _milliseconds(value: object) -> Json:
    return f"{value.isoformat(timespec='milliseconds')}Z" if isinstance(value, datetime) else None


def _instant(value: object) -> Json:
    if isinstance(value, datetime) and not value.microsecond:
        return f"{value.isoformat(timespec='seconds')}Z"
    return _milliseconds(value)


def _seconds(value: object) -> Json:
    return value.total_seconds() if isinstance(value, timedelta) else None


_READERS: Final[Mapping[Kind, Callable[[object], Json]]] = {
    Kind.JSON: _loaded,
    Kind.NUMBER: _number,
    Kind.TIMESTAMP: _instant,
    Kind.INTERVAL: _seconds,
}
