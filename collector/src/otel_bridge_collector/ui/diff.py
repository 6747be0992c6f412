"""What differs between two texts, word by word or line by line: pure, and bounded in time."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

MAX_PARTS: Final = 1_000
"""Of each text: beyond that many words, lines are compared; beyond that many lines, nothing is."""

_WORDS: Final = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A part of the two texts.

    Attributes:
        kind: `removed` is of the first text alone, `added` of the second.
    """

    kind: Literal["same", "removed", "added"]
    text: str


def changes_of(before: str, after: str) -> Sequence[Change]:
    """Return the parts of two texts in order; the texts come back whole from them."""
    for split in (_WORDS.findall, _lines):
        first, second = split(before), split(after)
        if max(len(first), len(second)) <= MAX_PARTS:
            return list(_compared(first, second))
    return list(_pair(before, after))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _compared(first: Sequence[str], second: Sequence[str]) -> Iterator[Change]:
    for kind, begin, end, other_begin, other_end in SequenceMatcher(
        None, first, second, autojunk=False
    ).get_opcodes():
        if kind == "equal":
            yield Change(kind="same", text="".join(first[begin:end]))
        else:
            yield from _pair("".join(first[begin:end]), "".join(second[other_begin:other_end]))


def _pair(before: str, after: str) -> Iterator[Change]:
    if before:
        yield Change(kind="removed", text=before)
    if after:
        yield Change(kind="added", text=after)
