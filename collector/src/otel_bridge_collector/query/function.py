"""The scalar functions of the query language, each as SQL.

Source: spec/btql.md section 5. "Strict" functions are null if any argument is; that is what SQL does by itself here.
Dates are truncated in the zone of the request: a fixed offset in minutes, 480 for US Pacific standard time.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.compare import matches
from otel_bridge_collector.query.number import UNITS
from otel_bridge_collector.query.syntax import Call, Expression, Literal
from otel_bridge_collector.query.value import (
    Bindings,
    Kind,
    Value,
    as_json,
    as_number,
    as_string,
    as_text,
    as_timestamp,
    boolean,
    json,
    number,
    string,
    timestamp,
)
from otel_bridge_collector.store.columns import COST

_SEARCHED: Final = ("input", "output", "expected", "metadata", "span_attributes", "tags")
LAST_INSTANT_S: Final = 8_640_000_000_000
"""In the year 275760, as in JavaScript; the engine reaches somewhat further."""

_LAST_INSTANT_MS: Final = LAST_INSTANT_S * 1000

_LAST_PLACE: Final = 2**31 - 1
_MULTIPLES: Final = ("second", "minute", "hour", "day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When and where a query is asked.

    Attributes:
        now: the instant of the request in UTC, without a zone; the same for the whole query.
        tz_offset_min: minutes that the request's zone is behind UTC.
    """

    now: datetime
    tz_offset_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a function is called with."""

    call: Call
    values: Sequence[Value]
    bindings: Bindings
    clock: Clock

    def constant_text(self, index: int) -> str:
        """Return an argument that must be a constant string.

        Raises:
            QueryError: it is not.
        """
        node = self.call.arguments[index]
        if isinstance(node, Literal) and isinstance(node.value, str):
            return node.value
        raise bad_argument(self.call, node, f"{self.call.name} takes a constant string here")


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function: how many arguments it takes and what it becomes."""

    fewest: int
    most: int
    lower: Callable[[Arguments], Value]


def bad_argument(call: Call, node: Expression | None, message: str) -> QueryError:
    """Return the error for an argument that a function cannot take."""
    place = (node.place if node else None) or call.place
    return QueryError(
        message,
        offset=place.offset if place else None,
        length=place.length if place else 1,
        code="badArgument",
    )


def _number_function(sql: str) -> Function:
    return Function(
        fewest=1,
        most=1,
        lower=lambda given: number(sql.format(f"CAST({as_number(given.values[0])} AS DOUBLE)")),
    )


def _text_function(sql: str, count: int, result: Callable[[str], Value] = string) -> Function:
    return Function(
        fewest=count,
        most=count,
        lower=lambda given: result(sql.format(*(as_text(value) for value in given.values))),
    )


def _truncation(unit: str) -> Function:
    return Function(
        fewest=1,
        most=1,
        lower=lambda given: _truncated(given, f"date_trunc('{unit}', {{}})", given.values[0]),
    )


def _truncated(given: Arguments, sql: str, moment: Value) -> Value:
    offset = f"to_minutes({given.bindings.add(given.clock.tz_offset_min)}::BIGINT)"
    return timestamp(f"({sql.format(f'({as_timestamp(moment)} - {offset})')} + {offset})")


def _date_trunc(given: Arguments) -> Value:
    text = given.constant_text(0).strip().lower()
    match = re.fullmatch(r"(?:(\d{1,6})\s+)?([a-z]+?)s?", text)
    count, unit = (int(match[1] or 1), match[2]) if match else (0, "")
    if unit not in UNITS or count < 1 or (count > 1 and unit not in _MULTIPLES):
        units = f"{', '.join(UNITS)}, or a multiple such as '15 minutes'"
        raise bad_argument(given.call, given.call.arguments[0], f"{given.call.name} takes one of {units}")
    if count == 1:
        return _truncated(given, f"date_trunc('{unit}', {{}})", given.values[1])
    width = f"to_{unit}s({given.bindings.add(count)}::BIGINT)"
    return _truncated(given, f"time_bucket({width}, {{}}, TIMESTAMP '1970-01-01')", given.values[1])


def _date_part(given: Arguments) -> Value:
    unit = given.constant_text(0).strip().lower()
    if unit not in UNITS:
        raise bad_argument(given.call, given.call.arguments[0], f"expected one of {', '.join(UNITS)}")
    return number(f"date_part('{unit}', {as_timestamp(given.values[1])})")


def _now(given: Arguments) -> Value:
    return timestamp(f"{given.bindings.add(given.clock.now)}::TIMESTAMP")


def _current_date(given: Arguments) -> Value:
    offset = timedelta(minutes=given.clock.tz_offset_min)
    local = (given.clock.now - offset).replace(hour=0, minute=0, second=0, microsecond=0)
    return timestamp(f"{given.bindings.add(local + offset)}::TIMESTAMP")


