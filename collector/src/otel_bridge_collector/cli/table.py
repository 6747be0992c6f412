"""Tables on a terminal or in a pipe: values cut to a line each."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Final, cast

from rich.console import Console
from rich.table import Table

from otel_bridge_collector.cli.terminal import printable

_WIDEST_CELL: Final = 60
_DIGITS: Final = 15
"""As many as every double keeps: 0.1 + 0.2 is 0.3."""

_TIMES: Final = 1e9
"""From here on numbers may be Unix seconds, whose microseconds need more digits."""

_PIPE_WIDTH: Final = 160
"""Width of a table that goes to no terminal."""


def print_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows of JSON values under the names of their columns."""
    table = Table(*names)
    for row in rows:
        table.add_row(*(_short(printable(cell(_shown(value)))) for value in row))
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    Console(markup=False, highlight=False, width=width).print(table)


def print_whole_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of texts whole, over as many lines as they take."""
    table = Table(*names, show_lines=True)
    for row in rows:
        table.add_row(*(printable(text) for text in row))
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    Console(markup=False, highlight=False, width=width).print(table)


def cell(value: object) -> str:
    """Return a JSON value as text; a string is itself, and null is nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shown(value: object) -> object:
    """Return a JSON value for people: fractions with the digits that say something, not with those that binary numbers add."""
    if isinstance(value, float) and abs(value) < _TIMES:
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, list):
        return [_shown(each) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in cast("dict[str, object]", value).items()}
    return value


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _WIDEST_CELL else f"{line[: _WIDEST_CELL - 1]}…"
