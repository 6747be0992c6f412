"""Comparisons that pass over rows only because those hold another JSON type: what to count, and what to say of it.

Source: spec/btql.md section 8.3. Nothing is converted in a comparison, so `metadata.user_id = '1234'` does not find the number 1234;
who meant it is told. Only comparisons that must hold (joined by AND) of a value without a type are looked at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.columns import COLUMNS
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.lower import Scope, condition, lower
from otel_bridge_collector.query.notice import Notice
from otel_bridge_collector.query.plan import Plan
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.stored import in_objects
from otel_bridge_collector.query.syntax import Binary, Expression, In, Literal, Path, Unary
from otel_bridge_collector.query.trace import terms_of
from otel_bridge_collector.query.value import Bindings, Kind, Value, as_string
from otel_bridge_collector.store.columns import JSON_FIELDS, ROWS_TABLE
from otel_bridge_collector.store.interface import Statement
from otel_bridge_collector.store.json_text import dump_json

MAX_WATCHED: Final = 10

_ORDERED: Final = ("lt", "le", "gt", "ge")
_EQUAL: Final = ("eq", "ne", "is", "isnot")
_CANONICAL: Final = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]*[1-9])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One comparison of a path with a constant that has a twin of another type.

    Attributes:
        term: the whole condition that it is.
        inverse: whether rows of the other type pass it, not fail it.
    """

    term: Expression
    path: Path
    constant: str | float | bool
    ordered: bool
    inverse: bool


def watched(plan: Plan) -> list[Watched]:
    """Return the comparisons of a plan's filter that may pass over rows by type."""
    if plan.shape != "spans" or plan.origin.subplan or plan.position:
        return []
    found = [each for term in terms_of(plan.filter) for each in _comparisons(term)]
    return found[:MAX_WATCHED]


def to_count(plan: Plan, found: Sequence[Watched], clock: Clock) -> Statement:
    """Return a statement whose only row says for each comparison how many rows hold the other type."""
    bindings = Bindings()
    scope = Scope(bindings=bindings, clock=clock)
    terms = terms_of(plan.filter)
    passed = [_passes_over(each, [term for term in terms if term is not each.term], scope) for each in found]
    counts = ", ".join(f"count_if({each})" for each in passed)
    # Said once more as a filter, which the engine leaves at the first condition that fails: nearly all rows fail the cheapest.
    sql = f"SELECT {counts} FROM {ROWS_TABLE} WHERE {in_objects(plan.origin, bindings)} AND ({' OR '.join(passed)})"  # noqa: S608 - our own text
    return Statement(sql=sql, parameters=bindings.used_in(sql))


def text_of_strings(each: Watched) -> tuple[str, str] | None:
    """Return a JSON field, and a text in it without which no row holds a string where a comparison asks for a number.

    None for other comparisons: they pass over more than strings.
    """
    field, last = each.path.parts[0], each.path.parts[-1]
    if len(each.path.parts) == 1 or field not in JSON_FIELDS or not isinstance(last, str):
        return None
    # The store's JSON is compact.
    return (str(field), f'{dump_json(last)}:"') if isinstance(_twin(each.constant), str) else None


def notices(found: Sequence[Watched], counts: Sequence[object]) -> Iterator[Notice]:
    """Yield what to say of the comparisons for which rows were counted."""
    for each, count in zip(found, counts, strict=True):
        if isinstance(count, int) and count:
            yield Notice(code="typeMismatch", message=_message(each, count), stage="executor")


def _comparisons(term: Expression) -> Iterator[Watched]:
    inverse = isinstance(term, Unary) and term.operator == "not"
    inner = term.operand if isinstance(term, Unary) and inverse else term
    match inner:
        case Binary(operator=operator, left=Path() as path, right=Literal(value=value)) if operator in (
            *_EQUAL,
            *_ORDERED,
        ):
            negative = inverse or operator in ("ne", "isnot")
            yield from _watch(term, path, value, ordered=operator in _ORDERED, inverse=negative)
        case In(operand=Path() as path, values=values):
            for value in values:
                if _twin(value) not in values:
                    yield from _watch(term, path, value, ordered=False, inverse=inverse)
        case _:
            return


