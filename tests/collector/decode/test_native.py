"""Rows that come as rows, checked."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode.native import (
    LEFT_OUT,
    MAX_DEPTH,
    check_rows,
    pack_rows,
    parse_json,
    row_fault,
    unpack_rows,
)
from otel_bridge_collector.errors import MalformedBodyError


def test_a_row_without_an_id_gets_one() -> None:
    checked = check_rows([{"project_id": "p"}], new_id=lambda: "new")

    assert checked.rows == [{"project_id": "p", "id": "new"}]


def test_a_row_that_cannot_be_kept_is_named_and_its_neighbours_stay() -> None:
    checked = check_rows([{"id": "a", "project_id": "p"}, {"id": "b", "project_id": "p", "scores": "high"}])

    assert [row["id"] for row in checked.rows] == ["a"]
    assert [(refused.index, refused.id) for refused in checked.refused] == [(1, "b")]
    assert checked.refused[0].reason == '"scores" is an object of numbers, not a text'


def test_a_field_of_the_wrong_type_is_left_out_where_the_row_can_do_without() -> None:
    row: Json = {
        "id": "a",
        "project_id": "p",
        "input": 1,
        "metrics": "***",
        "tags": "x",
        "metadata": {"k": 1},
    }

    (kept,) = check_rows([row], leaves_out=True).rows

    left_out = {
        "metrics": '"metrics" is an object, not a text',
        "tags": '"tags" is a list of texts, not a text',
    }
    assert kept == {"id": "a", "project_id": "p", "input": 1, "metadata": {"k": 1, LEFT_OUT: left_out}}


def test_of_scores_the_numbers_stay() -> None:
    row: Json = {"id": "a", "project_id": "p", "scores": {"good": 1, "unknown": None, "broken": "NaN"}}

    (kept,) = check_rows([row], leaves_out=True).rows

    assert kept["scores"] == {"good": 1, "unknown": None}
    assert kept["metadata"] == {
        LEFT_OUT: {"scores": '"scores" is an object of numbers, and something in it is not'}
    }


def test_metadata_that_is_none_makes_room_for_the_note() -> None:
    (kept,) = check_rows([{"id": "a", "project_id": "p", "metadata": "***"}], leaves_out=True).rows

    assert kept["metadata"] == {LEFT_OUT: {"metadata": '"metadata" is an object, not a text'}}


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("text", id="no-row"),
        pytest.param({"project_id": 5}, id="place"),
        pytest.param({"project_id": "p", "span_parents": "x"}, id="parents"),
        pytest.param({"project_id": "p", "_is_merge": "yes"}, id="control"),
        pytest.param({"metrics": "x"}, id="no-object"),
    ],
)
def test_a_row_that_cannot_do_without_is_refused_all_the_same(row: Json) -> None:
    assert check_rows([row], leaves_out=True).rows == []


def test_context_may_be_anything() -> None:
    assert not row_fault(
        {"project_id": "p", "context": "ERROR: Failed to mask field 'context' - RuntimeError"}
    )


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ([], "a row is an object, not a list"),
        ({}, "it names no object, expected one of experiment_id, dataset_id, prompt_session_id, project_id"),
        ({"project_id": "p", "id": 1}, '"id" is a text, not a number'),
        ({"project_id": "p", "tags": ["a", 1]}, '"tags" is a list of texts, and something in it is not'),
        ({"project_id": "p", "_is_merge": "yes"}, '"_is_merge" is a boolean, not a text'),
    ],
)
def test_a_fault_says_what_was_expected(row: Json, fault: str) -> None:
    assert row_fault(row) == fault


def test_null_is_as_good_as_absent() -> None:
    assert not row_fault({"project_id": "p", "span_parents": None, "scores": None})


@pytest.mark.parametrize(("levels", "is_kept"), [(MAX_DEPTH - 1, True), (MAX_DEPTH, False)])
def test_nesting_is_bounded(levels: int, *, is_kept: bool) -> None:
    value: Json = []
    for _ in range(levels - 1):
        value = [value]

    assert bool(row_fault({"project_id": "p", "input": value})) is not is_kept


def test_half_of_a_surrogate_pair_is_read_and_packed() -> None:
    rows = check_rows([{"id": "a", "project_id": "p", "input": parse_json(b'"\\ud800"')}]).rows

    assert unpack_rows(pack_rows(rows)) == rows


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError, match="the body is no JSON"):
        parse_json(body)
