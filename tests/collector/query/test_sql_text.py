"""A SQL SELECT to the syntax tree."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.reader import TokenReader
from otel_bridge_collector.query.sql_text import parse_select
from otel_bridge_collector.query.syntax import Query, Selected, Sorted, Source


def parsed(text: str) -> Query:
    return parse_select(TokenReader(text))


def test_every_part_of_a_select_is_read() -> None:
    query = parsed(
        "SELECT a AS x, count(*) n FROM project_logs('p') WHERE a > 1 GROUP BY 1 HAVING n > 2 "
        "ORDER BY n DESC, x LIMIT 3 OFFSET 'abc';"
    )

    assert query == Query(
        select=(
            Selected(expression=parse_expression("a"), alias="x"),
            Selected(expression=parse_expression("count(*)"), alias="n"),
        ),
        dimensions=(Selected(expression=parse_expression("1")),),
        source=Source(kind="project_logs", references=("p",)),
        filter=parse_expression("a > 1"),
        final_filter=parse_expression("n > 2"),
        sort=(
            Sorted(expression=parse_expression("n"), descending=True),
            Sorted(expression=parse_expression("x")),
        ),
        limit=3,
        cursor="abc",
    )


def test_only_the_columns_are_needed() -> None:
    assert parsed("select *") == Query(select=(Selected(expression=None),))


def test_distinct_is_a_group_of_every_column() -> None:
    query = parsed("SELECT DISTINCT a, b AS c")

    assert [column.expression for column in query.dimensions] == [
        parse_expression("a"),
        parse_expression("b"),
    ]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        pytest.param("WITH x AS (SELECT 1) SELECT *", "unsupported", "WITH", id="with"),
        pytest.param("SELECT * FROM project_logs('a') JOIN b", "unsupported", "JOIN", id="join"),
        pytest.param(
            "SELECT * FROM project_logs('a'), project_logs('b')", "unsupported", ",", id="comma-join"
        ),
        pytest.param("SELECT * FROM project_logs('a') AS t", "unsupported", "AS", id="alias"),
        pytest.param("SELECT * FROM (SELECT 1 FROM (SELECT 2))", "unsupported", "(", id="subquery"),
        pytest.param("SELECT * FROM project_logs UNION SELECT *", "unsupported", "UNION", id="union"),
        pytest.param("SELECT sum(a) OVER () FROM project_logs", "unsupported", "OVER", id="window"),
        pytest.param("SELECT a FROM project_logs GROUP BY ROLLUP (a)", "unsupported", "ROLLUP", id="rollup"),
        pytest.param(
            "SELECT a FROM project_logs PIVOT (sum(a) FOR b IN ('x'))", "unsupported", "'x'", id="pivot"
        ),
        pytest.param("SELECT DISTINCT * FROM project_logs", "unsupported", "DISTINCT", id="distinct-star"),
        pytest.param("SELECT * FROM project_logs LIMIT 1 OFFSET 2", "numericOffset", "2", id="offset"),
        pytest.param(
            "SELECT * FROM project_logs WHERE a = (SELECT 1)", "unsupported", "SELECT", id="subquery-in-where"
        ),
        pytest.param("SELECT * FROM project_logs filter: a", "syntax", "filter", id="clause"),
        pytest.param("SELECT * FROM project_logs LIMIT 1 WHERE a", "syntax", "WHERE", id="order"),
    ],
)
def test_what_is_not_supported_is_refused_at_its_place(text: str, code: str, place: str) -> None:
    with pytest.raises(QueryError) as caught:
        parsed(text)

    error = caught.value
    assert error.offset is not None
    assert (error.code, text[error.offset : error.offset + error.length]) == (code, place)
