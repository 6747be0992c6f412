"""Experiments, datasets, prompts and feedback in a real browser before a real sidecar, with script and without."""

import re
import uuid

import pytest
from playwright.sync_api import expect

from tests.support.browser import Tab, confirm, needs_chromium
from tests.support.page_data import PROJECT

pytestmark = [needs_chromium, pytest.mark.slow]

BASE = f"/app/local/p/{PROJECT}"


def test_ticked_experiments_are_compared_case_by_case(tab: Tab) -> None:
    page = tab.open(f"{BASE}/experiments")

    page.get_by_role("checkbox", name="Tick first").check()
    page.get_by_role("checkbox", name="Tick second").check()
    page.get_by_role("button", name="Compare the ticked ones").click()
    page.get_by_role("link", name="regressed 1").click()

    cases = page.get_by_role("region", name="Cases").locator("tbody > tr")
    expect(cases).to_have_count(1)
    expect(cases.first).to_contain_text("question 1")
    cases.first.get_by_role("link", name="Trace of", exact=False).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("eval")


def test_a_dataset_is_made_and_its_records_are_edited(tab: Tab) -> None:
    page = tab.open(f"{BASE}/datasets")
    page.get_by_label("Name").fill("made here")
    page.get_by_role("button", name="Make dataset").click()
    page.get_by_role("link", name="New record").click()

    page.get_by_label("Input").fill('{"q": }')
    page.get_by_role("button", name="Save record").click()
    expect(page.get_by_role("alert")).to_contain_text("line 1, column 7")
    page.get_by_label("Input").fill('{"q": "first"}')
    page.get_by_role("button", name="Save record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Record")

    page.get_by_role("link", name="Edit record").click()
    page.get_by_label("Input").fill('{"q": "second"}')
    page.get_by_role("button", name="Save record").click()
    page.get_by_role("link", name="Datasets").click()
    page.get_by_role("link", name="made here").first.click()
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="What version", exact=False).first.click()
    expect(page.locator("ins")).to_have_text(["second"])

    page.get_by_role("region", name="Record", exact=False).get_by_role("link").first.click()
    confirm(page, "Delete record")
    expect(page.get_by_text("No rows")).to_be_visible()


def test_a_version_of_a_prompt_is_compared_with_the_one_before(tab: Tab) -> None:
    page = tab.open(f"{BASE}/prompts")

    page.get_by_role("link", name="Where parcels are").click()
    page.get_by_role("link", name="What version", exact=False).first.click()

    differs = page.get_by_role("region", name="What differs")
    expect(differs.locator("ins").first).to_contain_text("the parcel")


def test_the_monitor_zooms_by_its_form_and_out_by_a_link(tab: Tab) -> None:
    page = tab.open(f"{BASE}/monitor")

    page.get_by_label("From (UTC)").fill("2001-01-01T00:00")
    page.get_by_label("until (UTC)").fill("2001-01-02T00:00")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No rows")).to_be_visible()
    page.get_by_role("link", name="All of it").click()

    expect(page.get_by_role("heading", name="Rows")).to_be_visible()


def test_a_view_of_the_monitor_is_kept_and_deleted(tab: Tab) -> None:
    page = tab.open(f"{BASE}/monitor?by=metadata.model")

    page.get_by_text("Keep this view").click()
    page.get_by_label("Name", exact=True).fill("by model")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("link", name="Monitor").click()
    page.get_by_role("link", name="by model").click()
    expect(page.get_by_label("Group by")).to_have_value("metadata.model")

    confirm(page, "Delete the view by model")
    expect(page.get_by_role("link", name="by model")).to_have_count(0)


def test_a_prompt_is_made_edited_and_used_by_an_environment(tab: Tab) -> None:
    name = f"Made {uuid.uuid4().hex}"
    page = tab.open(f"{BASE}/prompts")
    page.get_by_role("link", name="New prompt").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Message 2", exact=True).fill("Say {{word}}")
    page.get_by_role("button", name="Add a message").click()
    page.get_by_label("Message 3", exact=True).fill("Now.")
    page.get_by_label("Parameters").fill('{"temperature": }')
    page.get_by_role("button", name="Make prompt").click()
    expect(page.get_by_role("alert")).to_contain_text("Parameters, line 1, column 17")
    page.get_by_label("Parameters").fill('{"temperature": 0}')
    page.get_by_role("button", name="Make prompt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Prompt {name}")

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Message 2", exact=True).fill("At once.")
    page.get_by_role("button", name="Save as a new version").click()
    page.get_by_role("link", name="What version", exact=False).first.click()
    expect(page.get_by_role("region", name="What differs").locator("ins").first).to_contain_text("At once")

    page.get_by_label("Let this environment use the shown version").fill("staging")
    page.get_by_role("button", name="Use it there").click()
    used = page.get_by_role("cell", name="staging")
    expect(used).to_have_count(1)
    confirm(page, "Let staging use no version")
    expect(used).to_have_count(0)


def test_a_dashboard_is_made_mended_and_taken_elsewhere(tab: Tab) -> None:
    page = tab.open(f"{BASE}/monitor")
    page.get_by_role("link", name="Dashboards").click()
    page.get_by_role("link", name="New dashboard").click()

    page.get_by_label("Name").fill("made here")
    page.get_by_label("Title").fill("Calls")
    page.get_by_label("Measure (BTQL)").fill("countt(1)")
    page.get_by_role("button", name="Add a chart").click()
    second = page.get_by_role("group", name="Chart 2")
    expect(second.get_by_label("Title")).to_be_focused()
    second.get_by_label("Title").fill("Slowest")
    second.get_by_label("Measure (BTQL)").fill("max(duration)")
    second.get_by_label("Measure (BTQL)").press("Enter")
    expect(page.get_by_role("group", name="Chart 1").get_by_role("alert")).to_contain_text("countt")
    page.get_by_role("group", name="Chart 1").get_by_label("Measure (BTQL)").fill("count(1)")
    page.get_by_role("button", name="Move chart 2 up").click()
    page.get_by_role("button", name="Save dashboard").click()

    expect(page.get_by_role("heading", level=2)).to_have_text(["Slowest", "Calls"])
    page.get_by_text("As JSON").click()
    text = page.locator("pre").inner_text()
    confirm(page, "Delete dashboard")
    page.get_by_text("Read one in").click()
    page.get_by_label("JSON", exact=True).fill(text)
    page.get_by_role("button", name="Read in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("made here")
    confirm(page, "Delete dashboard")


def test_a_chart_of_a_dashboard_leads_to_the_logs_behind_it(tab: Tab) -> None:
    page = tab.open(f"{BASE}/dashboards/Costs")
    chart = page.get_by_role("region", name="Tokens").first

    chart.get_by_text("As a table").click()
    chart.get_by_role("row").nth(1).get_by_role("link").last.click()

    expect(page.get_by_label("Filter (BTQL)")).to_have_value(re.compile("metadata.plan"))