def _watch(term: Expression, path: Path, value: Json, *, ordered: bool, inverse: bool) -> Iterator[Watched]:
    if isinstance(value, str | int | float) and _twin(value) is not None and not _is_typed(path):
        yield Watched(term=term, path=path, constant=value, ordered=ordered, inverse=inverse)


def _is_typed(path: Path) -> bool:
    """Tell whether a path is a column of one type, of which there is nothing to count."""
    column = COLUMNS.get(str(path.parts[0])) if len(path.parts) == 1 else None
    return column is not None and column.kind is not Kind.JSON


def _twin(value: Json) -> Json:
    """Return the constant of another type that looks the same; None where there is none."""
    if isinstance(value, bool | int | float):
        return dump_json(value)
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, str) and _CANONICAL.fullmatch(value):
        return float(value) if "." in value else int(value)
    return None


def _passes_over(each: Watched, others: Sequence[Expression], scope: Scope) -> str:
    """Return the condition that a row is one to count for a comparison."""
    value = lower(each.path, scope)
    if value.kind is not Kind.JSON:
        return "false"
    conditions = [
        *_may_hold_twin(each, scope.bindings),
        _holds_twin(each, value, scope.bindings),
        *(condition(term, scope) for term in others),
    ]
    return f"({' AND '.join(conditions)})"


def _may_hold_twin(each: Watched, bindings: Bindings) -> Iterator[str]:
    """Yield what the JSON text of a row's field has wherever the twin is in it: to search a text is cheaper than to parse it.

    The store's JSON is compact, and numbers are as short as they can be.
    """
    field, last, twin = each.path.parts[0], each.path.parts[-1], _twin(each.constant)
    if len(each.path.parts) == 1 or field not in JSON_FIELDS or not isinstance(last, str):
        return
    value = dump_json(twin)
    begin = '"' if isinstance(twin, str) else ""
    if each.ordered:
        text = f"{dump_json(last)}:{begin}"
    elif "e" in value and not begin:
        return  # there are two ways to write an exponent
    else:
        text = f"{dump_json(last)}:{value}"
    yield f"contains({field}, {bindings.text(text)})"


def _holds_twin(each: Watched, value: Value, bindings: Bindings) -> str:
    twin = _twin(each.constant)
    if isinstance(twin, bool):
        return f"{value.sql} = '{dump_json(twin)}'"
    if isinstance(twin, int | float):
        number = value.hot_number or f"TRY_CAST({value.sql} AS DOUBLE)"
        return f"{number} IS NOT NULL" if each.ordered else f"{number} = {bindings.add(float(twin))}::DOUBLE"
    text = as_string(value)
    return f"{text} IS NOT NULL" if each.ordered else f"{text} = {bindings.text(str(twin))}"


def _message(each: Watched, count: int) -> str:
    path, twin = print_expression(each.path), _twin(each.constant)
    here, there = _kind(each.constant), _kind(twin)
    rows = f"{count} row{'' if count == 1 else 's'}"
    hold = (
        f"hold{'s' if count == 1 else ''} a {there}"
        if each.ordered
        else f"hold{'s' if count == 1 else ''} the {there} {twin}"
    )
    fate = "matched only for that" if each.inverse else "not matched"
    was = "was" if count == 1 else "were"
    constants = [print_expression(Literal(value=value)) for value in (each.constant, twin)]
    advice = f"Use {path} = {constants[1]}, {path} IN ({', '.join(constants)}) or to_string({path})."
    text = print_expression(each.term)
    return f"{text} compares with a {here}, but {rows} {hold} and {was} {fate}. {advice}"


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"