def _to_datetime(given: Arguments) -> Value:
    value = given.values[0]
    seconds = f"CAST({as_number(value)} AS DOUBLE)"
    # A number above 1e11 is milliseconds: as seconds it would be in the year 5138.
    node = given.call.arguments[0]
    if isinstance(node, Literal) and value.kind is Kind.NUMBER and not _is_instant(node.value):
        raise bad_argument(
            given.call,
            node,
            f"{given.call.name} takes seconds, or milliseconds of at most {_LAST_INSTANT_MS}",
        )
    # Not TRY, which takes no aggregate.
    from_number = (
        f"(CASE WHEN abs({seconds}) <= 1e11 THEN to_timestamp({seconds}) WHEN abs({seconds}) <= {_LAST_INSTANT_MS}"
        f" THEN to_timestamp({seconds} / 1000) END AT TIME ZONE 'UTC')"
    )
    if value.kind is Kind.NUMBER:
        return timestamp(from_number)
    if value.kind is Kind.JSON:
        return timestamp(f"coalesce({as_timestamp(value)}, {from_number})")
    return timestamp(as_timestamp(value))


def _is_instant(milliseconds: Json) -> bool:
    return isinstance(milliseconds, int | float) and abs(milliseconds) <= _LAST_INSTANT_MS


def _to_date(given: Arguments) -> Value:
    return timestamp(f"date_trunc('day', {_to_datetime(given).sql})")


def _to_interval(given: Arguments) -> Value:
    return Value(sql=f"TRY_CAST({as_string(given.values[0])} AS INTERVAL)", kind=Kind.INTERVAL)


def _length(given: Arguments) -> Value:
    value = given.values[0]
    if value.kind is not Kind.JSON:
        # Only texts and JSON have a length; of anything else this is null.
        return number(f"length({as_string(value)})")
    inside = f"CASE left({value.sql}, 1) WHEN '[' THEN json_array_length({value.sql}) WHEN '{{' THEN len(json_keys({value.sql}))"
    return number(f"({inside} WHEN '\"' THEN length({as_string(value)}) END)")


def _to_number(given: Arguments) -> Value:
    value = given.values[0]
    if value.kind is Kind.BOOLEAN:
        return number(f"CAST({value.sql} AS DOUBLE)")
    text = as_text(value)
    return number(
        f"CASE WHEN regexp_full_match(trim({text}), '-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?') THEN TRY_CAST({text} AS DOUBLE) END"
    )


def _to_integer(given: Arguments) -> Value:
    return number(f"TRY_CAST(trunc({_to_number(given).sql}) AS BIGINT)")


def _to_boolean(given: Arguments) -> Value:
    return boolean(
        f"CASE lower({as_text(given.values[0])}) WHEN 'true' THEN true WHEN '1' THEN true WHEN 'false' THEN false WHEN '0' THEN false END"
    )


def _json_extract(given: Arguments) -> Value:
    text = as_text(given.values[0])
    key = given.bindings.text(given.constant_text(1))
    # A pointer, in which a key has no dots; ~ and / are written ~0 and ~1.
    pointer = f"'/' || replace(replace({key}, '~', '~0'), '/', '~1')"
    return json(
        f"nullif(json_extract(CASE WHEN json_valid({text}) THEN CASE WHEN left(ltrim({text}), 1) = '{{' THEN {text} END END, {pointer})::VARCHAR, 'null')"
    )


def _search(given: Arguments) -> Value:
    words = given.constant_text(0)
    tests = [
        f"coalesce({matches(Value(sql=name, kind=Kind.JSON), words, given.bindings).sql}, false)"
        for name in _SEARCHED
    ]
    return boolean(f"({' OR '.join(tests)})")


def same_kind(values: Sequence[Value]) -> tuple[list[str], Callable[[str], Value]]:
    """Return values as SQL of one kind, and what makes a value of that kind: JSON if they differ."""
    kinds = {value.kind for value in values} - {Kind.NULL}
    if len(kinds) == 1 and Kind.INTERVAL not in kinds:
        kind = kinds.pop()
        return [value.sql for value in values], lambda sql: Value(sql=sql, kind=kind)
    return [as_json(value) for value in values], json


def _of_one_kind(sql: str) -> Callable[[Arguments], Value]:
    def lower(given: Arguments) -> Value:
        texts, make = same_kind(given.values)
        return make(sql.format(", ".join(texts)))

    return lower


def _extreme(sql: str) -> Callable[[Arguments], Value]:
    """Return the least or greatest of values of one type; those of another count as null, which is skipped.

    A constant says the type. Of fields alone strings come before numbers, as in `min` and `max`.
    """

    def lower(given: Arguments) -> Value:
        def among(read: Callable[[Value], str]) -> str:
            return sql.format(", ".join(read(value) for value in given.values))

        kinds = {value.kind for value in given.values}
        if Kind.TIMESTAMP in kinds:
            return timestamp(among(as_timestamp))
        if Kind.NUMBER in kinds or not kinds & {Kind.STRING, Kind.JSON}:
            return number(among(as_number))
        if Kind.STRING in kinds:
            return string(among(as_string))
        numbers = f"to_json({among(as_number)})::VARCHAR"
        return json(f"coalesce({as_json(string(among(as_string)))}, nullif({numbers}, 'null'))")

    return lower


