"""The playground in a real browser before a real sidecar, whose models are a provider on loopback."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import Tab, faults_of, needs_chromium, overflow_px, tab_of
from tests.support.functions import Ground, ground
from tests.support.openai_server import REFUSED
from tests.support.page_data import PROJECT, feed
from tests.support.provider import HANG_IN_STREAM

pytestmark = [needs_chromium, pytest.mark.slow]

PATH = f"/app/local/p/{PROJECT}/playground"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("playground")) as running:
        feed(running.collector)
        yield running


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def tab(request: pytest.FixtureRequest, browser: Browser, here: Ground) -> Iterator[Tab]:
    with tab_of(browser, here.collector.api, java_script_enabled=request.param) as opened:
        yield opened


def test_a_saved_prompt_is_tried_beside_a_variant(tab: Tab) -> None:
    page = tab.open(f"/app/local/p/{PROJECT}/prompts/parcels")
    page.get_by_role("link", name="Try it").click()

    page.get_by_role("button", name="Run", exact=True).first.click()
    expect(page.get_by_role("alert")).to_contain_text("Missing: parcel")
    page.get_by_label("parcel", exact=True).fill("A-17")
    page.get_by_role("button", name="Add a variant").click()
    page.get_by_label("Variant B", exact=True).get_by_label("Model").fill(REFUSED)
    page.get_by_role("button", name="Run", exact=True).first.click()

    expect(page.get_by_role("group", name="Variant A gave")).to_contain_text("hi")
    expect(page.get_by_role("group", name="Variant B gave")).to_contain_text("there is no such model")
    page.get_by_role("button", name="Remove Variant B").click()
    page.get_by_label("parcel", exact=True).press("Control+a")
    page.get_by_role("button", name="Run", exact=True).first.click()
    page.get_by_role("link", name="Trace").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where parcels are")


def test_what_was_tried_is_kept_as_a_prompt(tab: Tab) -> None:
    page = tab.open(PATH)
    page.get_by_role("textbox", name="Variant A, Message 2").fill("Say {{word}}")
    page.get_by_role("button", name="Keep Variant A as a prompt").click()

    name = f"Kept {uuid.uuid4().hex}"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Make prompt").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Prompt {name}")
    expect(page.get_by_text("Say {{word}}").first).to_be_visible()


def test_enter_in_a_field_runs(tab: Tab, here: Ground) -> None:
    page = tab.open(PATH)
    page.get_by_role("textbox", name="Variant A, Message 2").fill("Say hello")
    here.provider.asked.clear()

    page.get_by_label("Model").fill("gpt-4o-mini")
    page.get_by_label("Model").press("Enter")

    expect(page.get_by_role("group", name="Variant A gave")).to_contain_text("hi")
    assert len(here.provider.asked) == 1


def test_an_answer_is_shown_as_it_comes_and_stopped(browser: Browser, here: Ground) -> None:
    here.provider.gone.clear()
    with tab_of(browser, here.collector.api) as tab:
        page = tab.open(PATH)
        expect(page.locator("[data-island=playground][data-mounted]")).to_be_attached()
        page.get_by_role("textbox", name="Variant A, Message 2").fill("Say hello")
        page.get_by_label("Model").fill("gpt-4o-mini")
        here.provider.faults.append(HANG_IN_STREAM)

        page.get_by_role("button", name="Run", exact=True).first.click()
        expect(page.get_by_role("group", name="Variant A gives")).to_have_text("h")
        expect(page.get_by_role("status")).to_contain_text("Running")
        assert faults_of(page) == []
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("status")).to_contain_text("Stopped")
        assert here.provider.gone.wait(20)
        expect(page.get_by_role("textbox", name="Variant A, Message 2")).to_have_value("Say hello")
        page.get_by_role("button", name="Run", exact=True).first.click()

        expect(page.get_by_role("group", name="Variant A gave")).to_contain_text("hi")
        expect(page.get_by_role("button", name="Run", exact=True).first).to_be_focused()
        expect(page.locator("[data-island=playground][data-mounted]")).to_be_attached()


def test_a_run_on_a_dataset_leads_to_its_experiment(tab: Tab) -> None:
    page = tab.open(PATH)
    page.get_by_role("textbox", name="Variant A, Message 2").fill("Answer: {{input}}")
    page.get_by_label("Model").fill("gpt-4o-mini")
    page.get_by_label("Dataset", exact=True).select_option("questions")
    page.get_by_label("Records", exact=True).fill("2")
    page.get_by_label("Keep as experiment").fill("tried")
    page.get_by_role("button", name="Run on the newest records").click()

    outputs = page.get_by_role("region", name="Outputs of records")
    expect(outputs.get_by_text("hi", exact=True)).to_have_count(2)
    page.get_by_role("link", name="tried", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Experiment tried")
    expect(page.get_by_text("question 1").or_(page.get_by_text("question 2")).first).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_outputs_have_no_serious_fault_and_fit_the_window(browser: Browser, here: Ground, width: int) -> None:
    with tab_of(browser, here.collector.api, width=width) as tab:
        page = tab.open(f"{PATH}?prompt=parcels")
        page.get_by_label("As JSON").fill('{"parcel": "A-17"}')
        page.get_by_role("button", name="Add a variant").click()
        page.get_by_label("Variant B", exact=True).get_by_label("Model").fill(REFUSED)
        page.get_by_role("button", name="Run", exact=True).first.click()
        expect(page.get_by_role("group", name="Variant A gave")).to_be_visible()

        assert (faults_of(page), overflow_px(page)) == ([], 0)
        page.get_by_label("Dataset", exact=True).select_option("questions")
        page.get_by_role("button", name="Run on the newest records").click()
        expect(page.get_by_role("region", name="Outputs of records")).to_be_visible()

        assert (faults_of(page), overflow_px(page)) == ([], 0)
