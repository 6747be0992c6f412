"""The page of a trace in a real browser before a real sidecar: each flow that it has, with script and without."""

import json
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Tab, needs_chromium, tab_of
from tests.support.collector import Collector
from tests.support.page_data import PROJECT, SCRIPT, Seen
from tests.support.page_paths import compare_path, row_path
from tests.support.page_talk import DOCUMENT_KEY, TALKS

pytestmark = [needs_chromium, pytest.mark.slow]


def opened(tab: Tab, project_id: str, row_id: str) -> Page:
    return tab.open(row_path("project_logs", project_id, row_id))


def test_a_step_of_the_tree_opens_its_row(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.talk_id, "talk")

    page.get_by_role("link", name="find_order").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("find_order")
    expect(page.get_by_role("region", name="Output")).to_contain_text("on its way")


def test_a_part_of_the_tree_is_folded_away(plain_tab: Tab, seen: Seen) -> None:
    page = opened(plain_tab, seen.talk_id, "talk")
    expect(page.get_by_role("link", name="first token")).to_be_visible()

    page.locator("summary[aria-label='2 under chat gpt-4o']").click()

    expect(page.get_by_role("link", name="first token")).to_be_hidden()
    expect(page.get_by_role("link", name="refund")).to_be_visible()


def test_the_next_error_is_a_click_away(plain_tab: Tab, seen: Seen) -> None:
    page = opened(plain_tab, seen.talk_id, "talk")

    page.get_by_role("link", name="Next error").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("refund")
    expect(page.get_by_role("region", name="Error")).to_contain_text("ValueError: the order is not paid")


def test_a_call_shows_its_messages_with_tools_and_pictures(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.talk_id, "talk-2")

    given = page.get_by_role("region", name="Input")
    for what in (
        "You help customers",
        "Reasoning",
        "find_order",
        "call_1",
        "https://elsewhere.example/spy.png",
    ):
        expect(given).to_contain_text(what)
    for name in ("label.png", "picture"):
        picture = given.get_by_role("img", name=name)
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()


def test_pictures_are_really_shown(browser: Browser, collector: Collector, seen: Seen) -> None:
    with tab_of(browser, collector.api) as tab:
        page = opened(tab, seen.talk_id, "talk-2")
        page.locator(".picture img").first.scroll_into_view_if_needed()

        page.wait_for_function(
            "[...document.querySelectorAll('.picture img')].every(each => each.naturalWidth > 0)"
        )


def test_what_was_said_in_a_trace_is_one_conversation(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.talk_id, "talk")

    page.get_by_role("link", name="Conversation").click()

    talk = page.get_by_role("region", name="Conversation of the trace")
    expect(talk.get_by_text("You help customers of a shop.")).to_have_count(1)
    expect(talk.get_by_text("Yes. It arrives on Friday.")).to_have_count(1)


def test_log_rows_and_events_stand_beside_their_span(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.talk_id, "talk-2")

    logs = page.get_by_role("region", name="Events and log rows")
    expect(logs).to_contain_text("the first token came")
    expect(logs).to_contain_text("a log line <script>")


def test_how_a_cost_comes_about_is_said(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.talk_id, "talk-2")

    page.get_by_text("How it comes about").click()

    expect(page.get_by_role("region", name="Tokens and prices")).to_contain_text("promptUncachedTokens")


def test_two_traces_are_compared(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.talk_id, "talk")

    page.get_by_label("Compare with").fill("talk-again")
    page.get_by_role("button", name="Compare").click()

    expect(page.get_by_role("row", name="Duration 6.00 s 12.00 s +6.00 s")).to_be_visible()
    page.locator(".pairs summary").last.click()
    expect(page.locator(".changes").last).to_contain_text("at noon")


@pytest.mark.parametrize("how", ["curl", "Python"])
def test_what_is_copied_runs_and_gives_the_row(tab: Tab, seen: Seen, how: str, collector: Collector) -> None:
    page = opened(tab, seen.project_id, "named")
    page.get_by_text("Copy as JSON, curl or Python").click()

    text = page.get_by_role("region", name=f"{how}: this row").locator("pre").inner_text()

    command = ["sh", "-c", text] if how == "curl" else [sys.executable, "-c", text]
    answer = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
    rows = answer["data"] if how == "curl" else answer
    assert [row["id"] for row in rows] == ["named"]
    assert collector.api in text


def test_the_json_that_is_copied_is_the_row(tab: Tab, seen: Seen) -> None:
    page = opened(tab, seen.project_id, "named")
    page.get_by_text("Copy as JSON, curl or Python").click()

    text = page.get_by_role("region", name="JSON").locator("pre").inner_text()

    assert json.loads(text)["input"] == {SCRIPT: "pay \u202e001\u2066 only"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            "/app/local/object?object_type=project_logs&object_id={project}&id=talk", id="permalink"
        ),
        pytest.param(
            "/app/my%20org/object?object_type=project_logs&object_id={project}&id=talk", id="organisation"
        ),
        pytest.param("/app/local/p/{talks}/logs?oid=talk", id="link without the id of its project"),
        pytest.param("/app/local/p/{talks}/logs?r=talk&s=talk", id="OpenTelemetry"),
        pytest.param("/app/local/p/{talks}/logs?r=talk", id="trace"),
        pytest.param("/app/local/p/{project}/logs?oid=talk", id="id of the project"),
        pytest.param(
            "/app/local/object?object_type=experiment&object_id={experiment}&id=case-1-1", id="case"
        ),
        pytest.param("/app/local/p/{name}/experiments/second?r=case-1-1&s=case-1-1", id="case of a name"),
        pytest.param("/app/local/object?object_type=dataset&object_id={dataset}&id=q1", id="record"),
        pytest.param("/app/local/p/{name}/datasets/questions?oid=q1", id="record of a name"),
    ],
)
def test_links_of_the_sdks_open(tab: Tab, seen: Seen, path: str) -> None:
    page = tab.open(
        path.format(
            project=seen.talk_id,
            name=PROJECT,
            talks=TALKS,
            experiment=seen.experiment_id,
            dataset=seen.dataset_id,
        )
    )

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "eval" if "case" in path else "Record" if "q1" in path else "answer with tools"
    )


def test_a_document_that_calls_itself_a_picture_is_not_shown(
    browser: Browser, collector: Collector, seen: Seen
) -> None:
    del seen
    with tab_of(browser, collector.api) as tab:
        answer = tab.page.request.get(f"{collector.api}/ui/attachment?key={DOCUMENT_KEY}")

        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("row_id", ["script", "turned", "unseen", "large", "named"])
def test_hostile_traces_are_compared_as_text(tab: Tab, seen: Seen, row_id: str) -> None:
    page = tab.open(compare_path("project_logs", seen.project_id, row_id, "named"))

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Two traces of {PROJECT}")
    assert page.title() != "taken"
    assert page.locator("main script, main img").count() == 0