def _split(given: Arguments) -> Value:
    parts = f"string_split({as_text(given.values[0])}, {as_text(given.values[1])})"
    return json(f"to_json({parts})::VARCHAR")


def _substring(given: Arguments) -> Value:
    text, *numbers = given.values
    for node in given.call.arguments[1:]:
        if (
            isinstance(node, Literal)
            and isinstance(node.value, int | float)
            and abs(node.value) > _LAST_PLACE
        ):
            raise bad_argument(
                given.call, node, f"{given.call.name} takes places and lengths of at most {_LAST_PLACE}"
            )
    places = ", ".join(f"TRY_CAST({as_number(value)} AS INTEGER)" for value in numbers)
    return string(f"substring({as_text(text)}, {places})")


def _power(given: Arguments) -> Value:
    base, exponent = (f"CAST({as_number(value)} AS DOUBLE)" for value in given.values)
    # What has no real value is null, not an error.
    return number(f"CASE WHEN {base} >= 0 OR {exponent} = trunc({exponent}) THEN pow({base}, {exponent}) END")


def _no_vector(given: Arguments) -> Value:
    """Embeddings are kept nowhere here; Braintrust's own command line asks for them all the same."""
    del given
    return json("NULL::VARCHAR")


def _round(given: Arguments) -> Value:
    digits = f"CAST({as_number(given.values[1])} AS INTEGER)" if len(given.values) > 1 else "0"
    return number(f"round(CAST({as_number(given.values[0])} AS DOUBLE), {digits})")


_MANY: Final = 100

FUNCTIONS: Final[Mapping[str, Function]] = {
    **{unit: _truncation(unit) for unit in UNITS},
    "date_trunc": Function(fewest=2, most=2, lower=_date_trunc),
    "date_part": Function(fewest=2, most=2, lower=_date_part),
    "now": Function(fewest=0, most=0, lower=_now),
    "current_timestamp": Function(fewest=0, most=0, lower=_now),
    "current_date": Function(fewest=0, most=0, lower=_current_date),
    "to_datetime": Function(fewest=1, most=1, lower=_to_datetime),
    "to_date": Function(fewest=1, most=1, lower=_to_date),
    "to_interval": Function(fewest=1, most=1, lower=_to_interval),
    "lower": _text_function("lower({0})", 1),
    "upper": _text_function("upper({0})", 1),
    "trim": _text_function("trim({0})", 1),
    "replace": _text_function("replace({0}, {1}, {2})", 3),
    "starts_with": _text_function("starts_with({0}, {1})", 2, boolean),
    "ends_with": _text_function("suffix({0}, {1})", 2, boolean),
    "concat": Function(
        fewest=1,
        most=_MANY,
        lower=lambda given: string(f"concat({', '.join(as_text(value) for value in given.values)})"),
    ),
    "substring": Function(fewest=2, most=3, lower=_substring),
    "split": Function(fewest=2, most=2, lower=_split),
    "power": Function(fewest=2, most=2, lower=_power),
    "vector": Function(fewest=1, most=1, lower=_no_vector),
    "vector_keys": Function(fewest=1, most=1, lower=_no_vector),
    "len": Function(fewest=1, most=1, lower=_length),
    "length": Function(fewest=1, most=1, lower=_length),
    "json_extract": Function(fewest=2, most=2, lower=_json_extract),
    "coalesce": Function(fewest=1, most=_MANY, lower=_of_one_kind("coalesce({})")),
    "nullif": Function(fewest=2, most=2, lower=_of_one_kind("nullif({})")),
    "least": Function(fewest=1, most=_MANY, lower=_extreme("least({})")),
    "greatest": Function(fewest=1, most=_MANY, lower=_extreme("greatest({})")),
    "round": Function(fewest=1, most=2, lower=_round),
    "abs": _number_function("abs({})"),
    "floor": _number_function("floor({})"),
    "ceil": _number_function("ceil({})"),
    "sqrt": _number_function("CASE WHEN {0} >= 0 THEN sqrt({0}) END"),
    "ln": _number_function("CASE WHEN {0} > 0 THEN ln({0}) END"),
    "exp": _number_function("exp({})"),
    "to_string": _text_function("{0}", 1),
    "to_number": Function(fewest=1, most=1, lower=_to_number),
    "to_integer": Function(fewest=1, most=1, lower=_to_integer),
    "to_boolean": Function(fewest=1, most=1, lower=_to_boolean),
    "search": Function(fewest=1, most=1, lower=_search),
    "estimated_cost": Function(fewest=0, most=0, lower=lambda _: number(COST)),
}
"""Name -> function."""

OF_ROWS: Final = ("search", "estimated_cost")
"""Functions that read columns of a row, though no argument names them."""
