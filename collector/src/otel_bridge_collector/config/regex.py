"""Regular expressions of users, which strangers' texts pass: by RE2, whose time grows with the text and nothing else.

Source: google-re2, and https://github.com/google/re2/wiki/Syntax for what may stand in one.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (google-re2 has no types)

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final, Protocol, TypeAlias, cast

import re2
from pydantic import AfterValidator

_MAX_BYTES: Final = 8 << 20
"""Memory of one expression; RE2 refuses one that would need more."""


class Regex(Protocol):
    """A compiled expression."""

    def search(self, text: str | bytes) -> object | None:
        """Return a match, or None."""
        ...

    def fullmatch(self, text: str | bytes) -> object | None:
        """Return a match of the whole text, or None."""
        ...

    def sub(self, repl: Callable[[Any], str], text: str) -> str:
        """Return the text with what `repl` makes of each match."""
        ...


def compile_regex(pattern: str) -> Regex:
    """Return an expression that is ready to be used.

    Raises:
        ValueError: it is none that RE2 takes.
    """
    try:
        return cast("Regex", re2.compile(pattern, _options()))
    except re2.error as error:
        told = cast("object", error.args[0])
        reason = told.decode() if isinstance(told, bytes) else told
        raise ValueError(
            f"this is no regular expression of RE2 ({reason}; it has no look-around and no backreferences)"
        ) from error


def any_of(patterns: Iterable[str]) -> Regex:
    """Return an expression that is found where one of some is."""
    return compile_regex("|".join(f"(?:{pattern})" for pattern in patterns))


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_BYTES
    return options


def _check(pattern: str) -> str:
    if compile_regex(pattern).fullmatch(""):
        raise ValueError("this matches the empty text, and so everywhere")
    return pattern


RegexText: TypeAlias = Annotated[str, AfterValidator(_check)]
"""The text of an expression."""
