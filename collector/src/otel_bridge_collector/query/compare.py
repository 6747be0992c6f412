"""Comparisons, lowered to SQL that is true, false or NULL exactly as the query language says.

Source: spec/btql.md sections 4 and 8. Values of different JSON types are not equal, and neither is less than the other:
an order between them is null. Numbers inside arrays and objects compare as they are written.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Place
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
    is_wide,
    json,
    step,
    timestamp,
)
from otel_bridge_collector.store.json_text import dump_json

_ORDER_SYMBOLS: Final = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_UNKNOWN: Final = boolean("NULL::BOOLEAN")
_TIMES: Final = {Kind.TIMESTAMP, Kind.STRING, Kind.JSON}


def equal(left: Value, right: Value) -> Value:
    """Return whether two values are the same; NULL if either is null."""
    kinds = {left.kind, right.kind}
    if Kind.TIMESTAMP in kinds:
        instants = f"({as_timestamp(left)} = {as_timestamp(right)})"
        return boolean(instants) if kinds <= _TIMES else _UNKNOWN
    if kinds == {Kind.JSON}:
        return boolean(_equal_json(left.sql, right.sql))
    if left.kind is right.kind:
        return boolean(f"({left.sql} = {right.sql})")
    wide = left.wide or right.wide
    comparisons = {
        frozenset({Kind.JSON, Kind.NUMBER}): f"{as_number(left, wide=wide)} = {as_number(right)}",
        frozenset({Kind.JSON, Kind.STRING}): f"{as_string(left)} = {as_string(right)}",
        frozenset({Kind.JSON, Kind.BOOLEAN}): f"{as_json(left)} = {as_json(right)}",
    }
    same = comparisons.get(frozenset(kinds), "false")
    both = f"{left.sql} IS NOT NULL AND {right.sql} IS NOT NULL"
    return boolean(f"(CASE WHEN {both} THEN coalesce({same}, false) END)")


def identical(left: Value, right: Value) -> Value:
    """Return whether two values are the same, two nulls included; never NULL."""
    return boolean(f"coalesce({equal(left, right).sql}, {left.sql} IS NULL AND {right.sql} IS NULL)")


def ordered(operator: str, left: Value, right: Value) -> Value:
    """Return whether two values stand in an order; NULL if they have none."""
    symbol = _ORDER_SYMBOLS[operator]
    kinds = {left.kind, right.kind}
    if Kind.TIMESTAMP in kinds:
        instants = f"({as_timestamp(left)} {symbol} {as_timestamp(right)})"
        return boolean(instants) if kinds <= _TIMES else _UNKNOWN
    wide = left.wide or right.wide
    numbers = f"({as_number(left, wide=wide)} {symbol} {as_number(right, wide=wide)})"
    strings = f"({as_string(left)} {symbol} {as_string(right)})"
    if kinds == {Kind.JSON}:
        return boolean(f"coalesce({numbers}, {strings})")
    if kinds <= {Kind.NUMBER, Kind.JSON}:
        return boolean(numbers)
    return boolean(strings) if kinds <= {Kind.STRING, Kind.JSON} else _UNKNOWN


def among(value: Value, constants: tuple[Json, ...], bindings: Bindings) -> Value:
    """Return whether a value, or any element of an array, is one of some constants; NULL for null.

    As in SQL, a null among the constants makes "no" unknown.
    """
    if value.kind is Kind.TIMESTAMP:
        instants = [instant(constant, bindings).sql for constant in constants if isinstance(constant, str)]
        found = f"({value.sql} IN ({', '.join(instants)}))" if instants else "false"
    else:
        text = as_json(value)
        is_one = _is_one_of(constants, bindings)
        cases = f"WHEN '[' THEN {_any_element(text, is_one)} ELSE {is_one(text)}"
        found = f"(CASE WHEN {text} IS NOT NULL THEN CASE left({text}, 1) {cases} END END)"
    return boolean(f"nullif({found}, false)" if None in constants else found)


def includes(value: Value, constant: Json, bindings: Bindings) -> Value:
    """Return whether an array, object or string contains a constant; false for null.

    | left | contains |
    | --- | --- |
    | array | an element that is the constant; for an array, all of its elements |
    | object | the string as a key; an object, if each of its members is there; one that is null may be missing |
    | string | the string as a part |
    """
    text = as_json(value)
    wanted = constant if isinstance(constant, list) else [constant]
    elements = _all(_any_element(text, _is_one_of((item,), bindings)) for item in wanted)
    cases = f"WHEN '[' THEN {elements}"
    if isinstance(constant, str):
        part = bindings.text(constant)
        cases += f" WHEN '{{' THEN list_contains(json_keys({text}), {part})"
        cases += f" WHEN '\"' THEN contains({as_text(json(text))}, {part})"
    if isinstance(constant, dict):
        cases += f" WHEN '{{' THEN {_has_members(text, constant, bindings)}"
    return boolean(f"coalesce(CASE left({text}, 1) {cases} ELSE false END, false)")


def _has_members(text: str, members: Mapping[str, Json], bindings: Bindings) -> str:
    """Test an object for members: with them patched in, it is as it was.

    A patch takes away what it says is null, so these are asked one by one; a member that is missing is null, too.
    """
    said, nulls = _split(members)
    patched = f"json_merge_patch({text}, {bindings.text(dump_json(said))})"
    are_null = (f"{step(json(text), path, bindings).sql} IS NULL" for path in nulls)
    return _all([f"json_normalize({patched}) = json_normalize({text})", *are_null])


def _split(members: Mapping[str, Json]) -> tuple[dict[str, Json], list[tuple[str, ...]]]:
    """Return the members that are not null, and the paths of the others; an object of nulls alone says nothing else."""
    said: dict[str, Json] = {}
    nulls: list[tuple[str, ...]] = []
    for key, value in members.items():
        inside: Json = value
        if isinstance(value, Mapping) and value:
            inside, paths = _split(value)
            nulls += [(key, *path) for path in paths]
            inside = inside or None
        elif value is None:
            nulls.append((key,))
        if inside is not None:
            said[key] = inside
    return said, nulls


def like(value: Value, pattern: str, bindings: Bindings, *, ignore_case: bool) -> Value:
    r"""Return whether a text has a pattern: `%` any run, `_` one character, `\` before either takes it literally."""
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        pattern += "\\"  # an escape with nothing behind it is a backslash
    word = "ILIKE" if ignore_case else "LIKE"
    return boolean(f"({as_text(value)} {word} {bindings.text(pattern)} ESCAPE '\\')")


def matches(value: Value, words: str, bindings: Bindings) -> Value:
    """Return whether a text holds every one of some words, in any order and case."""
    text = as_text(value)
    patterns = [
        rf"(?i)(^|[^\pL\pN_]){word}($|[^\pL\pN_])" for word in dict.fromkeys(re.findall(r"\w+", words))
    ]
    return boolean(_all(f"regexp_matches({text}, {bindings.text(pattern)})" for pattern in patterns))


def instant(text: str, bindings: Bindings, place: Place | None = None) -> Value:
    """Return the constant instant that a text says; without a zone it is UTC.

    Raises:
        QueryError: it says none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        moment = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f'"{text}" is no time',
            offset=place.offset if place else None,
            length=place.length if place else 1,
            code="badTimestamp",
            suggestion="write '2026-01-31', '2026-01-31T10:30:00Z' or now() - interval 1 day",
        ) from error
    return timestamp(f"{bindings.add(moment)}::TIMESTAMP")


def _equal_json(left: str, right: str) -> str:
    """Compare two JSON texts: whole numbers by their digits, other numbers by value, the rest as texts."""
    whole = f"regexp_full_match({left}, '-?[0-9]+') AND regexp_full_match({right}, '-?[0-9]+')"
    numbers = f"TRY_CAST({left} AS DOUBLE) = TRY_CAST({right} AS DOUBLE)"
    texts = f"json_normalize({left}) = json_normalize({right})"
    same = f"CASE WHEN {whole} THEN {left} = {right} ELSE coalesce({numbers}, {texts}) END"
    return f"(CASE WHEN {left} IS NOT NULL AND {right} IS NOT NULL THEN {same} END)"


def _is_one_of(constants: Iterable[Json], bindings: Bindings) -> Callable[[str], str]:
    """Return what tests a JSON text, which is not NULL, for being one of some constants."""
    strings: list[str] = []
    numbers: list[int | float] = []
    others: list[Json] = []
    for constant in constants:
        if isinstance(constant, str):
            strings.append(constant)
        elif isinstance(constant, int | float) and not isinstance(constant, bool) and not is_wide(constant):
            numbers.append(constant)
        elif constant is not None:
            others.append(constant)
    bound = [
        *([f"list_contains({bindings.add(strings)}::VARCHAR[], {{string}})"] if strings else []),
        *([f"list_contains({bindings.add(numbers)}::DOUBLE[], {{number}})"] if numbers else []),
        *(f"{{normal}} = json_normalize({bindings.text(dump_json(other))})" for other in others),
    ]
    template = " OR ".join(f"coalesce({test}, false)" for test in bound) or "false"

    def test(text: str) -> str:
        value = json(text)
        normal = f"json_normalize({text})"
        return f"({template.format(string=as_string(value), number=as_number(value), normal=normal)})"

    return test


def _any_element(text: str, test: Callable[[str], str]) -> str:
    return f"len(list_filter(json_extract({text}, '$[*]')::VARCHAR[], lambda e: {test('e')})) > 0"


def _all(tests: Iterable[str]) -> str:
    return f"({' AND '.join(tests) or 'true'})"
