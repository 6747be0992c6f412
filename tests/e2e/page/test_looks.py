"""How every page looks in a real browser: it is accessible, fits its window, and is quiet."""

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import (
    SCHEMES,
    WIDTHS,
    Scheme,
    faults_of,
    needs_chromium,
    overflow_px,
    tab_of,
)
from tests.support.collector import Collector
from tests.support.page_data import Seen
from tests.support.page_paths import page_paths

pytestmark = [needs_chromium, pytest.mark.slow]

PAGES = tuple(page_paths(Seen(project_id="", experiment_id="", dataset_id="")))


@pytest.fixture(scope="module")
def paths(seen: Seen) -> dict[str, str]:
    return page_paths(seen)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_tag_has_its_colour_beside_a_text_in_the_colour_of_the_page(
    browser: Browser, collector: Collector, paths: dict[str, str], scheme: Scheme
) -> None:
    with tab_of(browser, collector.api, color_scheme=scheme, java_script_enabled=False) as tab:
        page = tab.open(paths["logs"])
        tag = page.locator(".tag", has_text="vip").first

        expect(tag.locator("circle")).to_have_css("fill", "rgb(255, 212, 0)")
        text = page.locator("body").evaluate("body => getComputedStyle(body).color")
        expect(tag).to_have_css("color", text)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_serious_fault_and_fits_its_window(
    browser: Browser, collector: Collector, paths: dict[str, str], name: str
) -> None:
    with tab_of(browser, collector.api) as tab:
        for width in WIDTHS:
            tab.page.set_viewport_size({"width": width, "height": 900})
            page = tab.open(paths[name])
            for scheme in SCHEMES:  # colours alone depend on it: no page is opened again for it
                page.emulate_media(color_scheme=scheme)

                assert (faults_of(page), overflow_px(page)) == ([], 0), (width, scheme)
