"""Walking and rewriting trees."""

import pytest

from otel_bridge_collector.query.parser import parse_expression, parse_text
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import Expression, Literal, Path
from otel_bridge_collector.query.walk import anywhere, rewrite, rewrite_query

EVERY_NODE = "f(a, -a, a = a, a AND a, a IN (1), a ? a : a, g(a).b, interval 1 day)"


def test_everything_is_visited() -> None:
    seen: list[Expression] = []

    anywhere(parse_expression(EVERY_NODE), lambda node: seen.append(node) is not None)  # type: ignore[func-returns-value]  # it visits

    assert seen.count(Path(parts=("a",))) == 11


def test_the_search_ends_where_the_test_passes() -> None:
    assert anywhere(parse_expression("1 + a"), lambda node: isinstance(node, Path))
    assert not anywhere(parse_expression("1 + 2"), lambda node: isinstance(node, Path))


def test_every_part_can_be_replaced() -> None:
    def one(node: Expression) -> Expression | None:
        return Literal(value=1) if isinstance(node, Path) else None

    rewritten = rewrite(parse_expression(EVERY_NODE), one)

    assert print_expression(rewritten) == (
        "f(1, -1, 1 = 1, 1 AND 1, 1 IN (1), CASE WHEN 1 THEN 1 ELSE 1 END, g(1).b, interval 1 day)"
    )


@pytest.mark.parametrize("text", [pytest.param("a", id="path"), pytest.param("1", id="constant")])
def test_what_is_not_changed_stays(text: str) -> None:
    assert rewrite(parse_expression(text), lambda _: None) == parse_expression(text)


def test_every_expression_of_a_query_can_be_replaced() -> None:
    def b(node: Expression) -> Expression | None:
        return Path(parts=("b",)) if node == Path(parts=("a",)) else None

    def clauses(name: str) -> str:
        return (
            f"select: {name}, * | dimensions: {name} | measures: count({name}) as n | filter: {name} | trace_filter: {name}"
            f" | final_filter: {name} | sort: {name} | unpivot: {name} as (k, v) | pivot: {name}"
        )

    assert rewrite_query(parse_text(clauses("a")), b) == parse_text(clauses("b"))


def test_a_list_is_unpivoted_from_a_path_only() -> None:
    query = parse_text("unpivot: a as (x)")

    assert rewrite_query(query, lambda _: Literal(value=1)) == query
