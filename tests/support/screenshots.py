"""Write a picture of every page: light and dark, wide and narrow. usage: python -m tests.support.screenshots FOLDER."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.browser import SCHEMES, WIDTHS, running_browser, tab_of
from tests.support.collector import running_collector
from tests.support.page_data import feed
from tests.support.page_paths import page_paths


def write_screenshots(folder: Path) -> int:
    """Write `NAME-SCHEME-WIDTH.png` for every page; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    with (
        TemporaryDirectory() as data,
        running_collector(Path(data) / "data") as collector,
        running_browser() as browser,
    ):
        paths = page_paths(feed(collector))
        for scheme in SCHEMES:
            for width in WIDTHS:
                with tab_of(browser, collector.api, width=width, color_scheme=scheme) as tab:
                    for name, path in paths.items():
                        page = tab.open(path)
                        page.wait_for_load_state("networkidle")  # script makes parts of a page anew
                        page.screenshot(path=folder / f"{name}-{scheme}-{width}.png")
                        written += 1
    return written


if __name__ == "__main__":
    target = Path(sys.argv[1])
    sys.stdout.write(f"{write_screenshots(target)} pictures in {target}\n")
