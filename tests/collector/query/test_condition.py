"""Conditions that are kept for later."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.condition import check_condition, keys_of_rows
from otel_bridge_collector.query.parser import parse_expression


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


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        pytest.param("input.question", ["input.question"], id="one"),
        pytest.param("[input.question, lower(metadata.x)]", ["input.question", "lower(metadata.x)"], id="several"),
    ],
)  # fmt: skip
def test_rows_are_told_apart_by_one_expression_or_several(text: str, keys: list[str]) -> None:
    assert keys_of_rows(text) == tuple(parse_expression(key) for key in keys)


@pytest.mark.parametrize("text", ["[input.a", "input.a)", "[]", "max(created)", "[input, count(1)]"])
def test_what_tells_no_rows_apart_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        keys_of_rows(text)
