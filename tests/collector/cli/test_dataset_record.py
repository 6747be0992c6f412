"""What becomes of a stored row as a record of a dataset."""

from typing import Any

import pytest

from otel_bridge_collector.cli.dataset_record import identity_of, origin_of, record_of

ROW: dict[str, Any] = {
    "id": "r", "_xact_id": "7", "created": "2026-01-05T09:00:00Z", "project_id": "p", "input": "q", "output": "a",
    "expected": None, "metadata": {"k": 1}, "tags": None,
}  # fmt: skip


def test_a_record_says_where_its_row_stands() -> None:
    origin = origin_of(ROW)

    assert origin == {
        "object_type": "project_logs", "object_id": "p", "id": "r", "_xact_id": "7", "created": ROW["created"],
    }  # fmt: skip
    assert record_of(ROW, origin)["origin"] == origin


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(ROW, "a", id="the output"),
        pytest.param({**ROW, "expected": "b"}, "b", id="what somebody said"),
        pytest.param({**ROW, "expected": False}, False, id="a false value was said too"),
    ],
)
def test_what_is_expected(row: dict[str, Any], expected: object) -> None:
    assert (
        record_of(row, {"object_type": "project_logs", "object_id": "p", "id": "r"})["expected"] == expected
    )


def test_a_field_that_a_row_has_not_is_absent() -> None:
    assert "tags" not in record_of(ROW, {"object_type": "project_logs", "object_id": "p", "id": "r"})


def test_rows_of_one_id_in_two_objects_make_two_records() -> None:
    other = {**ROW, "experiment_id": "x"}
    first, second = origin_of(ROW), origin_of(other)
    assert first
    assert second

    assert second["object_type"] == "experiment"
    assert record_of(ROW, first)["id"] != record_of(other, second)["id"]
    assert record_of(ROW, first)["id"] == record_of({**ROW, "output": "else"}, first)["id"]


@pytest.mark.parametrize("origin", [None, "text", {}, {"object_id": "p"}])
def test_an_origin_that_names_no_row(origin: object) -> None:
    assert identity_of(origin) is None


def test_a_row_that_stands_nowhere_has_no_origin() -> None:
    assert origin_of({**ROW, "project_id": None}) is None
