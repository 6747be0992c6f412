"""Groups whose key becomes columns."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.pivot import MAX_VALUES, Pivoting, pivot_rows
from tests.support.rows import Asking


def test_a_pivot_without_an_alias_is_named_by_the_text_of_the_measure(example: Asking) -> None:
    query = (
        "SELECT day(created) AS date, metadata.model, AVG(metrics.tokens) FROM project_logs('p') "
        "GROUP BY day(created), metadata.model PIVOT(avg(metrics.tokens) FOR metadata.model IN (ANY))"
    )

    assert example.rows(query)[0] == {
        "claude_avg(metrics.tokens)": None,
        "date": "2026-01-05T00:00:00Z",
        "gpt-4_avg(metrics.tokens)": 90,
        "null_avg(metrics.tokens)": None,
    }


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        pytest.param("sort: d desc", "2026-01-10T00:00:00Z", id="key-that-is-left"),
        pytest.param('sort: "claude_t" desc', "2026-01-09T00:00:00Z", id="column-made"),
    ],
)
def test_pivoted_rows_are_sorted(example: Asking, sort: str, first: str) -> None:
    query = f"dimensions: day(created) as d, metadata.model as m | measures: sum(metrics.tokens) as t | pivot: t | {sort}"

    assert example.rows(query)[0]["d"] == first


def test_everything_is_selected_by_a_star(example: Asking) -> None:
    query = "SELECT * FROM project_logs GROUP BY is_root, metadata.model PIVOT(count(1) AS n FOR metadata.model IN (ANY))"

    assert example.rows(query) == [
        {"claude_n": 1, "gpt-4_n": 1, "is_root": False, "null_n": None},
        {"claude_n": 1, "gpt-4_n": 1, "is_root": True, "null_n": 1},
    ]


def test_the_limit_counts_pivoted_rows(example: Asking) -> None:
    query = "dimensions: is_root, metadata.model as m | measures: count(1) as n | pivot: n | limit: 1"

    assert example.rows(query) == [{"claude_n": 1, "gpt-4_n": 1, "is_root": False, "null_n": None}]


def test_the_schema_has_the_columns_made(example: Asking) -> None:
    answer = example.answer("dimensions: is_root | measures: count(1) as n | pivot: n")

    assert answer.properties == {"false_n": {}, "true_n": {}}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("measures: count(1) as n | pivot: n", id="no-dimension"),
        pytest.param("dimensions: id | measures: count(1) as n | pivot: m", id="no-measure"),
        pytest.param("dimensions: id | measures: count(1) as n | pivot: n | sort: 'x_n'", id="no-column"),
        pytest.param("SELECT id FROM project_logs PIVOT(id FOR id IN (ANY))", id="no-aggregate"),
    ],
)
def test_a_pivot_of_nothing_is_refused(example: Asking, query: str) -> None:
    with pytest.raises(QueryError):
        example.rows(query)


def test_too_many_values_are_refused() -> None:
    rows: list[dict[str, Json]] = [{"k": number, "n": 1} for number in range(MAX_VALUES + 1)]

    with pytest.raises(QueryError) as caught:
        pivot_rows(rows, ["k", "n"], Pivoting(key="k", measures=["n"], limit=9))

    assert caught.value.code == "pivotTooWide"
