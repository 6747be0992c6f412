"""Logs in groups: the numbers of each, and the rows that its link leads to."""

import asyncio
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.ui import groups
from otel_bridge_collector.ui.groups import Group, Groups, read_groups
from otel_bridge_collector.ui.listing import Listing, read_asked, read_listing
from tests.support.api import caught_up_at_once
from tests.support.page import page_of
from tests.support.rows import Asking

LOGS = "/app/o/p/p/logs"
HOSTILE = "<script>alert(1)</script>' or true --\u202e"


def request(query: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": query.encode()}
    )


def grouped(example: Asking, **asked: str) -> tuple[Listing, Groups]:
    reader = Reader(example.store, example.objects, caught_up_at_once)
    return asyncio.run(read_groups(reader, example.project_id, read_asked(request(urlencode(asked)))))


def ids(example: Asking, query: str) -> str:
    """The rows that a link of a group leads to."""
    reader = Reader(example.store, example.objects, caught_up_at_once)
    asked = read_asked(request(query[1:]))
    found = asyncio.run(read_listing(reader, "project_logs", example.project_id, asked))
    assert found.fault is None
    return "".join(str(row["id"]) for row in found.rows)


def numbers(group: Group) -> tuple[str, float, float, float]:
    return (group.label, group.numbers["count"], group.numbers["errors"], group.numbers["tokens"])


@pytest.fixture
def timed(tmp_path: Path) -> Iterator[Asking]:
    """Two traces whose roots have neither tokens nor cost, and a tag that is no plain text."""
    rows: list[dict[str, Any]] = [
        {"id": "a", "root_span_id": "a", "metrics": {"start": 1, "end": 2}, "tags": [HOSTILE, "x"]},
        {"id": "b", "root_span_id": "b", "metrics": {"start": 1, "end": 4}, "tags": ["x"]},
        {
            "id": "c", "root_span_id": "b", "span_parents": ["b"], "error": "broken", "span_attributes": {"type": "llm"},
            "metrics": {"start": 2, "end": 3, "tokens": 7, "estimated_cost": 0.25},
        },
    ]  # fmt: skip
    folder = tmp_path / "timed"
    folder.mkdir()
    asking = Asking(folder, rows)
    yield asking
    asking.close()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param(
            {"by": "metadata.model"},
            [("claude", 1, 0, 550, "c"), ("gpt-4", 1, 0, 180, "a"), ("", 1, 0, 20, "e")],
            id="traces",
        ),
        pytest.param(
            {"by": "metadata.model", "rows": "spans"},
            [("claude", 2, 1, 550, "dc"), ("gpt-4", 2, 0, 180, "ba"), ("", 1, 0, 20, "e")],
            id="spans",
        ),
        pytest.param(
            {"by": "metadata.user_id", "filter": "metadata.user_id IS NOT NULL or false"},
            [("1234", 1, 0, 550, "c"), ("1234", 1, 0, 180, "a")],
            id="a number and a text",
        ),
        pytest.param(
            {"by": "tags"},
            [("triage", 2, 0, 730, "ca"), ("done", 1, 0, 550, "c"), ("", 1, 0, 20, "e")],
            id="tags",
        ),
        pytest.param(
            {"by": "tags", "until": "2026-01-09", "search": "reset"},
            [("triage", 1, 0, 180, "a")],
            id="in a time",
        ),
    ],
)
def test_a_group_has_its_numbers_and_leads_to_its_rows(
    example: Asking, asked: dict[str, str], found: list[tuple[str, float, float, float, str]]
) -> None:
    listing, answer = grouped(example, **asked)

    assert listing.fault is None
    assert [(*numbers(each), ids(example, each.rows)) for each in answer.groups] == found


def test_the_errors_of_a_group_lead_to_their_rows(example: Asking) -> None:
    _, answer = grouped(example, by="metadata.model", rows="spans", filter="id = 'd' or id = 'c'")

    assert ids(example, answer.groups[0].failed) == "d"


def test_a_group_of_traces_has_the_tokens_and_cost_of_all_their_spans(timed: Asking) -> None:
    _, answer = grouped(timed, by="tags")

    assert [(each.label, each.numbers) for each in answer.groups if each.label == "x"] == [
        ("x", {"count": 2, "errors": 0, "duration_s": 2, "tokens": 7, "usd": 0.25})
    ]


def test_a_group_is_text_and_its_link_asks_for_no_more(timed: Asking) -> None:
    text = page_of(timed).get(LOGS, params={"by": "tags"}).text
    link = unescape(text.split("<bdi>&lt;script&gt;alert(1)&lt;/script&gt;")[0].rsplit('href="', 1)[1][:-2])

    assert ids(timed, link) == "a"
    assert "<script>" not in text


def test_smaller_groups_are_said_to_be_there(example: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_GROUPS", 1)

    _, answer = grouped(example, by="metadata.model", rows="spans")

    assert ([each.label for each in answer.groups], answer.has_more) == (["claude"], True)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param({"by": "count(1)"}, "group by takes tags or one path", id="no path"),
        pytest.param({"by": "a >"}, "group by takes tags or one path", id="no expression"),
        pytest.param({"by": "metadatas.x"}, "did you mean metadata?", id="no field"),
        pytest.param({"by": "tags", "filter": "a >"}, "expected", id="a filter"),
    ],
)
def test_what_is_wrong_is_told_and_stays_in_its_field(
    browser: TestClient, asked: dict[str, str], message: str
) -> None:
    answer = browser.get(LOGS, params=asked)

    assert (answer.status_code, message in unescape(answer.text)) == (400, True)
    assert f'name="by" value="{asked["by"]}"' in unescape(answer.text)


def test_groups_lead_back_to_rows(browser: TestClient) -> None:
    text = browser.get(LOGS, params={"by": "tags", "since": "", "rows": "spans"}).text
    link = unescape(text.split('">Without groups')[0].rsplit('href="', 1)[1])

    assert parse_qs(link[1:]) == {"rows": ["spans"]}


def test_no_rows_are_said(browser: TestClient) -> None:
    assert "No rows fit" in browser.get(LOGS, params={"by": "name", "filter": "id = 'none'"}).text
