"""What script adds to the page of a trace, in a real browser before a real sidecar."""

import sys
import time

import pytest
from playwright.sync_api import Browser, Page, expect

from otel_bridge_collector.ui.script import built_script
from tests.support.browser import Tab, faults_of, needs_chromium, overflow_px, tab_of
from tests.support.collector import Collector
from tests.support.large_trace import feed_large
from tests.support.page_data import Seen
from tests.support.page_paths import row_path

pytestmark = [
    needs_chromium,
    pytest.mark.slow,
    pytest.mark.skipif(not built_script().entry, reason="the script was not built: make ui"),
]

LARGE = 10_000


@pytest.fixture
def tab(script_tab: Tab) -> Tab:
    return script_tab


def live(tab: Tab, project_id: str, row_id: str) -> Page:
    """The page of a row whose tree is mounted and has the focus; it forgets `kept` where it is loaded again."""
    page = tab.open(row_path("project_logs", project_id, row_id))
    page.get_by_role("tree").focus()
    page.evaluate("window.kept = true")
    return page


def test_a_step_is_chosen_by_keys_without_loading_the_page(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")

    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)

    expect(page.get_by_role("heading", level=1)).to_have_text("find_order")
    expect(page).to_have_title("find_order in talks · otel-bridge")
    assert page.url.endswith("id=talk-tool")
    assert page.evaluate("window.kept") is True


def test_back_leads_to_the_step_before(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")
    page.get_by_role("treeitem", name="find_order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("find_order")

    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_have_text("answer with tools")
    expect(page.get_by_role("treeitem", selected=True)).to_contain_text("answer with tools")
    assert page.evaluate("window.kept") is True


def test_n_leads_to_the_next_error(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")

    page.keyboard.press("n")

    expect(page.get_by_role("heading", level=1)).to_have_text("refund")
    expect(page.get_by_role("region", name="Error")).to_contain_text("ValueError: the order is not paid")


def test_left_folds_and_right_opens(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")

    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("treeitem")).to_have_count(1)
    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("treeitem")).to_have_count(7)


def test_words_are_found_in_names_and_in_text(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")
    search = page.get_by_label("Search within the trace")

    search.fill("find_order")
    expect(page.locator(".tree-tools").get_by_role("status")).to_have_text("3 found")
    search.fill("not paid")
    expect(page.locator(".tree-tools").get_by_role("status")).to_have_text("1 found")
    search.press("Enter")

    expect(page.get_by_role("tree")).to_have_attribute("aria-activedescendant", "step-6")


def test_a_zoom_shows_a_part_of_the_time(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")
    expect(page.locator(".axis text")).to_have_text(["0", "2 s", "4 s"])

    page.get_by_role("button", name="Zoom in").click()

    expect(page.locator(".axis text")).to_have_text(["2 s", "3 s", "4 s"])


def test_the_json_of_a_row_that_was_chosen_is_copied(tab: Tab, seen: Seen) -> None:
    page = live(tab, seen.talk_id, "talk")
    page.get_by_role("treeitem", name="find_order").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("find_order")

    page.get_by_text("Copy as JSON, curl or Python").click()
    page.get_by_role("button", name="Copy").first.click()

    expect(page.locator(".copies").get_by_role("status").first).to_have_text("Copied")
    assert '"id": "talk-tool"' in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("row_id", ["script", "turned", "unseen", "large", "named"])
def test_hostile_names_stay_text(tab: Tab, seen: Seen, row_id: str) -> None:
    page = live(tab, seen.project_id, row_id)

    page.keyboard.press("Enter")

    expect(page.get_by_role("treeitem", selected=True)).to_be_visible()
    assert page.title() != "taken"
    assert page.locator("main script, main img").count() == 0


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tree_has_no_serious_fault_and_fits_its_window(
    browser: Browser, collector: Collector, seen: Seen, width: int, scheme: str
) -> None:
    with tab_of(browser, collector.api, width=width, color_scheme=scheme) as tab:
        page = live(tab, seen.talk_id, "talk-2")

        assert (faults_of(page), overflow_px(page)) == ([], 0)


def test_a_trace_of_10_000_spans_is_walked_from_end_to_end(
    tab: Tab, collector: Collector, seen: Seen
) -> None:
    feed_large(collector.api, seen.talk_id, LARGE)
    began = time.perf_counter()
    page = tab.open(row_path("project_logs", seen.talk_id, "large-5000"))
    expect(page.locator("#at")).to_be_visible()
    shown_s = time.perf_counter() - began
    page.get_by_role("tree").focus()
    live_s = time.perf_counter() - began

    page.keyboard.press("End")

    expect(page.locator(f"#step-{LARGE - 1}")).to_be_visible()
    assert page.get_by_role("treeitem").count() < 100
    frames = page.evaluate(_FRAMES)
    sys.stdout.write(
        f"{LARGE} spans: shown after {shown_s:.2f} s, live after {live_s:.2f} s; frames of scrolling {frames} ms\n"
    )


_FRAMES = """async () => {
  const tree = document.querySelector("[role=tree]"), took = [];
  for (let each = 0, last = performance.now(); each < 60; each++) {
    tree.scrollTop -= tree.scrollHeight / 80;
    await new Promise((drawn) => requestAnimationFrame(drawn));
    took.push(performance.now() - last);
    last = performance.now();
  }
  took.sort((a, b) => a - b);
  return {median: Math.round(took[30]), most: Math.round(took[59])};
}"""
