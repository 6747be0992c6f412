"""The page over many rows: how soon a browser shows what was asked for. usage: python -m benchmarks.sidecar.looking [--rows N] [--keep FOLDER].

Each page is asked for in a sidecar that holds N rows, and a trace of 5,000 spans besides. The first look at each is cold.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx
from benchmarks.sidecar.stored import grown
from playwright.sync_api import Page

from tests.support.browser import running_browser, tab_of
from tests.support.collector import running_command
from tests.support.large_trace import TRACE_ID, feed_large

ROWS: Final = 1_000_000
SPANS: Final = 5_000
TIMES: Final = 5
_PROJECT: Final = "bench-0"
_LOGS: Final = f"/app/local/p/{_PROJECT}/logs"
_ROW: Final = "table.rows tbody tr, main > div > p"
_STEP: Final = "[role=tree] [role=treeitem], ol.steps li"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Something that is looked at.

    Attributes:
        asked: what its URL asks for.
        path: of its page.
        seen: selector of what is waited for: rows, or that there are none.
        limit_ms: budget of the median.
    """

    asked: Mapping[str, str]
    path: str = _LOGS
    seen: str = _ROW
    limit_ms: int = 1_000


LOOKS: Final[Mapping[str, Look]] = {
    "first page": Look(asked={}),
    "filter by metadata": Look(asked={"filter": "metadata.user_id = 'u17'"}),
    "filter by metadata, spans": Look(asked={"filter": "metadata.user_id = 'u17'", "rows": "spans"}),
    "filter by score, spans": Look(asked={"filter": "scores.Factuality > 0.9", "rows": "spans"}),
    "errors": Look(asked={"filter": "error IS NOT NULL"}),
    "unreviewed, last 24 hours": Look(
        asked={"filter": """NOT audit_data ILIKE '%"source":"app"%'""", "since": "24h"}
    ),
    f"a trace of {SPANS:,} spans": Look(
        asked={"r": TRACE_ID, "s": TRACE_ID}, path=_LOGS, seen=_STEP, limit_ms=1_500
    ),
}


def measure(rows: int, keep: Path | None) -> Mapping[str, Sequence[float]]:
    """Return the milliseconds from asking for each page until what it is waited for can be seen; the first of each is cold."""
    with (
        grown(rows, keep) as used,
        running_command(used) as collector,
        running_browser() as browser,
        tab_of(browser, collector.api) as tab,
    ):
        feed_large(collector.api, _project_id(collector.api), SPANS)
        tab.open("/app")
        return {
            name: [_shown_ms(tab.page, collector.api, look) for _ in range(TIMES)]
            for name, look in LOOKS.items()
        }


def _project_id(api: str) -> str:
    found = httpx.get(f"{api}/v1/project", params={"project_name": _PROJECT}, timeout=60).json()["objects"]
    return str(found[0]["id"])


def _shown_ms(page: Page, api: str, look: Look) -> float:
    began_s = time.perf_counter()
    page.goto(f"{api}{look.path}?{urlencode(look.asked)}", wait_until="commit")
    page.locator(look.seen).first.wait_for()
    return (time.perf_counter() - began_s) * 1000


def main() -> int:
    """Print a table; return 1 where the median of a page is above its budget."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=ROWS)
    options.add_argument("--keep", type=Path, help="where the store is kept for the next time")
    given = options.parse_args()
    measured = measure(given.rows, given.keep)
    print(f"{given.rows:,} rows; what a browser shows, ms")
    print(f"{'':<28} {'first':>7} {'median':>7} {'worst':>7} {'budget':>7}")
    is_good = True
    for name, each in measured.items():
        limit_ms, median_ms = LOOKS[name].limit_ms, statistics.median(each)
        is_good = is_good and median_ms <= limit_ms
        verdict = "" if median_ms <= limit_ms else "  above it"
        print(f"{name:<28} {each[0]:>7.0f} {median_ms:>7.0f} {max(each):>7.0f} {limit_ms:>7,}{verdict}")
    return int(not is_good)


if __name__ == "__main__":
    sys.exit(main())
