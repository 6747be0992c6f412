"""Rows as column values and back."""

from datetime import datetime
from typing import Any

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.store.columns import (
    COLUMNS,
    RowKey,
    column_definitions,
    from_columns,
    key_of,
    pagination_key_of,
    to_columns,
    xact_id_of,
)
from tests.support.rows import XACT, row


def columns(given: Row) -> dict[str, object]:
    return dict(zip(COLUMNS, to_columns(given, pagination_key=7, base=None), strict=True))


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        pytest.param({}, RowKey("project_logs", "p", "a"), id="project"),
        pytest.param({"experiment_id": "e"}, RowKey("experiment", "e", "a"), id="experiment-of-a-project"),
        pytest.param({"dataset_id": "d"}, RowKey("dataset", "d", "a"), id="dataset"),
        pytest.param({"prompt_session_id": "s"}, RowKey("prompt_session", "s", "a"), id="playground"),
    ],
)
def test_a_row_belongs_to_one_object(fields: dict[str, Any], key: RowKey) -> None:
    assert key_of(row("a", **fields)) == key


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param({"project_id": "p"}, "no id", id="id"),
        pytest.param({"id": "a"}, "names no object", id="object"),
    ],
)
def test_a_row_without_a_key_is_refused(given: Row, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        key_of(given)


def test_a_row_without_transaction_or_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no _xact_id"):
        xact_id_of({"id": "a"})
    with pytest.raises(ValueError, match="no _pagination_key"):
        pagination_key_of({"id": "a"})


def test_the_number_of_a_pagination_key_stands_behind_its_letter() -> None:
    assert pagination_key_of(row("a", index=3)) == 7639156500287258624 + 3


def test_a_row_comes_back_without_what_it_does_not_say() -> None:
    given = row(
        "a",
        created="2026-01-05T09:00:00.123456Z",
        metadata={"b": 1, "a": None},
        output=False,
        unknown_field={"x": [1]},
        span_parents=None,
        error=None,
    )

    found = from_columns(columns(given))

    expected = {name: value for name, value in given.items() if name not in ("_pagination_key", "error")}
    assert found == expected


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        pytest.param("2026-01-05T09:00:00.882Z", datetime(2026, 1, 5, 9, 0, 0, 882_000), id="utc"),  # noqa: DTZ001
        pytest.param("2026-01-05T11:00:00+02:00", datetime(2026, 1, 5, 9), id="zone"),  # noqa: DTZ001
        pytest.param("2026-01-05T09:00:00", datetime(2026, 1, 5, 9), id="no-zone-is-utc"),  # noqa: DTZ001
        pytest.param("yesterday", datetime(2026, 5, 12, 23, 48, 44), id="no-time"),  # noqa: DTZ001
        pytest.param(
            "0001-01-01T00:00:00+23:59",
            datetime(2026, 5, 12, 23, 48, 44),  # noqa: DTZ001
            id="before-year-1-in-utc",
        ),
        pytest.param(None, datetime(2026, 5, 12, 23, 48, 44), id="absent"),  # noqa: DTZ001
    ],
)
def test_a_row_always_has_a_time(created: str | None, expected: datetime) -> None:
    assert columns(row("a", created=created))["created"] == expected


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        pytest.param({"metrics": {"tokens": 5}}, "tokens", 5.0, id="number"),
        pytest.param({"metrics": {"tokens": "5"}}, "tokens", None, id="string-is-no-number"),
        pytest.param({"metrics": {"tokens": True}}, "tokens", None, id="true-is-no-number"),
        pytest.param({"metrics": {"tokens": 10**400}}, "tokens", None, id="beyond-any-double"),
        pytest.param({"metrics": [5]}, "tokens", None, id="no-object"),
        pytest.param({"metadata": {"model": "m"}}, "model", "m", id="string"),
        pytest.param({"metadata": {"model": 5}}, "model", None, id="number-is-no-string"),
        pytest.param({"span_parents": ["b"]}, "is_root", False, id="child"),
        pytest.param({"span_parents": []}, "is_root", True, id="root"),
        pytest.param({"span_attributes": {"type": "log"}}, "is_root", False, id="log-of-a-span"),
        pytest.param({"span_id": "x\ud800"}, "span_id", "x?", id="half-a-character"),
        pytest.param({"foo": 1, "_is_merge": True}, "extra", '{"foo":1}', id="unnamed-field"),
    ],
)
def test_hot_columns_hold_values_of_their_type_only(
    fields: dict[str, Any], column: str, value: object
) -> None:
    assert columns(row("a", **fields))[column] == value


def test_the_facts_are_not_in_the_base() -> None:
    given = row("a", output="with a fact")

    values = dict(zip(COLUMNS, to_columns(given, pagination_key=7, base=row("a")), strict=True))

    assert "with a fact" not in str(values["base"])
    assert xact_id_of(given) == XACT


def test_large_fields_are_compressed() -> None:
    assert "input VARCHAR USING COMPRESSION zstd" in column_definitions()
