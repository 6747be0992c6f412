"""Rows that clients write."""

from collections.abc import Sequence

import anyio
import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.writing import RowWriter, json_object, list_in
from otel_bridge_collector.errors import SpoolError


async def full(rows: Sequence[Row]) -> int:
    raise SpoolError(f"no room for {len(rows)}")


async def unused(rows: Sequence[Row]) -> int:
    raise AssertionError(rows)


def anywhere(row: Row) -> str:
    del row
    return ""


def test_rows_that_the_caller_may_not_write_are_refused_one_by_one() -> None:
    kept: list[Row] = []

    async def keep(rows: Sequence[Row]) -> int:
        kept.extend(rows)
        return 7

    def fault(row: Row) -> str:
        return "not yours" if row.get("project_id") == "theirs" else ""

    rows: list[Json] = [
        5,
        {"id": "a", "project_id": "theirs"},
        {"id": "b", "project_id": "mine"},
        {"id": "c", "project_id": "theirs"},
    ]

    written = anyio.run(RowWriter(keep, fault).write, rows)

    assert [row.get("id") for row in kept] == ["b"]
    assert [(refusal.index, refusal.id) for refusal in written.refused] == [(0, None), (1, "a"), (3, "c")]
    assert written.refused[1].reason == "not yours"


def test_rows_that_cannot_be_kept_now_are_to_be_sent_again() -> None:
    with pytest.raises(RequestError) as caught:
        anyio.run(RowWriter(full, anywhere).write, [{"project_id": "p"}])

    assert (caught.value.status, caught.value.hint) == (503, "send them again in a second")


def test_nothing_is_written_where_there_are_no_rows() -> None:
    written = anyio.run(RowWriter(unused, anywhere).write, [])

    assert (written.ids, written.as_json()) == ([], {})


@pytest.mark.parametrize("body", [b"", b"[]", b"5"])
def test_a_body_is_an_object(body: bytes) -> None:
    with pytest.raises(RequestError):
        json_object(body)


def test_a_missing_list_is_named() -> None:
    with pytest.raises(RequestError, match='the body has no list "rows"'):
        list_in({"rows": {}}, "rows")
