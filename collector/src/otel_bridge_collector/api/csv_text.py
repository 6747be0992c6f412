"""Rows as CSV that no spreadsheet takes for formulas.

What a row holds may come from anybody, and a spreadsheet runs a cell that begins like a formula. Such a text gets an apostrophe
before it, and numbers stay as they are.

Source: OWASP, "CSV Injection", read 2026-11: cells that begin with `=`, `+`, `-`, `@`, tab, carriage return or line feed, also in their full-width forms.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

_FORMULA: Final = re.compile("[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def to_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]], cell: Callable[[Any], str]) -> str:
    """Return a line of names, and one for each row.

    Args:
        names: of the columns.
        rows: each with all of them.
        cell: writes a value as text.
    """
    lines = _Lines()
    # The writer puts into quotes what holds an end of a line as it is told to write them: a lone carriage return ends one too.
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in names])
    writer.writerows([guarded(cell(row[name])) for name in names] for row in rows)
    return "".join(lines.written)


class _Lines:
    """Takes lines as the writer ends them, and ends them with a line feed alone."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, line: str) -> None:
        self.written.append(line.removesuffix("\r\n") + "\n")


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet runs: with an apostrophe where it begins like a formula and is no number."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
