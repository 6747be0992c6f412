"""What the asker of a query should know though it runs: names that nobody knows, shapes that do nothing.

Source: spec/btql.md section 9.3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.query.names import Vocabulary
from otel_bridge_collector.query.syntax import Binary, Call, Expression, Logical, Path, Query, Source
from otel_bridge_collector.query.trace import ANY_SPAN
from otel_bridge_collector.query.walk import anywhere

MAX_NOTICES: Final = 20
UNBOUNDED: Final = "missingSegmentEliminationSpecs"
"""A source is read whole: nothing narrows it to some times or ids."""

_NARROWING: Final = ("created", "_xact_id", "_pagination_key", "root_span_id", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the asker should know; the query runs all the same."""

    code: str
    message: str
    stage: str = "binder"


def notices_of(
    query: Query, source: Source, expressions: Sequence[Expression], names: Vocabulary
) -> list[Notice]:
    """Return what is worth saying about a query whose names are resolved; at most `MAX_NOTICES`."""
    notices = [*_unknown_fields(expressions, names), *_odd(query, source), *_unbounded(query)]
    return notices[:MAX_NOTICES]


def _unknown_fields(expressions: Sequence[Expression], names: Vocabulary) -> Iterator[Notice]:
    unknown: dict[str, None] = {}

    def note(node: Expression) -> bool:
        if isinstance(node, Path) and not names.knows(str(node.parts[0])):
            unknown[str(node.parts[0])] = None
        return False

    for expression in expressions:
        anywhere(expression, note)
    for name in unknown:
        near = names.nearest(name)
        hint = f"; did you mean {near}?" if near else ""
        message = f'"{name}" is no column of Braintrust and null on rows that have no such field{hint}'
        yield Notice(code="unknownField", message=message)


def _odd(query: Query, source: Source) -> Iterator[Notice]:
    conditions = [part for part in (query.filter, query.final_filter) if part]
    if query.is_sql and any(anywhere(part, _is_includes) for part in conditions):
        message = "INCLUDES and CONTAINS are operators of clause queries; in Braintrust's SQL write IN or contains()"
        yield Notice(code="sqlIncludes", message=message, stage="parser")
    if source.shape == "spans" and query.filter and anywhere(query.filter, _is_any_span):
        message = "ANY_SPAN is about traces; of single spans it is its condition"
        yield Notice(code="anySpanOnSpans", message=message)
    for name in query.settings:
        message = f"the setting {name} changes nothing here"
        yield Notice(code="unknownSetting", message=message, stage="parser")


def _unbounded(query: Query) -> Iterator[Notice]:
    if query.subquery or (query.filter and _narrows(query.filter)):
        return
    message = (
        "No filters available for segment elimination. Add a range of created, _xact_id or _pagination_key,"
        " or a root_span_id or id, and less has to be read."
    )
    yield Notice(code=UNBOUNDED, message=message, stage="optimizer")


def _narrows(node: Expression) -> bool:
    if isinstance(node, Logical):
        return (any if node.operator == "and" else all)(map(_narrows, node.terms))
    compared = not isinstance(node, Binary) or node.operator not in ("ne", "isnot")
    return compared and anywhere(
        node, lambda part: isinstance(part, Path) and part.parts in {(name,) for name in _NARROWING}
    )


def _is_includes(node: Expression) -> bool:
    return isinstance(node, Binary) and node.operator == "includes"


def _is_any_span(node: Expression) -> bool:
    return isinstance(node, Call) and node.name == ANY_SPAN
