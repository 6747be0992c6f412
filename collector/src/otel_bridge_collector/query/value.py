"""SQL values with the kind that the query language gives them, and one kind read as another.

Source: spec/btql.md section 8: no silent conversion between JSON types in a comparison; what cannot be
converted is null. DuckDB dialect. A value of kind JSON is a VARCHAR with compact JSON text, and SQL NULL for null,
for a missing path and for a step into something that is no object. So `"1234"` and `1234` differ as texts do.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.store.json_text import dump_json

MAX_SQL: Final = 2**18
"""Longest SQL of one expression; operands that stand twice in it could double it at every level."""


class Kind(StrEnum):
    """What a value is before any row is read."""

    NULL = "null"
    BOOLEAN = "boolean"
    NUMBER = "number"
    STRING = "string"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    JSON = "JSON value"


_FIRST_SHARED_DOUBLE: Final = 2**53
"""From here on a DOUBLE stands for several whole numbers: this one is that of the next one, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One SQL expression.

    Attributes:
        sql: text that can stand as an operand.
        hot_number: a DOUBLE column with this JSON value where it is a number, or None.
        hot_string: a VARCHAR column with this JSON value where it is a string, or None.
        order: what to sort by instead where that is cheaper and gives the same order, or None.
        wide: whether this is a whole number that a DOUBLE cannot hold.
    """

    sql: str
    kind: Kind
    hot_number: str | None = None
    hot_string: str | None = None
    order: str | None = None
    wide: bool = False

    def __post_init__(self) -> None:
        if len(self.sql) > MAX_SQL:
            raise QueryError("the query is too complex", code="tooComplex", suggestion="split it in two")


NULL: Final = Value(sql="NULL", kind=Kind.NULL)


class Bindings:
    """The parameters of one statement."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> str:
        """Bind a value and return what stands for it in the SQL."""
        name = f"p{len(self.values) + 1}"
        self.values[name] = value
        return f"${name}"

    def used_in(self, sql: str) -> dict[str, object]:
        """Return the parameters that stand in a statement; some values turn out not to be needed."""
        names = dict.fromkeys(re.findall(r"\$(p[0-9]+)", sql))
        return {name: self.values[name] for name in names}

    def text(self, value: str) -> str:
        """Bind a string and return what stands for it in the SQL."""
        return f"{self.add(value)}::VARCHAR"


def is_wide(value: float) -> bool:
    """Tell whether a number is a whole number whose DOUBLE is that of others, too."""
    return isinstance(value, int) and abs(value) >= _FIRST_SHARED_DOUBLE


def boolean(sql: str) -> Value:
    """Return a truth value."""
    return Value(sql=sql, kind=Kind.BOOLEAN)


def number(sql: str) -> Value:
    """Return a number."""
    return Value(sql=sql, kind=Kind.NUMBER)


def string(sql: str) -> Value:
    """Return a string."""
    return Value(sql=sql, kind=Kind.STRING)


def json(sql: str) -> Value:
    """Return a JSON value."""
    return Value(sql=sql, kind=Kind.JSON)


def timestamp(sql: str) -> Value:
    """Return an instant in UTC."""
    return Value(sql=sql, kind=Kind.TIMESTAMP)


