"""What the script of the page adds, in a real browser before a real sidecar."""

import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from playwright.sync_api import expect

from otel_bridge_collector.ui.script import built_script
from tests.support.browser import Tab, faults_of, needs_chromium
from tests.support.collector import Collector, running_collector
from tests.support.page_data import PROJECT, SCRIPT, TURNED, feed

pytestmark = [
    needs_chromium,
    pytest.mark.slow,
    pytest.mark.skipif(not built_script().entry, reason="the script was not built: make ui"),
]


LOGS: Final = f"/app/local/p/{PROJECT}/logs"


@pytest.fixture
def tab(script_tab: Tab) -> Tab:
    return script_tab


def test_the_two_variables_are_copied_with_a_button(tab: Tab, collector: Collector) -> None:
    page = tab.open("/app")

    page.get_by_role("button", name="Copy").first.click()

    expect(page.get_by_role("status").first).to_have_text("Copied")
    assert collector.otlp_http in page.evaluate("navigator.clipboard.readText()")


def send(collector: Collector, *rows: dict[str, Any]) -> None:
    """Log rows to the project, each a trace of its own."""
    (found,) = httpx.get(f"{collector.api}/v1/project", params={"project_name": PROJECT}).json()["objects"]
    place = {"project_id": found["id"], "log_id": "g"}
    body = {"rows": [{**place, "span_id": row["id"], "root_span_id": row["id"], **row} for row in rows]}
    httpx.post(f"{collector.api}/logs3", json=body).raise_for_status()


def test_a_row_that_arrives_comes_into_the_table_as_text(tab: Tab, collector: Collector) -> None:
    page = tab.open(LOGS)
    expect(page.locator("[data-island=rows][data-mounted]")).to_be_attached()

    send(collector, {"id": "arrived", "input": f"{SCRIPT} {TURNED}", "output": "\u200b" + "x" * (1 << 20)})

    first = page.get_by_role("region", name="Rows").locator("tbody tr").first
    expect(first).to_contain_text(SCRIPT)
    expect(first).to_contain_text("⟨U+202E⟩")
    assert page.locator("main script, main img").count() == 0
    assert faults_of(page) == []


def test_a_paused_table_stands_still_until_it_is_live_again(tab: Tab, collector: Collector) -> None:
    page = tab.open(LOGS)
    live = page.get_by_role("button", name="Live")
    live.click()
    expect(page.get_by_text("paused")).to_be_visible()

    send(collector, {"id": "during-pause", "input": "sent during the pause"})
    page.wait_for_timeout(2_500)
    rows = page.get_by_role("region", name="Rows")
    is_there_paused = rows.get_by_text("sent during the pause").count()
    live.click()

    expect(rows.get_by_text("sent during the pause")).to_be_visible()
    assert is_there_paused == 0


def test_a_live_table_keeps_its_filter(tab: Tab, collector: Collector) -> None:
    page = tab.open(f"{LOGS}?filter=metadata.kept%20%3D%201")
    expect(page.get_by_text("No rows fit.")).to_be_visible()

    send(
        collector,
        {"id": "other", "input": "does not fit"},
        {"id": "fits", "input": "fits", "metadata": {"kept": 1}},
    )

    rows = page.get_by_role("region", name="Rows").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("fits")


def test_older_rows_come_as_somebody_scrolls_and_far_ones_leave_the_page(
    tab: Tab, collector: Collector
) -> None:
    send(
        collector,
        *({"id": f"many-{each}", "input": f"row {each}", "metadata": {"many": 1}} for each in range(400)),
    )
    page = tab.open(f"{LOGS}?filter=metadata.many%20%3D%201")
    rows = page.get_by_role("region", name="Rows")
    expect(rows.get_by_text("row 399", exact=True)).to_be_visible()

    while not rows.get_by_text("row 0", exact=True).count():
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(50)

    assert page.locator("table.rows tbody tr").count() < 400


