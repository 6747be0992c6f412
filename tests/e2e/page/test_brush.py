"""A stretch of time chosen on a chart, in a real browser before a real sidecar."""

import re
from typing import Final
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from otel_bridge_collector.ui.script import built_script
from tests.support.browser import Tab, faults_of, needs_chromium
from tests.support.collector import Collector
from tests.support.page_data import PROJECT, Seen

pytestmark = [
    needs_chromium,
    pytest.mark.slow,
    pytest.mark.skipif(not built_script().entry, reason="the script was not built: make ui"),
]

FILTER: Final = quote("metadata.brushed = 1")
MONITOR: Final = (
    f"/app/local/p/{PROJECT}/monitor?filter={FILTER}&from=2026-02-01T00:00&until=2026-02-01T11:00&rows=traces"
)


@pytest.fixture
def page(script_tab: Tab, collector: Collector, seen: Seen) -> Page:
    """The monitor with a number at each hour from 0 to 10, of a quarter of an hour each."""
    place = {"project_id": seen.project_id, "log_id": "g", "metadata": {"brushed": 1}}
    rows = [
        {**place, "id": f"hour-{hour}", "input": f"hour {hour}", "created": f"2026-02-01T{hour:02}:00:00Z"}
        for hour in range(11)
    ]
    httpx.post(f"{collector.api}/logs3", json={"rows": rows}).raise_for_status()
    opened = script_tab.open(MONITOR)
    expect(opened.locator("[data-island=brush][data-mounted]").first).to_be_attached()
    return opened


def chart_of(page: Page) -> Locator:
    return page.get_by_role("region", name="Rows", exact=True).first


def box_of(page: Page) -> FloatRect:
    drawing = chart_of(page).locator("svg.chart")
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box
    return box


def drag(page: Page, begin: float, end: float) -> None:
    box = box_of(page)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * begin, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * end, middle, steps=5)


def test_a_drag_over_a_chart_zooms_into_its_time(page: Page) -> None:
    drag(page, 0.64, 0.26)
    expect(chart_of(page).get_by_role("status")).to_have_text(
        "2026-02-01 02:45:00 to 2026-02-01 06:30:00 UTC"
    )
    assert faults_of(page) == []
    page.mouse.up()

    page.wait_for_url(re.compile("from=2026-02-01T02%3A45%3A00&until=2026-02-01T06%3A30%3A00"))
    expect(page.get_by_label("Filter (BTQL)")).to_have_value("metadata.brushed = 1")
    expect(page.locator("#rows")).to_have_value("traces")
    chart_of(page).get_by_text("As a table").click()
    expect(chart_of(page).locator("tbody tr")).to_have_count(4)


def test_escape_lets_go_of_a_drag(page: Page) -> None:
    drag(page, 0.26, 0.64)
    page.keyboard.press("Escape")
    page.mouse.up()

    expect(chart_of(page).get_by_role("status")).to_have_text("")
    assert page.url.endswith(MONITOR)


def test_a_press_without_a_drag_still_leads_to_the_logs_behind_a_point(page: Page) -> None:
    box_of(page)
    chart_of(page).locator("svg.chart circle").nth(3).click()

    expect(page.get_by_role("region", name="Rows").locator("tbody tr")).to_have_count(1)
    expect(page.get_by_text("hour 3")).to_be_visible()


def test_keys_choose_a_stretch_of_a_chart(page: Page) -> None:
    keys = chart_of(page).get_by_role("button", name="Choose a stretch of Rows")
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    keys.press("Shift+ArrowRight")
    expect(chart_of(page).get_by_role("status")).to_have_text(
        "2026-02-01 00:15:00 to 2026-02-01 00:45:00 UTC"
    )
    keys.press("Escape")
    expect(chart_of(page).get_by_role("status")).to_have_text("")

    keys.press("Shift+End")
    keys.press("Shift+ArrowLeft")
    keys.press("Enter")

    page.wait_for_url(re.compile("from=2026-02-01T00%3A00%3A00&until=2026-02-01T10%3A00%3A00"))


def test_the_list_of_keys_has_those_of_charts(page: Page) -> None:
    page.keyboard.press("?")

    expect(page.get_by_role("dialog")).to_contain_text("choose a stretch of a chart")
