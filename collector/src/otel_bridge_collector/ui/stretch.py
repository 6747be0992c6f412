"""The stretch of time that the monitor is zoomed into: pure, from what a URL says to a condition and a step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from otel_bridge_collector.errors import QueryError

MAX_POINTS: Final = 120
"""Of one line; the step is the first that makes no more."""

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
    found = Stretch(begin=_time("from", begin), end=_time("until", end))
    if found.end <= found.begin:
        raise _wrong("until is not behind from")
    return found


def _time(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(f"{name} is no time") from error
    try:
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except OverflowError as error:
        raise _wrong(f"{name} is no time") from error


def _wrong(message: str) -> QueryError:
    return QueryError(
        message, code="badArgument", suggestion="give both ends, as in 2026-01-31T10:30 (UTC), or none"
    )
