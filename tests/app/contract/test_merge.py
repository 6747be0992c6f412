"""Merging rows and assembling facts."""

from otel_bridge.contract.merge import assemble, fill_row, merge_row
from otel_bridge.contract.row import Row


def test_objects_merge_deeply_and_lists_are_replaced() -> None:
    row: Row = {"id": "r", "output": {"a": 1, "list": [1, 2], "deep": {"x": 1}}}
    update: Row = {"output": {"b": 2, "list": [3], "deep": {"y": 2}}, "_is_merge": True}

    merged = merge_row(row, update)

    assert merged == {"id": "r", "output": {"a": 1, "b": 2, "list": [3], "deep": {"x": 1, "y": 2}}}


def test_null_takes_the_tags_away_but_no_comment() -> None:
    row: Row = {"id": "r", "tags": ["a"], "comments": [{"id": "c"}]}

    assert merge_row(row, {"_is_merge": True, "tags": None, "comments": None}) == {
        "id": "r",
        "tags": None,
        "comments": [{"id": "c"}],
    }


def test_tags_are_a_union_in_order_of_arrival() -> None:
    assert merge_row({"id": "r", "tags": ["a", "b"]}, {"tags": ["b", "c"]})["tags"] == ["a", "b", "c"]


def test_the_identity_of_a_row_outlives_an_update() -> None:
    row: Row = {"id": "r", "span_id": "s", "created": "2026-01-01T00:00:00Z", "span_parents": None}
    update: Row = {
        "id": "r",
        "span_id": "t",
        "created": "2027-01-01T00:00:00Z",
        "span_parents": ["p"],
        "output": 1,
    }

    assert merge_row(row, update) == {**row, "output": 1}


def test_a_field_that_is_given_as_none_is_cleared_and_an_absent_one_is_kept() -> None:
    assert merge_row({"id": "r", "input": 1, "output": 2}, {"output": None}) == {
        "id": "r",
        "input": 1,
        "output": None,
    }


def test_merge_paths_replace_where_they_end() -> None:
    row: Row = {"id": "r", "metadata": {"a": {"x": 1}, "b": {"x": 1}}}
    update: Row = {"metadata": {"a": {"y": 2}, "b": {"y": 2}}, "_merge_paths": [["metadata", "a"]]}

    assert merge_row(row, update)["metadata"] == {"a": {"y": 2}, "b": {"x": 1, "y": 2}}


def test_array_delete_removes_values() -> None:
    update: Row = {
        "_array_delete": [{"path": ["tags"], "delete": ["a"]}, {"path": ["input", "l"], "delete": [1]}]
    }

    assert merge_row({"id": "r", "tags": ["a", "b"], "input": {"l": [1, 2]}}, update) == {
        "id": "r",
        "tags": ["b"],
        "input": {"l": [2]},
    }


def test_a_malformed_array_delete_changes_nothing() -> None:
    update: Row = {"_array_delete": [1, {"path": "tags"}, {"path": ["input", "l"], "delete": [1]}]}

    assert merge_row({"id": "r", "tags": ["a"]}, update) == {"id": "r", "tags": ["a"]}


def test_merging_leaves_its_arguments_alone() -> None:
    row: Row = {"id": "r", "metadata": {"a": {"x": 1}}, "tags": ["a"]}

    merge_row(row, {"metadata": {"a": {"y": 1}}, "tags": ["b"]})

    assert row == {"id": "r", "metadata": {"a": {"x": 1}}, "tags": ["a"]}


def test_filling_gives_only_what_the_row_does_not_say() -> None:
    row: Row = {"id": "r", "input": "mine", "output": None, "metadata": {"a": 1}}
    content: Row = {"id": "x", "input": "other", "output": "answer", "metadata": {"a": 2, "b": 2}}

    assert fill_row(row, content) == {
        "id": "r",
        "input": "mine",
        "output": "answer",
        "metadata": {"a": 1, "b": 2},
    }


def test_facts_fill_first_and_merge_after() -> None:
    row = assemble(
        {"id": "r"}, fills=[{"output": "from a log"}], merges=[{"output": "corrected"}, {"scores": {"s": 1}}]
    )

    assert row == {"id": "r", "output": "corrected", "scores": {"s": 1}}


def test_messages_that_several_facts_give_are_one_list() -> None:
    facts: list[Row] = [{"input": [{"role": "system"}]}, {"output": "late"}, {"input": [{"role": "user"}]}]

    assert assemble({"id": "a"}, fills=facts) == {
        "id": "a",
        "input": [{"role": "system"}, {"role": "user"}],
        "output": "late",
    }


def test_messages_of_facts_are_not_added_to_those_of_the_row() -> None:
    row: Row = {"input": [{"role": "system"}]}

    assert assemble(row, fills=[{"input": [{"role": "user"}]}]) == row
