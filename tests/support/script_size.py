"""How many bytes a browser fetches for the page, packed, and whether that is within the budget."""

import gzip
import sys
from typing import Final

from otel_bridge_collector.ui.routes import STYLE
from otel_bridge_collector.ui.script import built_script

BUDGET_BYTES: Final = 250_000


def main() -> int:
    """Print a table; return 1 where the sum is above the budget or there is no script."""
    script = built_script()
    sizes = {
        name: len(gzip.compress(content))
        for name, content in {**script.contents, "style.css": STYLE}.items()
        if name.endswith((".js", ".css"))
    }
    total = sum(sizes.values())
    rows = [*sorted(sizes.items(), key=lambda each: -each[1]), ("all", total), ("budget", BUDGET_BYTES)]
    sys.stdout.writelines(f"{name:<32} {size:>8,} bytes gzip\n" for name, size in rows)
    return 0 if script.entry and total <= BUDGET_BYTES else 1


if __name__ == "__main__":
    sys.exit(main())
