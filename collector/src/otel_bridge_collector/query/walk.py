"""Walking and rewriting syntax trees, without knowing what a node means."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from otel_bridge_collector.query.syntax import (
    Access,
    Binary,
    Call,
    Conditional,
    Expression,
    In,
    Logical,
    Path,
    Query,
    Selected,
    Unary,
)


def parts(node: Expression) -> Iterator[Expression]:
    """Yield the expressions that stand directly in one."""
    match node:
        case Access():
            yield node.of
        case Unary() | In():
            yield node.operand
        case Binary():
            yield node.left
            yield node.right
        case Logical():
            yield from node.terms
        case Conditional():
            for condition, result in node.branches:
                yield condition
                yield result
            yield node.otherwise
        case Call():
            yield from node.arguments
        case _:
            return


def anywhere(node: Expression, test: Callable[[Expression], bool]) -> bool:
    """Tell whether an expression or any in it passes a test."""
    return test(node) or any(anywhere(part, test) for part in parts(node))


def rewrite(node: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """Return an expression with parts replaced, from the outside in; None leaves a part to its own parts."""
    changed = change(node)
    if changed is not None:
        return changed
    rebuilt: Expression = node
    match node:
        case Access():
            rebuilt = replace(node, of=rewrite(node.of, change))
        case Unary() | In():
            rebuilt = replace(node, operand=rewrite(node.operand, change))
        case Binary():
            rebuilt = replace(node, left=rewrite(node.left, change), right=rewrite(node.right, change))
        case Logical():
            rebuilt = replace(node, terms=tuple(rewrite(term, change) for term in node.terms))
        case Conditional():
            branches = tuple((rewrite(test, change), rewrite(then, change)) for test, then in node.branches)
            rebuilt = replace(node, branches=branches, otherwise=rewrite(node.otherwise, change))
        case Call():
            rebuilt = replace(node, arguments=tuple(rewrite(argument, change) for argument in node.arguments))
        case _:
            pass
    return rebuilt


def rewrite_query(query: Query, change: Callable[[Expression], Expression | None]) -> Query:
    """Return a query with each of its own expressions rewritten; those of a query inside stay."""

    def condition(node: Expression | None) -> Expression | None:
        return node and rewrite(node, change)

    def selected(items: Sequence[Selected]) -> tuple[Selected, ...]:
        return tuple(replace(item, expression=condition(item.expression)) for item in items)

    def path(node: Path) -> Path:
        rewritten = rewrite(node, change)
        return rewritten if isinstance(rewritten, Path) else node

    pivot = query.pivot and replace(
        query.pivot, measures=selected(query.pivot.measures), key=condition(query.pivot.key)
    )
    return replace(
        query,
        select=selected(query.select),
        dimensions=selected(query.dimensions),
        measures=selected(query.measures),
        filter=condition(query.filter),
        trace_filter=condition(query.trace_filter),
        final_filter=condition(query.final_filter),
        sort=tuple(replace(key, expression=rewrite(key.expression, change)) for key in query.sort),
        unpivot=tuple(replace(item, of=path(item.of)) for item in query.unpivot),
        pivot=pivot,
    )
