"""Rows to columns together, beside each by itself."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.store.batch_columns import batch_columns
from tests.support.conventions import Case, cases
from tests.support.rows import row
from tests.support.shown import by_itself, shown, together

PLACE: Final[Mapping[str, Any]] = {"span_id": "a", "root_span_id": "t"}


@pytest.mark.parametrize(
    "case", [pytest.param(each, id=f"{each.convention}/{each.name}") for each in cases()]
)
def test_the_rows_of_a_recording_have_the_same_columns(case: Case) -> None:
    rows = [
        cast("Row", {**row(f"r{number}"), **each, "id": f"r{number}"})
        for number, each in enumerate(case.translate())
    ]
    given = [shown(each, pagination_key=number) for number, each in enumerate(rows)]

    assert together(given) == by_itself(given)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"created": "2026-01-05T10:00:00+01:00"}, id="another zone"),
        pytest.param({"created": "soon"}, id="no time"),
        pytest.param(
            {"org_id": None, "log_id": 7, "root_span_id": "naïve \ud800"}, id="ids that are no plain texts"
        ),
        pytest.param({"metrics": {"start": 1, "end": True, "tokens": 10**400}}, id="numbers beyond a double"),
        pytest.param({"metrics": [1], "span_attributes": "x", "metadata": 0}, id="no objects"),
        pytest.param(
            {"span_attributes": {"name": "日本", "type": 1}, "metadata": {"model": "\udfff"}}, id="hot texts"
        ),
        pytest.param({"input": 10**30, "output": "\ud800", "error": float("nan")}, id="JSON beyond orjson"),
        pytest.param(
            {"input": None, "span_parents": [], "unnamed": None, "another": {"x": 1}}, id="unknown fields"
        ),
    ],
)
def test_what_is_unusual_in_one_row_changes_no_other(fields: Mapping[str, Any]) -> None:
    usual = row("a", input="said", created="2026-01-05T09:00:00.123Z", metrics={"start": 1.5, "tokens": 2})
    given = [shown(usual), shown(row("b", **{**PLACE, **fields})), shown(usual, base=row("a"), cost=0.5)]

    assert together(given) == by_itself(given)


def test_what_stands_for_audit_data_is_a_column_as_any_other() -> None:
    (_, with_own) = given = [
        shown(row("a"))._replace(audit=b'[{"source":"api"}]'),
        shown(row("b", audit_data=[1])),
    ]

    columns = batch_columns(given)

    assert columns["audit_data"] == [b'[{"source":"api"}]', b"[1]"]
    (size, _) = cast("Sequence[int]", columns["size_bytes"])
    assert [size] == by_itself([shown(row("a", audit_data=[{"source": "api"}]))])["size_bytes"]
    assert with_own.audit is None


def test_without_rows_there_are_no_columns() -> None:
    assert batch_columns([]) == {}
