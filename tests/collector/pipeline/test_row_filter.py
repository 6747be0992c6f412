"""Conditions of queries, asked of rows on their way."""

from typing import Any, cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.pipeline.row_filter import RowFilter


def row(row_id: str, **fields: Any) -> Row:
    return cast("Row", {"id": row_id, "project_id": "p", **fields})


ROWS = [
    row("a", error="boom", metrics={"start": 1.0, "end": 3.5}),
    row("b", scores={"helpful": 0.2}, tags=["beta"], metadata={"user": "u1"}),
    row("c", span_attributes={"name": "tool", "type": "tool"}, created="2026-01-02T00:00:00Z"),
]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        pytest.param("error IS NOT NULL OR scores.helpful < 0.5", "ab", id="as in the documentation"),
        pytest.param("metadata.user = 'u1' AND tags includes 'beta'", "b", id="paths"),
        pytest.param("duration > 2", "a", id="computed"),
        pytest.param("name = 'tool'", "c", id="short name"),
        pytest.param("created > '2026-01-01'", "c", id="time"),
        pytest.param("scores.helpful > 0.5", "", id="unknown is not true"),
        pytest.param("estimated_cost() > 1", "a", id="cost"),
        pytest.param("NOT (id in ['a', 'b'])", "c", id="a list"),
    ],
)
def test_a_condition_chooses_as_a_query_does(text: str, ids: str) -> None:
    prices = {"a": 2.0}
    chosen = RowFilter(text, price=lambda row: prices.get(row["id"]))(ROWS)

    assert "".join(row["id"] for row, passes in zip(ROWS, chosen, strict=True) if passes) == ids


def test_many_rows_are_asked_in_order() -> None:
    rows = [row(str(number), metadata={"n": number}) for number in range(2_500)]

    assert RowFilter("metadata.n % 2 = 1")(rows) == [number % 2 == 1 for number in range(2_500)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("error =", "expected an expression", id="no expression"),
        pytest.param("eror IS NOT NULL", "rows have no field eror", id="misspelt"),
        pytest.param("count(1) > 2", "count", id="aggregate"),
        pytest.param("is_orphan", "depends on other rows", id="other rows"),
        pytest.param("true | limit: 1", "expected", id="a query"),
    ],
)
def test_what_is_no_condition_of_one_row_is_refused(text: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        RowFilter(text)


def test_no_rows_are_no_question() -> None:
    row_filter = RowFilter("true")

    assert row_filter([]) == []
    row_filter.close()
