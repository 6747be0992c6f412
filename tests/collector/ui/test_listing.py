"""A table of rows: what the URL asks for is what is read."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from starlette.requests import Request

from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.ui.listing import PAGE_ROWS, VIEWS, Listing, read_asked, read_listing, views_of
from tests.support.api import caught_up_at_once
from tests.support.rows import Asking


def request(query: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query.encode()}
    )


def listed(example: Asking, query: str) -> Listing:
    reader = Reader(example.store, example.objects, caught_up_at_once)
    asked = read_asked(request(query))
    return asyncio.run(read_listing(reader, "project_logs", example.project_id, asked))


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Asking]:
    rows = [
        {"id": f"r{index:03}", "root_span_id": f"t{index}", "input": index} for index in range(PAGE_ROWS + 1)
    ]
    folder = tmp_path / "long"
    folder.mkdir()
    asking = Asking(folder, rows)
    yield asking
    asking.close()


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param("", "eca", id="traces"),
        pytest.param("rows=spans", "edcba", id="spans"),
        pytest.param("rows=spans&filter=error+IS+NOT+NULL", "d", id="a filter"),
        pytest.param("filter=metrics.tokens+%3E+50+or+scores.Factuality+%3D+0", "eca", id="or stays inside"),
        pytest.param("search=apples", "e", id="a text"),
        pytest.param("rows=spans&search=Upstream+timeout", "d", id="a text of an error"),
        pytest.param("rows=spans&search=triage+done", "c", id="tags"),
        pytest.param("search=%27%29+or+true+--", "", id="a text that looks like a query"),
        pytest.param("rows=nonsense&since=nonsense", "eca", id="what it says wrongly"),
        pytest.param("since=1h", "", id="a time"),
        pytest.param("from=2026-01-09T08:00&until=2026-01-10T11:30", "c", id="from a time until another"),
        pytest.param("from=2026-01-09T09:00%2B01:00", "ec", id="from a time of a zone on"),
        pytest.param("until=2026-01-09T08:00&since=1h", "a", id="until a time, instead of since"),
        pytest.param("from=2026-01-09&search=off&filter=metrics.tokens+%3E+1", "c", id="a text in a time"),
    ],
)
def test_the_rows_are_what_the_url_asks_for(example: Asking, query: str, ids: str) -> None:
    assert "".join(str(row["id"]) for row in listed(example, query).rows) == ids


def test_a_wrong_filter_is_shown_at_its_place(example: Asking) -> None:
    fault = listed(example, "filter=scores.x+%3E+%3E+1").fault

    assert fault
    assert fault["snippet"] == "scores.x > > 1\n           ^"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param("from=soon", "from is no time; write it as in 2026-01-31T10:30 (UTC)", id="no time"),
        pytest.param("from=2026-02-01&until=2026-01-01", "until is not behind from", id="turned"),
    ],
)
def test_a_wrong_time_is_told_with_what_is_expected(example: Asking, query: str, message: str) -> None:
    found = listed(example, query)

    assert (found.rows, message in str(found.fault)) == ((), True)


@pytest.mark.parametrize(
    ("query", "note"),
    [
        pytest.param("filter=metadatas.plan+%3D+1", "did you mean metadata?", id="a name that nobody knows"),
        pytest.param("filter=metadata.plan+%3D+1", None, id="nothing to say"),
        pytest.param("filter=metadatas.plan+IS+NULL", None, id="rows that fit"),
    ],
)
def test_where_no_row_fits_a_slip_of_the_filter_is_told(
    example: Asking, query: str, note: str | None
) -> None:
    notes = " ".join(listed(example, query).notes)

    assert note in notes if note else not notes


def test_a_filter_cannot_read_another_object(example: Asking) -> None:
    fault = listed(example, "filter=true+%7C+from%3A+project_logs()").fault

    assert fault


def test_older_rows_are_a_page_of_their_own_and_the_last_has_none(long: Asking) -> None:
    first = listed(long, "")
    second = listed(long, first.asked.url(cursor=first.next_cursor or "")[1:])

    assert [len(first.rows), len(second.rows)] == [PAGE_ROWS, 1]
    assert second.next_cursor is None


@pytest.mark.parametrize(
    "times", [{"since": "7d"}, {"from": "2026-01-01T00:00+01:00", "until": "2026-01-02"}, {"until": "soon"}]
)
def test_a_url_says_all_that_was_asked_for(times: dict[str, str]) -> None:
    asked = read_asked(request(urlencode({"filter": "a = '&'", "search": "x", "rows": "spans", **times})))

    assert read_asked(request(asked.url()[1:])) == asked
    assert dict(parse_qsl(asked.url(filter="")[1:])) == {"search": "x", **times, "rows": "spans"}


def test_a_view_shows_the_rows_with_a_low_score_of_those_that_are_there(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "root_span_id": "ta", "scores": {"Factuality": 0.9, "how polite": 0.2}},
        {"id": "b", "root_span_id": "tb", "scores": {"Factuality": 0.9, "how polite": None}},
        {"id": "c", "root_span_id": "tc"},
    ]
    asking = Asking(tmp_path, rows)

    view = views_of(listed(asking, "").rows)["low scores"]
    shown = listed(asking, urlencode({"filter": view})).rows
    asking.close()

    assert [row["id"] for row in shown] == ["a"]


def test_rows_without_scores_have_no_view_of_low_ones() -> None:
    assert views_of([{"id": "a", "scores": None}]) == VIEWS
