"""Conditions on whole traces: which traces a filter selects, as SQL over the spans of each.

Source: spec/btql.md section 3. `ANY_SPAN(e)` asks for a span of the trace with `e`, each call on its own; what stands
beside such calls must hold on one span together. `FILTER_SPANS(e)` chooses among the spans of the traces found.
"""

from collections.abc import Callable
from typing import Final

from otel_bridge_collector.query import build
from otel_bridge_collector.query.reader import query_error
from otel_bridge_collector.query.syntax import Call, Expression, Logical, Unary
from otel_bridge_collector.query.walk import anywhere, rewrite

ANY_SPAN: Final = "any_span"
FILTER_SPANS: Final = "filter_spans"


def terms_of(condition: Expression | None) -> tuple[Expression, ...]:
    """Return the conditions that must all hold."""
    if condition is None:
        return ()
    if isinstance(condition, Logical) and condition.operator == "and":
        return condition.terms
    return (condition,)


def split_filter(condition: Expression | None) -> tuple[Expression | None, Expression | None]:
    """Return what chooses the traces, and what chooses their spans."""
    traces = [term for term in terms_of(condition) if not _is_call(term, FILTER_SPANS)]
    spans = [_argument(term) for term in terms_of(condition) if _is_call(term, FILTER_SPANS)]
    return (
        build.logical("and", traces) if traces else None,
        build.logical("and", spans) if spans else None,
    )


def without_span_filters(condition: Expression) -> Expression:
    """Return a condition for single spans: `ANY_SPAN(e)` and `FILTER_SPANS(e)` are `e`."""
    return rewrite(
        condition,
        lambda node: (
            without_span_filters(_argument(node)) if _is_call(node, ANY_SPAN, FILTER_SPANS) else None
        ),
    )


def trace_condition(condition: Expression, lower: Callable[[Expression], str]) -> str:
    """Return SQL over the group of a trace's spans; `lower` makes SQL of a condition on one span.

    Raises:
        QueryError: conditions nested deeper than they can be answered.
    """
    if not has_any_span(condition):
        return f"coalesce(bool_or({lower(condition)}), false)"
    if _is_call(condition, ANY_SPAN):
        return f"coalesce(bool_or({lower(_flattened(_argument(condition)))}), false)"
    if isinstance(condition, Unary) and condition.operator == "not":
        _check_negated(condition.operand)
        return f"(NOT {trace_condition(condition.operand, lower)})"
    if isinstance(condition, Logical):
        plain = [term for term in condition.terms if not has_any_span(term)]
        others = [term for term in condition.terms if has_any_span(term)]
        together = [build.logical(condition.operator, plain), *others] if plain else others
        joined = f" {condition.operator.upper()} ".join(trace_condition(term, lower) for term in together)
        return f"({joined})"
    message = "ANY_SPAN can stand under AND, OR and NOT only"
    raise query_error(message, condition.place, code="spanFilterNesting")


def _flattened(inner: Expression) -> Expression:
    """Take away one level of ANY_SPAN inside ANY_SPAN."""

    def flatten(node: Expression) -> Expression | None:
        if not _is_call(node, ANY_SPAN):
            return None
        if has_any_span(_argument(node)):
            raise query_error("ANY_SPAN nests two levels deep at most", node.place, code="spanFilterNesting")
        return _argument(node)

    return rewrite(inner, flatten)


def _check_negated(operand: Expression) -> None:
    inner = _argument(operand) if _is_call(operand, ANY_SPAN) else None
    if inner is not None and sum(has_any_span(term) for term in terms_of(inner)) > 1:
        raise query_error(
            "NOT over several ANY_SPAN in one is not supported",
            operand.place,
            code="spanFilterNesting",
            suggestion="negate each ANY_SPAN on its own",
        )


def has_any_span(node: Expression) -> bool:
    """Tell whether a condition asks for some span of a trace on its own."""
    return anywhere(node, lambda part: _is_call(part, ANY_SPAN))


def _is_call(node: Expression, *names: str) -> bool:
    return isinstance(node, Call) and node.name in names


def _argument(node: Expression) -> Expression:
    if isinstance(node, Call) and len(node.arguments) == 1:
        return node.arguments[0]
    raise query_error("expected one condition", node.place, code="wrongArgumentCount")
