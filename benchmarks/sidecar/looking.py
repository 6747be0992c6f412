"""The page over many rows: how soon a browser shows the first of them. usage: python -m benchmarks.sidecar.looking [--rows N] [--keep FOLDER]."""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from benchmarks.sidecar.stored import grow
from playwright.sync_api import Page

from tests.support.browser import running_browser, tab_of
from tests.support.collector import running_collector

ROWS: Final = 1_000_000
TIMES: Final = 5
LIMIT_MS: Final = 1_000
_LOGS: Final = "/app/local/p/bench-0/logs"

ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "first page": {},
    "filter by metadata": {"filter": "metadata.user_id = 'u17'"},
    "filter by metadata, spans": {"filter": "metadata.user_id = 'u17'", "rows": "spans"},
    "filter by score, spans": {"filter": "scores.Factuality > 0.9", "rows": "spans"},
    "errors": {"filter": "error IS NOT NULL"},
    "unreviewed, last 24 hours": {"filter": """NOT audit_data ILIKE '%"source":"app"%'""", "since": "24h"},
}
"""What is looked at -> what the URL asks for."""


def measure(rows: int, keep: Path | None) -> Mapping[str, Sequence[float]]:
    """Return the milliseconds from asking for each page until its rows, or that there are none, can be seen; the first of each is cold."""
    with tempfile.TemporaryDirectory(prefix="bench-page-") as scratch:
        grown = (keep or Path(scratch)) / f"rows-{rows}"
        grow(grown, rows)
        used = Path(scratch) / "used"  # what a page writes must not stay
        shutil.copytree(grown, used)
        with (
            running_collector(used) as collector,
            running_browser() as browser,
            tab_of(browser, collector.api) as tab,
        ):
            tab.open("/app")
            return {
                name: [
                    _shown_ms(tab.page, f"{collector.api}{_LOGS}?{urlencode(asked)}") for _ in range(TIMES)
                ]
                for name, asked in ASKED.items()
            }


def _shown_ms(page: Page, url: str) -> float:
    began_s = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator("table.rows tbody tr, main > div > p").first.wait_for()
    return (time.perf_counter() - began_s) * 1000


def main() -> int:
    """Print a table; return 1 where the median of a page is above the budget."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--keep", type=Path, help="where the store is kept for the next time")
    given = options.parse_args()
    measured = measure(given.rows, given.keep)
    print(f"{given.rows:,} rows; first rows seen by a browser, ms; budget {LIMIT_MS:,} for the median")
    for name, each in measured.items():
        print(
            f"{name:<28} first {each[0]:>7.0f}   median {statistics.median(each):>7.0f}   worst {max(each):>7.0f}"
        )
    return int(any(statistics.median(each) > LIMIT_MS for each in measured.values()))


if __name__ == "__main__":
    sys.exit(main())
