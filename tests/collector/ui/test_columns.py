"""The columns of a table: what a URL says is what is shown."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.ui.columns import (
    MAX_COLUMNS,
    choices_of,
    fields_of,
    has_cost,
    read_columns,
    shown_columns,
)
from otel_bridge_collector.ui.urls import Kind


def test_columns_stand_in_the_order_that_is_asked_for_each_once() -> None:
    found = read_columns("project_logs", """tags, metadata."a b".c[-1], cost,tags,scores.F""")

    assert [column.label for column in found] == ["Tags", 'metadata."a b".c[-1]', "Cost", "scores.F"]
    assert (fields_of(found), has_cost(found)) == (("tags", "metadata", "scores"), True)


def test_without_a_wish_there_are_the_usual_ones() -> None:
    assert read_columns("dataset", "") == shown_columns("dataset")


@pytest.mark.parametrize(
    ("kind", "asked", "message", "suggestion"),
    [
        pytest.param("project_logs", "metadatas.x", 'no field "metadatas"', "did you mean metadata?", id="misspelt"),
        pytest.param("project_logs", "zzz", 'no field "zzz"', "expected one of name, type, input", id="no field"),
        pytest.param("dataset", "duration", 'no field "duration"', "expected one of input", id="of spans"),
        pytest.param("project_logs", "input,,tags", "cannot be read", "names and paths with commas", id="gap"),
        pytest.param("project_logs", "count(1)", "no path", "names and paths with commas", id="a call"),
        pytest.param("project_logs", "input) or (tags", "no path", "names and paths", id="a way out"),
        pytest.param(
            "project_logs", ",".join(f"metadata.k{each}" for each in range(MAX_COLUMNS + 1)),
            "21 columns are too many", "choose 20 at most", id="many",
        ),
    ],
)  # fmt: skip
def test_a_wrong_column_is_told_with_what_is_expected(
    kind: Kind, asked: str, message: str, suggestion: str
) -> None:
    with pytest.raises(QueryError, match=message) as raised:
        read_columns(kind, asked)

    assert suggestion in (raised.value.suggestion or "")


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        pytest.param("metadata.user.id", 7, id="path"),
        pytest.param("metadata.seen[-1]", "b", id="from the end"),
        pytest.param("metadata.seen[2]", None, id="behind the end"),
        pytest.param("metadata.user.id.more", None, id="into a number"),
        pytest.param("name", "chat", id="name"),
        pytest.param("duration", 1.5, id="duration"),
        pytest.param("error.message", None, id="absent"),
    ],
)
def test_a_column_has_the_value_of_a_row(asked: str, value: Json) -> None:
    row: dict[str, Json] = {
        "metadata": {"user": {"id": 7}, "seen": ["a", "b"]},
        "metrics": {"start": 1, "end": 2.5},
        "span_attributes": {"name": "chat"},
        "error": None,
    }

    (column,) = read_columns("project_logs", asked)

    assert column.value(row) == value


@pytest.mark.parametrize(
    ("asked", "is_number"),
    [("tokens", True), ("scores.F", True), ("scores", False), ("metadata.n", False), ("metrics.start", True)],
)
def test_the_heading_of_numbers_stands_over_them(asked: str, *, is_number: bool) -> None:
    (column,) = read_columns("project_logs", asked)

    assert column.is_number == is_number


def test_a_column_is_moved_taken_away_or_added_by_what_the_url_says() -> None:
    choices = choices_of("dataset", read_columns("dataset", "input, metadata.a, tags"))

    assert choices.text == "input, metadata.a, tags"
    assert [(each.left, each.right, each.away) for each in choices.shown] == [
        ("", "metadata.a, input, tags", "metadata.a, tags"),
        ("metadata.a, input, tags", "input, tags, metadata.a", "input, tags"),
        ("input, tags, metadata.a", "", "input, metadata.a"),
    ]
    assert choices.more == {
        "Expected": "input, metadata.a, tags, expected",
        "Metadata": "input, metadata.a, tags, metadata",
    }
