"""A real browser before the page: Debian's Chromium, which tells all that it complains of and asks for."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

CHROMIUM: Final = shutil.which("chromium") or ""
needs_chromium: Final = pytest.mark.skipif(not CHROMIUM, reason="no chromium here: apt-get install chromium")

_AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

Scheme = Literal["light", "dark"]
WIDTHS: Final = (1440, 390)
SCHEMES: Final[tuple[Scheme, ...]] = ("light", "dark")


@dataclass(kw_only=True)  # Playwright keeps its wrappers on the object of a method
class Tab:
    """One tab of a browser before a sidecar.

    Attributes:
        complaints: what the console said as an error or a warning, and scripts that failed. That a page itself was answered
            with 4xx is none: what it shows is tested.
        foreign: addresses of other origins that were asked for.
    """

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Show the page of a path."""
        self.page.goto(self.origin + path)
        return self.page

    def watch(self) -> None:
        """Begin to note what is wrong."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        is_page_status = message.text.startswith("Failed to load resource") and (
            message.location["url"].split("#")[0] == self.page.url.split("#")[0]
        )
        if message.type in ("error", "warning") and not is_page_status:
            self.complaints.append(f"{message.text} ({self.page.url})")

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url)[:2] != urlsplit(self.origin)[:2]:
            self.foreign.append(request.url)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Run Chromium without a window."""
    with sync_playwright() as playwright:
        # CI runs as root, where Chromium refuses to start with its sandbox; it meets our own pages alone.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def tab_of(browser: Browser, origin: str, *, width: int = 1440, **options: Any) -> Iterator[Tab]:
    """Open a tab with cookies of its own; at the end nothing may have gone wrong in it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    context.set_default_timeout(20_000)
    try:
        tab = Tab(page=context.new_page(), origin=origin)
        tab.watch()
        yield tab
        assert (tab.complaints, tab.foreign) == ([], [])
    finally:
        context.close()


def faults_of(page: Page) -> list[str]:
    """What axe finds on a page that is serious or critical, with the first place of each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    # It need not say where else it looked: that takes more of its time than looking.
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [
        f"{each['id']}: {each['help']} ({each['nodes'][0]['html'][:200]}; {each['nodes'][0].get('failureSummary')})"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


def overflow_px(page: Page) -> int:
    """How far the page itself scrolls to the side."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def confirm(page: Page, label: str) -> None:
    """Press what asks before it does something, and the button that does it."""
    named = page.get_by_text(label, exact=True).or_(page.get_by_label(label))
    opener = page.locator(".ask > summary").and_(named)
    opener.click()
    opener.locator("..").get_by_role("button").click()
