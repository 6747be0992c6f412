"""What the URLs of pages may say."""

import html
import re
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.ui.parameters import COMPARISON, LOGS, NOTHING, RECORDS, Parameter, read_parameters
from tests.support.rows import Asking

LOGS_PAGE = "/app/o/p/p/logs"
_NOTE = "of the address is left out"
_MANY = 300


@pytest.mark.parametrize(
    ("read", "name", "value", "note"),
    [
        pytest.param(
            LOGS, "searches", "x", 'The parameter "searches" of the address is left out', id="misspelt"
        ),
        pytest.param(LOGS, "searches", "x", "search may be meant.", id="what is meant"),
        pytest.param(LOGS, "row", "50", "it reads filter, search, since", id="all of them"),
        pytest.param(NOTHING, "a", "b", "it reads none.", id="nothing is read"),
        pytest.param(LOGS, "from", "yesterdayy", '"yesterdayy" is not a time, as in 2026-01-31', id="time"),
        pytest.param(LOGS, "since", "2h", '"2h" is not one of 1h, 24h, 7d, 30d', id="range"),
        pytest.param(LOGS, "rows", "trace", "one of traces, spans", id="rows"),
        pytest.param(COMPARISON, "page", "0", "a number from 1 to 999999", id="number"),
        pytest.param(COMPARISON, "page", "²", "a number from 1", id="no digit"),
        pytest.param(RECORDS, "version", "new", "an _xact_id of the dataset", id="version"),
    ],
)
def test_what_a_page_makes_nothing_of_is_left_out_and_told(
    read: tuple[Parameter, ...], name: str, value: str, note: str
) -> None:
    kept, notes = read_parameters([(name, value)], read)

    assert (kept, len(notes)) == ([], 1)
    assert note in notes[0]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param([("since", ""), ("from", "")], id="empty"),
        pytest.param([("since", "24h"), ("rows", "spans"), ("until", "2026-01-31T10:30Z")], id="right"),
        pytest.param([("filter", "a >"), ("by", "no path")], id="told at its place"),
    ],
)
def test_what_a_page_reads_is_left_as_it_is(given: list[tuple[str, str]]) -> None:
    assert read_parameters(given, LOGS) == (given, [])


def test_a_slip_in_the_address_is_told_on_the_page_which_goes_on_without_it(browser: TestClient) -> None:
    answer = browser.get(LOGS_PAGE, params={"row": "50", "from": "yesterdayy", "rows": "spans"})

    told = re.findall(r'<p class="note">([^<]*)</p>', answer.text)
    assert answer.status_code == 200
    assert ["row" in told[0], "yesterdayy" in told[1], len(told)] == [True, True, 2]
    assert (answer.text.count("<tr"), "row=50" in answer.text) == (
        browser.get(LOGS_PAGE, params={"rows": "spans"}).text.count("<tr"),
        False,
    )


def test_no_link_of_a_page_says_what_the_page_behind_it_does_not_read(
    browser: TestClient, example: Asking
) -> None:
    paths = ["/app", f"{LOGS_PAGE}?by=tags", f"{LOGS_PAGE}?columns=name,cost&since=30d&filter=id+%3D+'c'"]
    paths += [f"/app/local/object?object_type=project_logs&object_id={example.project_id}&id=c"]
    seen: dict[str, str] = {}

    while paths and len(seen) < _MANY:
        path = paths.pop(0)
        if path in seen:
            continue
        answer = browser.get(path)
        seen[path] = answer.text
        links = (
            re.findall(r'href="([^"#]+)"', answer.text) if "html" in answer.headers["content-type"] else []
        )
        found = (urljoin(path, html.unescape(each)) for each in links)
        paths += [each for each in found if each.startswith("/app")]

    assert [path for path, text in seen.items() if _NOTE in text] == []
    assert sum("?" in path for path in seen) > 20
