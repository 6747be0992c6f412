"""Write docs/conventions from the docstrings of the conventions.

usage: python -m tests.support.convention_docs
"""

import inspect
from pathlib import Path
from typing import Final

from otel_bridge_collector.translate import CONVENTIONS

FOLDER: Final = Path(__file__).parents[2] / "docs" / "conventions"


def pages() -> dict[Path, str]:
    """Return the text of each page by its path."""
    found = {FOLDER / f"{each.NAME}.md": f"# {each.NAME}\n\n{inspect.getdoc(each)}\n" for each in CONVENTIONS}
    return {FOLDER / "README.md": _index(), **found}


def _index() -> str:
    rows = [
        f"{place}. [{each.NAME}]({each.NAME}.md): {(inspect.getdoc(each) or '').splitlines()[0]}"
        for place, each in enumerate(CONVENTIONS, start=1)
    ]
    return "\n".join([*_INTRODUCTION, *rows, ""])


_INTRODUCTION: Final = (
    "# Conventions",
    "",
    "What the sidecar understands of a span's attributes, in order of precedence: of two values for one key the first",
    "counts. Among several inputs or outputs the order is that of `Rank` in `translate/partial.py`. An attribute that",
    "nobody reads, or whose value loses and is not contained in the winner, stays in `metadata` under its own name.",
    "",
    "These pages are made by `make docs` from the modules in `translate/conventions`.",
    "",
)


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
