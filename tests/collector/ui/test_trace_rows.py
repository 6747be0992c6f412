"""Traces as a page reads them, over the example rows."""

import asyncio

import pytest

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.ui.trace_rows import TraceRows
from tests.support.api import caught_up_at_once
from tests.support.rows import Asking


@pytest.fixture
def rows(example: Asking) -> TraceRows:
    return TraceRows(Reader(example.store, example.objects, caught_up_at_once))


@pytest.mark.parametrize(("name", "found"), [("d", "d"), ("t2", "c")], ids=["row", "trace"])
def test_a_row_is_found_by_its_id_or_by_that_of_its_trace(
    rows: TraceRows, example: Asking, name: str, found: str
) -> None:
    assert asyncio.run(rows.named("project_logs", example.project_id, name))["id"] == found


def test_a_name_that_nothing_has_is_an_error(rows: TraceRows, example: Asking) -> None:
    with pytest.raises(RequestError, match='there is no row "none"'):
        asyncio.run(rows.named("project_logs", example.project_id, "none"))


def test_a_trace_that_is_cut_says_so_and_has_the_chosen_row(rows: TraceRows, example: Asking) -> None:
    chosen = asyncio.run(rows.named("project_logs", example.project_id, "d"))

    trace = asyncio.run(rows.trace("project_logs", example.project_id, chosen, limit=1))

    assert ([row["id"] for row in trace.rows], trace.is_cut) == (["d", "c"], True)


def test_calls_of_models_are_read_with_what_they_said(rows: TraceRows, example: Asking) -> None:
    chosen = asyncio.run(rows.named("project_logs", example.project_id, "a"))

    calls, is_cut = asyncio.run(rows.calls("project_logs", example.project_id, chosen))

    assert ([(row["id"], row["input"]) for row in calls], is_cut) == ([("b", "reset")], False)
