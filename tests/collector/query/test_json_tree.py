"""The SDKs' JSON query to the same tree as text gives."""

from collections.abc import Callable

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.json_tree import parse_query
from otel_bridge_collector.query.parser import parse_expression, parse_text

A: Json = {"op": "ident", "name": ["a"]}
ONE: Json = {"op": "literal", "value": 1}


def test_a_whole_query_is_the_tree_of_its_text() -> None:
    query = parse_query(
        {
            "select": [{"op": "star"}, {"expr": {"op": "ident", "name": ["metadata", "k", 0]}, "alias": "x"}],
            "from": {
                "op": "function",
                "name": {"op": "ident", "name": ["experiment"]},
                "args": [{"op": "literal", "value": "e"}],
                "shape": "traces",
            },
            "filter": {"op": "ge", "left": A, "right": ONE},
            "sort": [{"expr": A, "dir": "desc"}, {"expr": A}],
            "limit": 10,
            "cursor": None,
            "preview_length": -1,
        }
    )

    assert query == parse_text(
        "select: *, metadata.k[0] as x | from: experiment('e') traces | filter: a >= 1 | sort: a desc, a | limit: 10"
        " | preview_length: -1"
    )


def test_an_object_is_named_by_a_text_alone_as_well() -> None:
    named: Json = {"op": "function", "name": {"op": "ident", "name": ["experiment"]}, "args": ["e"]}

    assert parse_query({"from": named}) == parse_text("from: experiment('e')")


def test_groups_are_read() -> None:
    query = parse_query(
        {
            "dimensions": [{"expr": A}],
            "measures": [
                {"expr": {"op": "function", "name": {"op": "ident", "name": ["count"]}}, "alias": "n"}
            ],
            "from": {"op": "ident", "name": ["project_logs"]},
            "final_filter": {"btql": "n > 1"},
            "cursor": "abc",
        }
    )

    assert query == parse_text(
        "dimensions: a | measures: count() as n | from: project_logs | final_filter: n > 1 | cursor: 'abc'"
    )


@pytest.mark.parametrize(
    ("node", "text"),
    [
        pytest.param({"op": "EQ", "left": A, "right": ONE}, "a = 1", id="op-in-any-case"),
        pytest.param(
            {"op": "ne", "left": A, "right": {"op": "literal", "value": None}}, "a != null", id="null"
        ),
        pytest.param({"op": "is", "left": A, "right": ONE}, "a <=> 1", id="is"),
        pytest.param(
            {"op": "in", "left": A, "right": {"op": "literal", "value": [1, "x"]}}, "a in (1, 'x')", id="in"
        ),
        pytest.param({"op": "notin", "left": A, "right": [1]}, "a not in (1)", id="notin"),
        pytest.param({"op": "notlike", "left": A, "right": "x%"}, "a not like 'x%'", id="notlike"),
        pytest.param({"op": "contains", "left": A, "right": "x"}, "a includes 'x'", id="contains"),
        pytest.param({"op": "isnotnull", "expr": A}, "a is not null", id="isnotnull"),
        pytest.param({"op": "and", "children": [A, {"op": "not", "expr": A}]}, "a and not a", id="children"),
        pytest.param({"op": "or", "left": A, "right": A}, "a or a", id="left-and-right"),
        pytest.param({"op": "sub", "left": A, "right": ONE}, "a - 1", id="arithmetic"),
        pytest.param(
            {"op": "and", "children": [{"btql": "a = 1 or a = 2"}, A]}, "(a = 1 or a = 2) and a", id="splice"
        ),
        pytest.param({"op": "interval", "value": 7, "unit": "day"}, "interval 7 day", id="interval"),
        pytest.param(
            {"op": "function", "name": {"op": "ident", "name": ["UPPER"]}, "args": [A]},
            "upper(a)",
            id="function",
        ),
        pytest.param({"op": "if", "conds": [{"cond": A, "then": ONE}], "else": A}, "a ? 1 : a", id="if"),
        pytest.param(
            {"op": "if", "conds": [{"cond": A, "then": ONE}]}, "case when a then 1 end", id="if-without-else"
        ),
        pytest.param({"op": "literal", "value": {"k": [1]}}, '{"k": [1]}', id="object"),
        pytest.param(True, "true", id="scalar"),
    ],
)
def test_an_expression_is_the_tree_of_its_text(node: Json, text: str) -> None:
    assert parse_query({"filter": node}).filter == parse_expression(text)


