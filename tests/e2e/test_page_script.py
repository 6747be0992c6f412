"""What the script of the page adds, in a real browser before a real sidecar."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from otel_bridge_collector.ui.script import built_script
from tests.support.browser import Tab, needs_chromium, running_browser, tab_of
from tests.support.collector import Collector, running_collector
from tests.support.page_data import Seen, feed

pytestmark = [
    needs_chromium,
    pytest.mark.slow,
    pytest.mark.skipif(not built_script().entry, reason="the script was not built: make ui"),
]


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("script") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def seen(collector: Collector) -> Seen:
    return feed(collector)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def tab(browser: Browser, collector: Collector, seen: Seen) -> Iterator[Tab]:
    del seen
    permissions = ["clipboard-read", "clipboard-write"]
    with tab_of(browser, collector.api, permissions=permissions) as opened:
        yield opened


def test_the_two_variables_are_copied_with_a_button(tab: Tab, collector: Collector) -> None:
    page = tab.open("/app")

    page.get_by_role("button", name="Copy").first.click()

    expect(page.get_by_role("status").first).to_have_text("Copied")
    assert collector.otlp_http in page.evaluate("navigator.clipboard.readText()")
