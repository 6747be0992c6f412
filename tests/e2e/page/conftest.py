"""A real browser before a real sidecar with a project."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Tab, running_browser, tab_of
from tests.support.collector import Collector, running_collector
from tests.support.page_data import Seen, feed


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("page") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def seen(collector: Collector) -> Seen:
    return feed(collector)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def tab(request: pytest.FixtureRequest, browser: Browser, collector: Collector, seen: Seen) -> Iterator[Tab]:
    del seen
    with tab_of(browser, collector.api, java_script_enabled=request.param) as opened:
        yield opened


@pytest.fixture
def script_tab(browser: Browser, collector: Collector, seen: Seen) -> Iterator[Tab]:
    """With script, which may write to the clipboard."""
    del seen
    permissions = ["clipboard-read", "clipboard-write"]
    with tab_of(browser, collector.api, permissions=permissions) as opened:
        yield opened


@pytest.fixture
def plain_tab(browser: Browser, collector: Collector, seen: Seen) -> Iterator[Tab]:
    """Without script."""
    del seen
    with tab_of(browser, collector.api, java_script_enabled=False) as opened:
        yield opened
