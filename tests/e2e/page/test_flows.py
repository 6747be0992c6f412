"""The page in a real browser before a real sidecar: each flow that it has, with script and without."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Tab, confirm, faults_of, needs_chromium, tab_of
from tests.support.collector import Collector, running_collector
from tests.support.keys import make_key, revoke_key
from tests.support.page_data import LARGE, PROJECT, SCRIPT, Seen, feed
from tests.support.page_paths import row_path

pytestmark = [needs_chromium, pytest.mark.slow]

LOGS = f"/app/local/p/{PROJECT}/logs"


def log(collector: Collector, seen: Seen, row: dict[str, Any]) -> None:
    """Log a row to the project, a trace of its own."""
    place = {"project_id": seen.project_id, "log_id": "g", "span_id": row["id"], "root_span_id": row["id"]}
    named = {**place, "span_attributes": {"name": row["id"]}, **row}
    httpx.post(f"{collector.api}/logs3", json={"rows": [named]}).raise_for_status()


def test_the_first_minute_ends_with_a_trace_on_the_page(tab: Tab, collector: Collector) -> None:
    page = tab.open("/")

    expect(page.get_by_label("Environment variables")).to_contain_text(collector.otlp_http)
    page.get_by_role("button", name="Send a test trace").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("test trace")
    expect(page.get_by_role("link", name="chat example-model")).to_be_visible()


def test_a_filter_shows_what_fits(tab: Tab) -> None:
    page = tab.open(LOGS)

    page.get_by_label("Filter (BTQL)").fill("scores.Factuality > 0.5")
    page.get_by_role("button", name="Show").click()

    rows = page.get_by_role("region", name="Rows").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Where is my parcel?")


def test_a_time_range_narrows_a_search_and_is_kept_with_it(
    tab: Tab, collector: Collector, seen: Seen
) -> None:
    log(collector, seen, {"id": "early", "created": "2001-01-01T10:00:30Z", "input": "an old parcel"})
    log(collector, seen, {"id": "later", "created": "2001-01-01T10:01:00Z", "input": "an old parcel"})
    page = tab.open(LOGS)
    rows = page.get_by_role("region", name="Rows").locator("tbody tr")

    page.get_by_label("Text").fill("old")
    page.get_by_label("From (UTC)").fill("2001-01-01T10:00")
    page.get_by_label("until (UTC)").fill("2001-01-01T10:00:59")
    page.get_by_role("button", name="Show").click()
    expect(rows).to_have_count(1)
    page.get_by_text("Keep this view").click()
    page.get_by_label("Name", exact=True).fill("a minute")
    page.get_by_role("button", name="Keep", exact=True).click()

    expect(page.get_by_role("link", name="a minute")).to_be_visible()
    expect(page.get_by_label("until (UTC)")).to_have_value("2001-01-01T10:00:59")
    expect(rows).to_have_count(1)
    confirm(page, "Delete the view")


def test_a_wrong_filter_is_shown_with_its_place_and_stays_in_the_field(tab: Tab) -> None:
    page = tab.open(f"{LOGS}?filter={quote('scores.Factuality >> 1')}")

    expect(page.get_by_role("alert").locator("pre")).to_contain_text("^")
    expect(page.get_by_label("Filter (BTQL)")).to_have_value("scores.Factuality >> 1")


def test_a_view_shows_errors_alone(tab: Tab) -> None:
    page = tab.open(LOGS)

    page.get_by_role("link", name="errors", exact=True).click()

    rows = page.get_by_role("region", name="Rows").locator("tbody tr")
    expect(rows.filter(has_text="What does it cost?")).to_have_count(1)
    expect(rows.filter(has_text="Where is my parcel?")).to_have_count(0)


def test_columns_are_chosen_moved_and_kept(tab: Tab) -> None:
    page = tab.open(f"{LOGS}?filter={quote('id = ' + repr('answer'))}")
    heads = page.get_by_role("region", name="Rows").get_by_role("columnheader")

    page.get_by_text("Columns", exact=True).click()
    page.get_by_label("Names and paths, with commas").fill("output, metadata.user_id, scores.Factuality")
    page.get_by_role("button", name="Show columns").click()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("link", name="Move metadata.user_id to the left").click()
    page.get_by_text("Columns", exact=True).click()
    page.get_by_role("link", name="Take Output away").click()

    expect(heads.filter(has_text=re.compile("created|metadata|scores|Output", re.IGNORECASE))).to_have_text(
        ["Created (UTC)", "metadata.user_id", "scores.Factuality"]
    )
    expect(page.get_by_role("region", name="Rows").locator("tbody tr")).to_contain_text("1234")
    page.get_by_text("Keep this view").click()
    page.get_by_label("Name", exact=True).fill("users")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(heads.last).to_have_text("scores.Factuality")
    confirm(page, "Delete the view")


def test_a_text_is_found_in_an_error(tab: Tab) -> None:
    page = tab.open(LOGS)

    page.get_by_label("Text").fill("answer no price")
    page.get_by_role("button", name="Show").click()

    rows = page.get_by_role("region", name="Rows").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("What does it cost?")


def test_a_group_leads_to_its_rows(tab: Tab) -> None:
    page = tab.open(f"{LOGS}?filter={quote('metadata.plan IS NOT NULL or error IS NOT NULL')}")

    page.get_by_label("Group by").fill("metadata.plan")
    page.get_by_role("button", name="Show").click()
    groups = page.get_by_role("region", name="Groups").locator("tbody tr")
    expect(groups.filter(has_text="gold").get_by_role("cell")).to_have_text(
        ["1", "0", re.compile(" s$"), re.compile(r"\d"), ""]
    )
    groups.filter(has_text="gold").get_by_role("link").first.click()

    rows = page.get_by_role("region", name="Rows").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Where is my parcel?")


def test_a_row_opens_with_its_trace(tab: Tab) -> None:
    page = tab.open(f"{LOGS}?filter={quote('id = ' + repr('answer'))}")

    page.get_by_role("region", name="Rows").get_by_role("link").first.click()
    page.get_by_role("link", name="chat example-model").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("chat example-model")
    expect(page.locator(".talk").first).to_contain_text("You help customers of a shop.")


@pytest.mark.parametrize("query", ["oid=answer", "r=answer&s=answer", "r=answer"])
def test_a_link_of_an_sdk_opens_its_row(tab: Tab, query: str) -> None:
    page = tab.open(f"{LOGS}?{query}")

    expect(page.get_by_role("heading", level=1)).to_have_text("answer")


def test_an_experiment_is_compared_with_the_one_before(tab: Tab) -> None:
    page = tab.open(LOGS)

    page.get_by_role("link", name="Experiments").click()
    page.get_by_role("link", name="second").click()

    expect(page.get_by_text("Compared with first")).to_be_visible()
    expect(page.get_by_role("row", name="Factuality").first).to_contain_text("-0.0625")


def test_a_dataset_shows_its_records(tab: Tab) -> None:
    page = tab.open(LOGS)

    page.get_by_role("link", name="Datasets").click()
    page.get_by_role("link", name="questions").click()

    expect(page.get_by_role("region", name="Rows").get_by_text("question 2")).to_have_count(1)


def test_feedback_is_kept_and_shown_with_who_gave_it(tab: Tab, seen: Seen) -> None:
    page = tab.open(row_path("project_logs", seen.project_id, "answer-find order"))

    page.get_by_role("button", name="Bad").click()
    page.get_by_label("Score", exact=True).fill("exact")
    page.get_by_label("Score from 0 to 100").fill("75")
    page.get_by_label("Comment").fill(SCRIPT)
    page.get_by_role("button", name="Save feedback").click()

    said = page.get_by_role("region", name="Who said what")
    for what in ("rating 0", "exact 0.75", SCRIPT):
        expect(said).to_contain_text(what)


def test_review_goes_from_row_to_row(tab: Tab) -> None:
    page = tab.open(f"/app/local/p/{PROJECT}/review?filter={quote('metadata.plan IS NULL')}")
    before = page.get_by_role("status").inner_text()
    first = page.get_by_role("heading", level=2).first.inner_text()

    page.get_by_role("button", name="Good").click()

    expect(page.get_by_role("status")).not_to_have_text(before)
    expect(page.get_by_role("heading", level=2).first).not_to_have_text(first)


def test_a_filter_of_the_review_that_is_entered_twice_rates_nothing(tab: Tab) -> None:
    page = tab.open(f"/app/local/p/{PROJECT}/review")
    page.get_by_label("Filter (BTQL)").fill("metadata.plan IS NULL")
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name="Feedback")
    expect(page).to_have_url(re.compile("filter="))
    expect(heading).to_be_focused()
    before = page.get_by_role("status").inner_text()

    page.keyboard.press("Enter")
    page.reload()

    expect(page.get_by_role("status")).to_have_text(before)
    expect(heading).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Good")).to_be_focused()


def test_a_number_of_the_monitor_leads_to_the_logs_behind_it(tab: Tab) -> None:
    page = tab.open(f"/app/local/p/{PROJECT}/monitor?filter={quote('error IS NOT NULL')}")

    errors = page.get_by_role("region", name="Errors", exact=True).first
    errors.get_by_text("As a table").click()
    errors.get_by_role("link").first.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Logs")
    expect(page.get_by_role("region", name="Rows").locator("tbody tr")).to_have_count(1)


def test_ticked_rows_go_into_a_dataset(tab: Tab, collector: Collector, seen: Seen) -> None:
    page = tab.open(f"{LOGS}?filter={quote('id = ' + repr('answer') + ' or id = ' + repr('broken'))}")

    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Add ticked rows to dataset").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Dataset questions")
    query = f"select: id, expected | from: dataset('{seen.dataset_id}') | filter: origin.id IS NOT NULL"
    found = {row["id"]: row["expected"] for row in collector.query(query)}
    assert found == {"answer": "It arrives on Friday.", "broken": None}


@pytest.mark.parametrize(
    ("row_id", "shown"),
    [
        pytest.param("script", SCRIPT, id="script"),
        pytest.param("turned", "pay ⟨U+202E⟩001⟨U+2066⟩ only", id="direction"),
        pytest.param("unseen", "no⟨U+200B⟩thing to⟨U+2060⟩ see⟨U+FEFF⟩", id="no width"),
        pytest.param("large", f"{len(LARGE) - 100_000} more characters are left out here", id="1 MB"),
        pytest.param("named", "<script>document.title = 'taken'</script><img", id="keys, names and tags"),
    ],
)
def test_hostile_text_stays_text(tab: Tab, seen: Seen, row_id: str, shown: str) -> None:
    page = tab.open(row_path("project_logs", seen.project_id, row_id))

    expect(page.get_by_role("region", name="Input")).to_contain_text(shown)
    assert page.title() != "taken"
    assert page.locator("main script, main img").count() == 0


def test_who_has_a_key_logs_in_and_out(browser: Browser, tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        key = make_key(collector.data_dir, "read")
        feed(collector, key=make_key(collector.data_dir, "ingest", "write"))
        with tab_of(browser, collector.api) as tab:
            page = tab.open(LOGS)
            page.get_by_label("API key").fill(key)
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("Logs")

            page.get_by_role("button", name="Log out").click()

            expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
            expect(tab.open(LOGS).get_by_label("API key")).to_be_visible()


def test_what_was_typed_when_a_session_ended_is_sent_after_logging_in_again(
    browser: Browser, tmp_path: Path
) -> None:
    with running_collector(tmp_path / "data") as collector:
        key = make_key(collector.data_dir, "read", "write")
        feed(collector, key=make_key(collector.data_dir, "ingest", "write"))
        with tab_of(browser, collector.api) as tab:
            page = tab.open(f"/app/local/p/{PROJECT}/prompt")
            page.get_by_label("API key").fill(key)
            page.get_by_role("button", name="Log in").click()
            page.get_by_label("Name", exact=True).fill("Kept")
            page.get_by_label("Message 2", exact=True).fill("Say\n{{word}}")
            revoke_key(collector.data_dir, key)
            page.get_by_role("button", name="Make prompt").click()
            expect(page.get_by_role("alert")).to_contain_text("the session is over")

            page.get_by_label("API key").fill(make_key(collector.data_dir, "read", "write"))
            page.get_by_role("button", name="Log in").click()
            expect(page.get_by_role("region", name="What it says")).to_contain_text("Say\n{{word}}")
            assert faults_of(page) == []
            page.get_by_role("button", name="Send it now").click()

            expect(page.get_by_role("heading", level=1)).to_have_text("Prompt Kept")


def test_a_view_is_kept_under_a_name_opened_and_deleted(tab: Tab) -> None:
    page = tab.open(f"{LOGS}?filter={quote('error IS NOT NULL')}")

    page.get_by_text("Keep this view").click()
    page.get_by_label("Name", exact=True).fill(SCRIPT)
    page.get_by_role("button", name="Keep", exact=True).click()
    kept = page.get_by_role("region", name="Kept views")
    tab.open(LOGS)
    kept.get_by_role("link", name=SCRIPT).click()
    expect(page.get_by_label("Filter (BTQL)")).to_have_value("error IS NOT NULL")

    confirm(page, "Delete the view")

    expect(kept.get_by_role("link")).to_have_count(0)
