"""Rows that come as rows, checked."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode.native import (
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
