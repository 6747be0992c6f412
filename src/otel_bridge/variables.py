"""Typed values out of the texts of variables. It reads no environment: `settings` does, and gives it here."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge.errors import SettingsError

_TRUE: Final = frozenset({"true", "1", "yes", "y", "on"})
_FALSE: Final = frozenset({"false", "0", "no", "n", "off"})


def read_switch(variables: Mapping[str, str], name: str) -> bool | None:
    """Return what the variable `name` says; None when it says neither yes nor no."""
    value = variables.get(name, "").strip().lower()
    return True if value in _TRUE else False if value in _FALSE else None


def http_url(name: str, text: str) -> str:
    """Return an HTTP URL without a slash at its end.

    Raises:
        SettingsError: `text`, the value of `name`, is none.
    """
    if urlsplit(text).scheme not in {"http", "https"}:
        raise SettingsError(
            f"{name} is no URL that starts with http:// or https://, as http://127.0.0.1:4318 does"
        )
    return text.rstrip("/")


class Variables:
    """Typed values; of several names the first that is set counts. Empty counts as not set.

    Attributes:
        given: name -> text.
    """

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given

    def text(self, *names: str) -> str | None:
        """Return the text of a variable; None where none is set."""
        return self.given[name].strip() if (name := self._set_one(names)) else None

    def url(self, name: str) -> str | None:
        """Return an HTTP URL without a slash at its end; None where it is not set.

        Raises:
            SettingsError: it is none.
        """
        value = self.text(name)
        return value and http_url(name, value)

    def file(self, name: str) -> str | None:
        """Return the path of a file; None where it is not set.

        Raises:
            SettingsError: it cannot be read, which is said now and not with each request.
        """
        path = self.text(name)
        if path and not (Path(path).is_file() and os.access(path, os.R_OK)):
            raise SettingsError(f"{name} names {path}, which is no file that can be read")
        return path

    def parent(self, *names: str) -> str | None:
        """Return the parent string of an object; None where none is set.

        Raises:
            SettingsError: it is none.
        """
        value = self.text(*names)
        try:
            return value and str(parse_parent(value)) and value
        except ParentError as error:
            raise SettingsError(f"{self._told_by(names)}: {error}") from error

    def switch(self, name: str, *, default: bool) -> bool:
        """Return whether a switch is on."""
        value = read_switch(self.given, name)
        return default if value is None else value

    def count(self, *names: str, default: int, least: int) -> int:
        """A number that is none counts as absent, as at Braintrust and OpenTelemetry; one out of range raises."""
        try:
            value = int(self.text(*names) or default)
        except ValueError:
            return default
        if value < least:
            raise SettingsError(f"{self._told_by(names)} is {value}, the least possible value is {least}")
        return value

    def seconds(self, name: str, default: float) -> float:
        """A positive number of seconds; anything else counts as absent."""
        try:
            value = float(self.text(name) or default)
        except ValueError:
            return default
        return value if 0 < value < float("inf") else default

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """Return one of the choices, the first where it is not set, whatever its case.

        Raises:
            SettingsError: it is none of them.
        """
        value = (self.text(name) or choices[0]).lower()
        if value not in choices:
            raise SettingsError(f"{name} is one of {', '.join(choices)}")
        return value

    def choices(self, name: str, choices: Sequence[str]) -> tuple[str, ...]:
        """Return those of the choices that a list with commas names, whatever their case; none where it is not set.

        Raises:
            SettingsError: it names another one, or nothing but commas.
        """
        value = self.text(name)
        if value is None:
            return ()
        named = tuple(dict.fromkeys(each for item in value.lower().split(",") if (each := item.strip())))
        unknown = [each for each in named if each not in choices]
        if unknown or not named:
            said = f"names {', '.join(unknown)}" if unknown else "names nothing"
            raise SettingsError(f"{name} {said}; it is a list with commas of {', '.join(choices)}")
        return named

    def _set_one(self, names: Sequence[str]) -> str | None:
        """The first of the names that is set."""
        return next((name for name in names if self.given.get(name, "").strip()), None)

    def _told_by(self, names: Sequence[str]) -> str:
        """The name to complain of: of the variable that is set, else of the one to set."""
        return self._set_one(names) or names[0]
