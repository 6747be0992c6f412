"""The monitor over the example rows: numbers, groups, and the logs behind each."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking

MONITOR = "/app/o/p/p/monitor"


def tables(text: str) -> dict[str, str]:
    """The table of each chart by its title, as words."""
    parts = text.split('<h2 id="chart-')[1:]
    return {
        part.split("<bdi>")[1].split("</bdi>")[0]: part.split("<tbody>")[1].split("</tbody>")[0]
        for part in parts
    }


def test_each_number_has_a_chart_and_a_table(browser: TestClient) -> None:
    found = tables(browser.get(MONITOR).text)

    assert {"Rows", "Errors", "Tokens", "Score Factuality", "Score Tone"} <= found.keys()
    assert "Duration" not in found  # the example rows say no times
    assert found["Rows"].count("<tr>") == 3
    assert (
        found["Tokens"].index("20</td>")
        < found["Tokens"].index("550</td>")
        < found["Tokens"].index("180</td>")
    )
    assert "0.9</td>" in found["Score Factuality"]


def test_a_group_has_a_line(browser: TestClient) -> None:
    text = browser.get(MONITOR, params={"by": "metadata.model"}).text

    for label in ("gpt-4", "claude", "none"):
        assert f"<bdi>{label}</bdi></th>" in text


def test_each_tag_has_a_line_that_leads_to_its_rows_and_that_is_said(browser: TestClient) -> None:
    page = browser.get(MONITOR, params={"by": "tags"}).text
    rows, scores = tables(page)["Rows"], tables(page)["Score Factuality"]
    of_head = page.split("<thead>")[1].split("</thead>")[0]
    days = [day.split("</tr>")[0] for day in rows.split("<tr>")[1:]]
    ninth = days[1]
    triaged = browser.get(behind(scores, "0.5")).text
    without = browser.get(behind(days[0], "1")).text

    assert [name for name in ("triage", "done", "none") if f"<bdi>{name}</bdi></th>" in of_head] == [
        "triage",
        "done",
        "none",
    ]
    assert "[" not in of_head
    assert ninth.count(">1</a>") == 3  # of the two rows of that day one has both tags
    assert "0.5" in scores
    assert ("50% off" in triaged, "timeout: upstream" in triaged) == (True, False)
    assert ("How many apples?" in without, "50% off" in without) == (True, False)
    assert "A row counts in the group of each of its tags." in page


def test_a_key_that_needs_quotes_is_a_group_without_them(browser: TestClient, example: Asking) -> None:
    place = {"project_id": example.project_id, "log_id": "g"}
    example.add(place, {"id": "f", "created": "2026-01-09T08:00:00Z", "metadata": {"app-größe": "klein"}})

    found = tables(browser.get(MONITOR, params={"by": "metadata.app-größe"}).text)["Rows"]
    logs = browser.get(behind(found, "1")).text

    assert logs.count('<th scope="row"') == 1


def test_metadata_that_rows_have_is_proposed_to_group_by(browser: TestClient, example: Asking) -> None:
    place = {"project_id": example.project_id, "log_id": "g"}
    example.add(place, {"id": "f", "metadata": {"customer": {"plan": "gold"}}})

    assert '<option value="metadata.customer.plan">' in browser.get(MONITOR).text


def test_rows_are_spans_unless_traces_are_asked_for(browser: TestClient) -> None:
    spans, traces = (tables(browser.get(MONITOR, params={"rows": rows}).text) for rows in ("", "traces"))

    assert ("2</td>" in spans["Rows"], "2</td>" in traces["Rows"]) == (True, False)


def test_a_point_leads_to_the_logs_behind_it(browser: TestClient) -> None:
    text = browser.get(MONITOR, params={"filter": "metadata.model = 'claude'"}).text
    link = unescape(tables(text)["Rows"].split('href="')[1].split('"')[0])

    logs = browser.get(link).text

    assert parse_qs(urlsplit(link).query)["rows"] == ["spans"]
    assert ("50% off" in logs, "timeout: upstream" in logs, "How do I reset?" in logs) == (True, True, False)


def behind(table: str, shown: str) -> str:
    """Where a number of a table leads to."""
    return unescape(table.split(f">{shown}</a>", maxsplit=1)[0].rsplit('href="', 1)[1][:-1])


def test_a_number_of_a_group_leads_to_the_logs_of_the_group(browser: TestClient) -> None:
    text = browser.get(MONITOR, params={"by": "metadata.model"}).text

    logs = browser.get(behind(tables(text)["Tokens"], "550")).text

    assert ("50% off" in logs, "timeout: upstream" in logs, "How do I reset?" in logs) == (True, True, False)


def test_a_number_of_errors_leads_to_errors_alone(browser: TestClient) -> None:
    logs = browser.get(behind(tables(browser.get(MONITOR).text)["Errors"], "2026-01-09 00:00:00")).text

    assert ("timeout: upstream" in logs, "50% off" in logs) == (True, False)


def test_a_number_of_a_score_leads_to_what_has_the_score(browser: TestClient) -> None:
    scores = tables(browser.get(MONITOR).text)["Score Tone"]

    logs = browser.get(behind(scores, "2026-01-09 00:00:00")).text

    assert ("50% off" in logs, "timeout: upstream" in logs) == (True, False)


@pytest.mark.parametrize(
    "asked", [{"filter": "a >"}, {"by": "count(1)"}, {"by": "a >"}, {"filter": "count(1) > 1"}]
)
def test_what_is_wrong_is_told(browser: TestClient, asked: dict[str, str]) -> None:
    answer = browser.get(MONITOR, params=asked)

    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)


def test_no_rows_are_said(browser: TestClient) -> None:
    assert "No rows fit" in browser.get(MONITOR, params={"filter": "id = 'none'"}).text


@pytest.mark.parametrize("since", ["1h", "24h", "7d", "30d"])
def test_every_time_range_is_asked_for(browser: TestClient, since: str) -> None:
    answer = browser.get(MONITOR, params={"since": since})

    assert answer.status_code == 200
    assert f'<option value="{since}" selected>' in answer.text


ZOOMED = {"from": "2026-01-09T07:00", "until": "2026-01-09T09:00"}


def test_a_stretch_of_time_has_finer_numbers_of_its_own_rows(browser: TestClient) -> None:
    text = browser.get(MONITOR, params=ZOOMED).text
    rows = tables(text)["Rows"]

    assert rows.count("<tr>") == 1
    assert "2026-01-09 08:00:00" in rows
    assert 'value="2026-01-09T07:00"' in text


def test_a_point_of_a_stretch_leads_to_its_own_rows(browser: TestClient) -> None:
    rows = tables(browser.get(MONITOR, params=ZOOMED).text)["Rows"]
    asked = parse_qs(urlsplit(unescape(rows.split('href="')[1].split('"')[0])).query)

    assert asked["filter"] == ["created >= '2026-01-09T08:00:00Z' and created < '2026-01-09T08:01:00+00:00'"]


def test_a_link_zooms_into_half_of_a_chart_and_another_out_again(browser: TestClient) -> None:
    text = browser.get(MONITOR).text
    link = unescape(text.split('aria-label="Zoom Rows into its first half"')[0].rsplit('href="', 1)[1][:-2])

    half = browser.get(f"{MONITOR}{link}").text
    back = unescape(half.split('">All of it')[0].rsplit('href="', 1)[1])

    assert tables(half)["Rows"].count("<tr>") == 1
    assert tables(browser.get(f"{MONITOR}{back}").text)["Rows"].count("<tr>") == 3


@pytest.mark.parametrize(
    "asked",
    [{"from": "2026-01-09"}, {"from": "2026-02-01", "until": "2026-01-01"}],
)
def test_a_wrong_stretch_is_told(browser: TestClient, asked: dict[str, str]) -> None:
    answer = browser.get(MONITOR, params=asked)

    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