def test_the_filter_proposes_fields_operators_and_values(tab: Tab, collector: Collector) -> None:
    send(collector, {"id": "proposed", "metadata": {"proposed": "this one"}})
    page = tab.open(LOGS)
    field = page.get_by_label("Filter (BTQL)")

    field.click()
    field.press_sequentially("metadata.prop")
    page.get_by_role("option", name="metadata.proposed").wait_for()
    field.press("ArrowDown")
    field.press("Enter")
    field.press_sequentially("= ")
    page.get_by_role("option", name="'this one'").click()
    field.press("Escape")
    field.press("Enter")

    expect(page).to_have_url(re.compile("filter=metadata.proposed"))
    expect(page.get_by_role("region", name="Rows").locator("tbody tr")).to_have_count(1)


def test_rows_are_walked_through_and_opened_by_keys(tab: Tab) -> None:
    page = tab.open(f"{LOGS}?filter=id%20%3D%20%27answer%27%20or%20id%20%3D%20%27broken%27")
    links = page.get_by_role("region", name="Rows").locator("tbody th a")
    expect(page.locator("[data-island=keys][data-mounted]")).to_be_attached()
    expect(page.locator("[data-island=rows][data-mounted]")).to_be_attached()

    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox").first).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("answer")


def test_a_question_mark_lists_the_keys_in_a_dialog(tab: Tab) -> None:
    page = tab.open(LOGS)
    expect(page.locator("[data-island=keys][data-mounted]")).to_be_attached()

    page.keyboard.press("?")

    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("next row")
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_rows_are_reviewed_by_keys_that_do_nothing_while_somebody_types(
    tab: Tab, collector: Collector
) -> None:
    ids = ("first", "second", "third")
    send(collector, *({"id": each, "input": each, "metadata": {"judged": 1}} for each in ids))
    page = tab.open(f"/app/local/p/{PROJECT}/review?filter=metadata.judged%20%3D%201")
    keys, status = page.locator("[data-island=keys][data-mounted]"), page.get_by_role("status")
    expect(page.get_by_role("heading", name="Feedback")).to_be_focused()
    expect(status).to_contain_text("3 rows waiting")
    expect(keys).to_be_attached()

    page.keyboard.press("c")
    page.keyboard.type("10s")
    expect(page.get_by_label("Comment")).to_have_value("10s")
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    expect(status).to_contain_text("2 rows waiting")
    expect(page.get_by_role("heading", name="Feedback")).to_be_focused()
    expect(keys).to_be_attached()
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("cursor="))
    expect(keys).to_be_attached()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("the row is good")
    page.keyboard.press("1")
    page.keyboard.press("Escape")
    page.keyboard.press("1")

    expect(page.get_by_text("No row is waiting behind this one.")).to_be_visible()
    rated = collector.query(
        f"select: scores.rating as rating | from: project_logs('{PROJECT}') | filter: metadata.judged = 1"
    )
    assert sorted(str(each["rating"]) for each in rated) == ["0", "1", "None"]


def test_keys_lead_to_the_filter_and_to_other_pages(tab: Tab) -> None:
    page = tab.open(LOGS)
    expect(page.locator("[data-island=keys][data-mounted]")).to_be_attached()

    page.keyboard.press("/")
    expect(page.get_by_label("Filter (BTQL)")).to_be_focused()
    page.keyboard.type("gm")
    expect(page.get_by_label("Filter (BTQL)")).to_have_value("gm")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("m")

    expect(page.get_by_role("heading", level=1)).to_have_text("Monitor")


def test_a_page_that_listens_does_not_hold_up_a_shutdown(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        feed(collector)
        with httpx.stream("GET", f"{collector.api}{LOGS}/live", timeout=60) as answer:
            parts = answer.iter_text()
            next(parts)

            collector.process.terminate()

            assert "".join(parts).count("event: changed") <= 1  # it ends as a stream does, and is not cut off
