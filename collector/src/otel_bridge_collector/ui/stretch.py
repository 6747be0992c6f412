"""A stretch of time, of the monitor or of a table: pure, from what a URL says to a condition and a step."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from otel_bridge_collector.errors import QueryError

MAX_POINTS: Final = 120
"""Of one line; the step is the first that makes no more."""

AS_IN: Final = "as in 2026-01-31T10:30 (UTC)"
"""How a time is written."""

_STEPS: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 180, 720, 1_440, 10_080, 43_200, 525_600)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From one time to another, which is not in it any more.

    Attributes:
        begin: in UTC without a zone, as the store's times.
        end: the same.
    """

    begin: datetime
    end: datetime

    @property
    def step(self) -> timedelta:
        """The time that one number is about."""
        length = self.end - self.begin
        return next((step for step in _STEPS if step * MAX_POINTS >= length), _STEPS[-1])

    @property
    def condition(self) -> str:
        """The condition on rows, in BTQL."""
        return f"created >= '{self.begin.isoformat()}' and created < '{self.end.isoformat()}'"

    def asked(self) -> Mapping[str, str]:
        """Return what a URL says for it."""
        return {"from": self.begin.isoformat(), "until": self.end.isoformat()}

    def wider(self) -> "Stretch":
        """Return one of three times the length around it."""
        length = self.end - self.begin
        try:
            return Stretch(begin=self.begin - length, end=self.end + length)
        except OverflowError:
            return self


def read_stretch(begin: str, end: str) -> Stretch | None:
    """Return the stretch that a URL says, in ISO 8601 and in UTC unless it says a zone; None where it says neither end.

    Raises:
        QueryError: only one end is there, one is no time, or the end is not behind the begin.
    """
    if not begin and not end:
        return None
    if not begin or not end:
        raise _wrong(f"{'until' if begin else 'from'} is missing", f"give both ends, {AS_IN}, or none")
    found = Stretch(begin=_time("from", begin), end=_time("until", end))
    if found.end <= found.begin:
        raise _wrong("until is not behind from", f"give a later end, {AS_IN}")
    return found


def time_condition(begin: str, end: str) -> str:
    """Return the condition on rows that a URL says by two ends, in BTQL; an empty end is open, and one of them is not empty.

    Raises:
        QueryError: one is no time, or the end is not behind the begin.
    """
    if begin and end and (stretch := read_stretch(begin, end)):
        return stretch.condition
    name, text, operator = ("from", begin, ">=") if begin else ("until", end, "<")
    return f"created {operator} '{_time(name, text).isoformat()}'"


def time_field(text: str) -> str:
    """Return a time of a URL as a field of a form has it, in UTC; what is none, as it is."""
    try:
        moment = _time("", text)
    except QueryError:
        return text
    if moment.microsecond:
        return moment.isoformat(timespec="milliseconds")
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def is_time(text: str) -> bool:
    """Tell whether a text of a URL is a time."""
    with suppress(QueryError):
        _time("", text)
        return True
    return False


def _time(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(f"{name} is no time", f"write it {AS_IN}") from error
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError as error:
        raise _wrong(f"{name} is no time", f"write it {AS_IN}") from error


def _wrong(message: str, suggestion: str) -> QueryError:
    return QueryError(message, code="badArgument", suggestion=suggestion)