def constant(value: Json, bindings: Bindings) -> Value:
    """Return a constant."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return boolean("true" if value else "false")
    if isinstance(value, int) and is_wide(value):
        return Value(sql=f"{bindings.add(value)}::HUGEINT", kind=Kind.NUMBER, wide=True)
    if isinstance(value, int | float):
        return number(f"{bindings.add(value)}::{'DOUBLE' if isinstance(value, float) else 'BIGINT'}")
    if isinstance(value, str):
        return string(bindings.text(value))
    return json(bindings.text(dump_json(value)))


def step(value: Value, path: tuple[str | int, ...], bindings: Bindings) -> Value:
    """Return what stands at a path inside a JSON value; anything else has no inside and gives null."""
    if value.kind is not Kind.JSON:
        return json("NULL::VARCHAR")
    sql = value.sql
    rest = list(path)
    while rest:
        if rest[0] in ("", "*"):
            # Neither can be written in a JSON path, where * is all keys even in quotes; but in a JSON pointer.
            sql = f"json_extract({sql}, {bindings.add('/' + str(rest.pop(0)))})"
            continue
        steps = ""
        while rest and rest[0] not in ("", "*"):
            steps += _path_step(rest.pop(0))
        sql = f"json_extract({sql}, {bindings.add('$' + steps)})"
    return json(f"nullif({sql}::VARCHAR, 'null')")


_MAX_POSITION = 2**63 - 1


def _path_step(part: str | int) -> str:
    if isinstance(part, int):
        # DuckDB reads no larger number in a path, and no list is that long.
        return f"[{max(-_MAX_POSITION, min(part, _MAX_POSITION))}]"
    escaped = part.replace("\\", "\\\\").replace('"', '\\"')
    return f'."{escaped}"'


def as_number(value: Value, *, wide: bool = False) -> str:
    """Return SQL of the number that a value is, or NULL; a string is no number whatever it says.

    With `wide` a whole number of up to 38 digits keeps all of them.
    """
    match value.kind:
        case Kind.NUMBER:
            return value.sql
        case Kind.JSON if wide:
            return f"TRY_CAST({value.sql} AS HUGEINT)"
        case Kind.JSON:
            return value.hot_number or f"TRY_CAST({value.sql} AS DOUBLE)"
        case _:
            return "NULL::DOUBLE"


def as_countable(value: Value) -> str:
    """Return SQL of the number to sum up: as `as_number`, with true as 1 and false as 0."""
    if value.kind is Kind.BOOLEAN:
        return f"CAST({value.sql} AS DOUBLE)"
    if value.kind is Kind.JSON and not value.hot_number:
        return f"CASE {value.sql} WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 ELSE {as_number(value)} END"
    return as_number(value)


def as_string(value: Value) -> str:
    """Return SQL of the string that a value is, or NULL."""
    match value.kind:
        case Kind.STRING:
            return value.sql
        case Kind.JSON:
            return value.hot_string or (
                f"json_extract_string(CASE WHEN starts_with({value.sql}, '\"') THEN {value.sql} END, '$')"
            )
        case _:
            return "NULL::VARCHAR"


def as_text(value: Value) -> str:
    """Return SQL of a value as text: a string as it is, anything else as compact JSON, null as NULL."""
    match value.kind:
        case Kind.STRING:
            return value.sql
        case Kind.JSON:
            return f"json_extract_string({value.sql}, '$')"
        case Kind.TIMESTAMP:
            return f"strftime({value.sql}, '%Y-%m-%dT%H:%M:%S.%gZ')"
        case Kind.NULL:
            return "NULL::VARCHAR"
        case _:
            return f"to_json({value.sql})::VARCHAR"


def as_json(value: Value) -> str:
    """Return SQL of a value as JSON text, null as NULL."""
    match value.kind:
        case Kind.JSON:
            return value.sql
        case Kind.NULL:
            return "NULL::VARCHAR"
        case Kind.TIMESTAMP:
            return f"to_json({as_text(value)})::VARCHAR"
        case _:
            return f"CASE WHEN {value.sql} IS NOT NULL THEN to_json({value.sql})::VARCHAR END"


def as_truth(value: Value) -> str:
    """Return SQL of a value as a condition: false, 0 and "" are false, null is NULL, the rest is true."""
    match value.kind:
        case Kind.BOOLEAN:
            return value.sql
        case Kind.JSON:
            return f"({value.sql} NOT IN ('false', '0', '0.0', '-0.0', '\"\"'))"
        case Kind.NUMBER:
            return f"({value.sql} <> 0)"
        case Kind.STRING:
            return f"({value.sql} <> '')"
        case Kind.NULL:
            return "NULL::BOOLEAN"
        case Kind.TIMESTAMP | Kind.INTERVAL:
            return f"(CASE WHEN {value.sql} IS NOT NULL THEN true END)"


def as_timestamp(value: Value) -> str:
    """Return SQL of the instant that a value is or that a string in it says, or NULL."""
    if value.kind is Kind.TIMESTAMP:
        return value.sql
    return f"(TRY_CAST({as_string(value)} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')"
