"""Paths of fields: how a rule names them, and the address of a value. They are compared by RE2, since senders choose keys.

| in a rule | stands for |
| --- | --- |
| `metadata.user` | that key, whether it stands in an object or is written with the dot |
| `*` | anything within one key |
| `[*]`, `[0]` | any element of a list, or that one |
| `**` | any number of keys and elements, none too |
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from otel_bridge_collector.config.regex import Regex, any_of

_TOKEN: Final = re.compile(r"\*\*\.|\.\*\*|\*\*|\[\*\]|\*|[^*.\[]+|.", re.DOTALL)

_SOURCES: Final = {
    "**.": r"(?:.*\.)?",
    ".**": r"(?:[.\[].*)?",
    "**": r".*",
    "[*]": r"\[[0-9]+\]",
    "*": r"[^.\[]*",
}


class Place:
    """Where a value stands: under one or more addresses, since an attribute may become a field of a row."""

    __slots__ = ("_addresses", "_parent", "_step", "depth")

    def __init__(self, parent: "Place | None", step: str | int, roots: tuple[str, ...] = ()) -> None:
        self._parent = parent
        self._step = step
        self._addresses: tuple[str, ...] | None = roots if parent is None else None
        self.depth: int = 0 if parent is None else parent.depth + 1

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses, the plainest first."""
        if self._addresses is None:
            assert self._parent is not None  # noqa: S101 - a root has its addresses from the beginning
            step = f"[{self._step}]" if isinstance(self._step, int) else f".{self._step}"
            self._addresses = tuple((address + step).removeprefix(".") for address in self._parent.addresses)
        return self._addresses

    def below(self, step: str | int) -> "Place":
        """Return the place of a key or element of the value that stands here."""
        return Place(self, step)

    def shown(self, key: Callable[[str], str]) -> str:
        """Return the plainest address as a report may show it: elements without their number, and each key as `key` returns it."""
        if self._parent is None:
            return key(self.addresses[0])
        step = "[*]" if isinstance(self._step, int) else f".{key(self._step)}"
        return (self._parent.shown(key) + step).removeprefix(".")


def root(*addresses: str) -> Place:
    """Return the place of an attribute or field; below an empty address, keys are addresses themselves."""
    return Place(None, "", addresses)


@dataclass(frozen=True, slots=True)
class Paths:
    """The paths of a rule."""

    _whole: Regex
    _heads: tuple[str, ...]

    def match(self, place: Place) -> bool:
        """Tell whether a value is one of those that are named, or a part of one."""
        return any(self._whole.fullmatch(address) for address in place.addresses)

    def may_match_below(self, place: Place) -> bool:
        """Tell whether something in a value may be one of those that are named."""
        return any(
            head.startswith(address) or address.startswith(head)
            for address in place.addresses
            for head in self._heads
        )


def read_paths(paths: Iterable[str]) -> Paths:
    """Return paths ready to be compared."""
    texts = list(paths)
    return Paths(any_of(_source(path) for path in texts), tuple(path.partition("*")[0] for path in texts))


def _source(path: str) -> str:
    return "(?s:" + "".join(_parts(path)) + r"(?:[.\[].*)?)"


def _parts(path: str) -> Iterator[str]:
    for token in _TOKEN.findall(path):
        yield _SOURCES.get(token) or _quoted(token)


def _quoted(token: str) -> str:
    return "".join(each if each.isalnum() else f"\\x{{{ord(each):x}}}" for each in token)
