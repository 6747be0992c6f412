"""Which of the three languages a query is."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.syntax import Path, Query, Selected

STAR = Query(select=(Selected(expression=None),), limit=1)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT * LIMIT 1", id="sql"),
        pytest.param("  select\n* limit 1 -- all", id="sql-in-lines"),
        pytest.param("select: * | limit: 1", id="clauses"),
        pytest.param("limit: 1 | select: *", id="clauses-in-another-order"),
        pytest.param({"select": [{"op": "star"}], "limit": 1}, id="json"),
    ],
)
def test_three_languages_make_one_tree(query: Json) -> None:
    assert parse(query) == STAR


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param("", "emptyQuery", id="nothing"),
        pytest.param(" -- only a comment", "emptyQuery", id="comment"),
        pytest.param("DROP TABLE rows", "notAQuery", id="statement"),
        pytest.param("metadata.x = 1", "syntax", id="expression"),
        pytest.param(5, "missingQuery", id="number"),
        pytest.param([], "missingQuery", id="list"),
    ],
)
def test_what_is_no_query_is_refused(query: Json, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)

    assert caught.value.code == code


@pytest.mark.parametrize("text", ["WHERE a", "where a", "filter: a"])
def test_an_expression_may_stand_behind_the_word_of_its_query(text: str) -> None:
    assert parse_expression(text) == Path(parts=("a",))


def test_an_expression_is_read_to_its_end() -> None:
    assert parse_expression("a;") == Path(parts=("a",))
    with pytest.raises(QueryError):
        parse_expression("a b")