def test_and_of_nothing_is_empty() -> None:
    found = parse_query({"filter": {"op": "and", "children": []}}).filter

    assert found is not None


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param({"unknown": 1}, "query.unknown is no clause", id="clause"),
        pytest.param({"pivot": {}}, "query.pivot is no list", id="pivot"),
        pytest.param({"select": {}}, "query.select is no list", id="select"),
        pytest.param({"select": [5]}, r"query.select\[0\] is no object", id="select-item"),
        pytest.param({"select": [{}]}, r'query.select\[0\] needs "op"', id="empty-item"),
        pytest.param(
            {"select": [{"expr": A, "alias": 5}]}, r"query.select\[0\].alias is no string", id="alias"
        ),
        pytest.param({"sort": [{"expr": A, "dir": "up"}]}, r"query.sort\[0\].dir is neither", id="direction"),
        pytest.param({"sort": [{}]}, r'query.sort\[0\] needs "expr"', id="sort-without-expr"),
        pytest.param({"sort": ["created desc"]}, r"query.sort\[0\] is no object", id="sort-text"),
        pytest.param({"limit": -1}, "query.limit is no whole number", id="limit"),
        pytest.param({"sample": 2**63}, "query.sample is no whole number", id="sample"),
        pytest.param({"limit": True}, "query.limit is no whole number", id="limit-true"),
        pytest.param({"cursor": 5}, "query.cursor is no string", id="cursor"),
        pytest.param({"from": {"op": "literal"}}, "query.from is no function", id="from"),
        pytest.param(
            {"from": {"op": "function", "name": "x"}}, "query.from.name is no object", id="from-name"
        ),
        pytest.param(
            {"from": {"op": "function", "name": {"name": ["a", "b"]}}},
            "query.from.name.name is no list of one",
            id="path",
        ),
        pytest.param(
            {"from": {"op": "function", "name": A, "args": 5}}, "query.from.args is no list", id="args"
        ),
        pytest.param(
            {"from": {"op": "function", "name": A, "shape": "x"}}, "query.from.shape is not one", id="shape"
        ),
        pytest.param({"filter": {"op": "nosuch"}}, 'query.filter.op "nosuch" is no supported', id="op"),
        pytest.param({"filter": {"op": "eq", "left": A}}, 'query.filter needs "right"', id="right"),
        pytest.param(
            {"filter": {"op": "and", "children": 5}}, "query.filter.children is no list", id="children"
        ),
        pytest.param(
            {"filter": {"op": "in", "left": A, "right": []}}, "query.filter.right is empty", id="in-nothing"
        ),
        pytest.param(
            {"filter": {"op": "in", "left": A, "right": A}}, "is no list of constants", id="in-names"
        ),
        pytest.param(
            {"filter": {"op": "if", "conds": [], "else": A}}, "query.filter.conds is empty", id="if-nothing"
        ),
        pytest.param({"filter": {"op": "ident", "name": []}}, "does not begin with a name", id="no-name"),
        pytest.param({"filter": {"op": "ident", "name": ["a", 1.5]}}, "something else than keys", id="step"),
        pytest.param(
            {"filter": {"op": "interval", "value": 1, "unit": "eon"}}, 'needs a whole "value"', id="unit"
        ),
        pytest.param({"filter": {"btql": "a = ("}}, "query.filter.btql is wrong at character 5", id="splice"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(query: dict[str, Json], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse_query(query)


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(lambda node: {"op": "not", "expr": node}, id="not"),
        pytest.param(lambda node: {"op": "if", "conds": [{"cond": node, "then": 1}]}, id="if"),
        pytest.param(lambda node: {"op": "and", "children": [node, True]}, id="and"),
    ],
)
def test_nesting_is_limited(wrap: Callable[[Json], Json]) -> None:
    node: Json = True
    for _ in range(300):
        node = wrap(node)

    with pytest.raises(QueryError, match="nests deeper"):
        parse_query({"filter": node})
