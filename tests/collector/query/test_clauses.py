"""Clause text to the syntax tree."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.clauses import parse_clauses
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.reader import TokenReader
from otel_bridge_collector.query.syntax import Path, Query, Selected, Sorted, Source


def parsed(text: str) -> Query:
    return parse_clauses(TokenReader(text))


FULL = Query(
    select=(Selected(expression=None),),
    source=Source(kind="project_logs", references=("p",)),
    filter=parse_expression("a = 1"),
    sort=(Sorted(expression=Path(parts=("b",)), descending=True),),
    limit=5,
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "select: * | from: project_logs('p') | filter: a = 1 | sort: b desc | limit: 5", id="bars"
        ),
        pytest.param("limit: 5\nsort: b desc\nfrom: project_logs('p')\nfilter: a = 1\nselect: *", id="lines"),
        pytest.param(
            "select: * from: project_logs('p') spans filter: a = 1 sort: b desc limit: 5;", id="nothing"
        ),
        pytest.param(
            "| SELECT: *\n| from: project_logs('p')\n| filter: a = 1\n| sort: b desc\n| limit: 5",
            id="leading",
        ),
    ],
)
def test_clauses_stand_in_any_order_and_separation(text: str) -> None:
    assert parsed(text) == FULL


def test_groups_have_dimensions_and_measures() -> None:
    query = parsed('dimensions: a as x, 2 | measures: count(1) as n | final_filter: n > 1 | cursor: "abc"')

    assert [column.alias for column in query.dimensions] == ["x", None]
    assert [column.alias for column in query.measures] == ["n"]
    assert (query.final_filter, query.cursor) == (parse_expression("n > 1"), "abc")


@pytest.mark.parametrize(("text", "length"), [("-1", -1), ("1024", 1024)])
def test_previews_have_a_length(text: str, length: int) -> None:
    assert parsed(f"select: * | preview_length: {text}").preview_length == length


def test_a_ternary_is_no_clause() -> None:
    assert parsed("filter: a ? b : c | limit: 1").limit == 1


@pytest.mark.parametrize(
    ("text", "code", "message", "offset"),
    [
        pytest.param("fliter: a", "unknownClause", "fliter", 0, id="misspelt"),
        pytest.param("limit: 1 | limit: 2", "duplicateClause", "comes twice", 11, id="twice"),
        pytest.param("sample: 150%", "badArgument", "share", 8, id="sample"),
        pytest.param("limit: -1", "syntax", "a whole number", 7, id="negative-limit"),
        pytest.param("filter: a = 1 b", "syntax", "expected a clause", 14, id="rest"),
        pytest.param("filter: a = 1 WHERE b", "syntax", "expected a clause", 14, id="where"),
    ],
)
def test_what_is_no_clause_is_refused_at_its_place(text: str, code: str, message: str, offset: int) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        parsed(text)

    assert (caught.value.code, caught.value.offset) == (code, offset)


def test_a_misspelt_clause_names_the_nearest() -> None:
    with pytest.raises(QueryError) as caught:
        parsed("fliter: a")

    assert caught.value.suggestion == "did you mean filter?"


def test_a_foreign_clause_names_all() -> None:
    with pytest.raises(QueryError) as caught:
        parsed("qqq: a")

    assert "cursor, dimensions, filter" in str(caught.value.suggestion)


def test_where_suggests_filter() -> None:
    with pytest.raises(QueryError) as caught:
        parsed("where a = 1")

    assert caught.value.suggestion == "write filter: in a query of clauses"
