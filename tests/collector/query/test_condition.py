"""Conditions that are kept for later."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.condition import check_condition


@pytest.mark.parametrize(
    "text", ["error IS NOT NULL", "scores.Factuality < 0.5 and metadata.a = 'b'", "is_root"]
)
def test_a_condition_of_rows_is_good(text: str) -> None:
    check_condition(text)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("error =", "expected", id="no expression"),
        pytest.param("count(1) > 0", "an aggregate cannot stand in a filter", id="aggregate"),
        pytest.param("nosuch(input)", "nosuch", id="function"),
    ],
)
def test_what_no_row_can_be_asked_is_refused(text: str, fault: str) -> None:
    with pytest.raises(QueryError, match=fault):
        check_condition(text)
