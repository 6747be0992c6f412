"""Numbers of a project over time: what a URL asks for, the numbers, and the logs behind each. It draws nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import Expression, Literal, Path, Query, Selected, Source, Unpivot
from otel_bridge_collector.ui.chart import MAX_LINES, Series
from otel_bridge_collector.ui.groups import NO_TAGS, TAGS, read_path
from otel_bridge_collector.ui.listing import Asked, condition_of, read_asked
from otel_bridge_collector.ui.stretch import Stretch, read_stretch
from otel_bridge_collector.ui.values import numbers_of, preview

STEPS: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(minutes=1),
    "24h": timedelta(minutes=30),
    "7d": timedelta(hours=3),
    "30d": timedelta(hours=12),
    "": timedelta(days=1),
}
"""The time range of the URL -> the time that one number is about."""

_LAST: Final = "9999-12-31T23:59:59.999999+00:00"
_MAX_NUMBERS: Final = 20_000
_MAX_GROUPS: Final = 10_000
_MINUTE_S: Final = 60
_GROUPED: Final = "grouped"
_COUNT: Final = "count"
_EACH_TAG: Final = Unpivot(of=TAGS, value="one_of_the_tags")
_TAG: Final = Path(parts=(_EACH_TAG.value,))
_LARGEST: Final = parse("from: project_logs('any') | measures: count(1) as count | sort: count desc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers over time.

    Attributes:
        rows: each with its `time`, and its `grouped` where there are groups.
        left_out: how many groups are not there.
    """

    rows: Sequence[Mapping[str, Json]]
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What the URL of a page of charts says."""

    asked: Asked

    def stretch(self) -> Stretch | None:
        """Return the stretch of time that was typed; None for a range.

        Raises:
            QueryError: it is none.
        """
        return read_stretch(self.asked.begin, self.asked.until)

    def step(self) -> timedelta:
        """Return the time that one number is about."""
        stretch = self.stretch()
        return stretch.step if stretch else STEPS[self.asked.since]

    def condition(self) -> Expression | None:
        """Return the condition on rows; None for all of them.

        Raises:
            QueryError: the filter or the stretch is wrong.
        """
        self.stretch()  # here a time without its other end is wrong
        return condition_of("project_logs", self.asked)

    def url(self, stretch: Mapping[str, str]) -> str:
        """Return the query string of this in a stretch of time; the range counts where there is none."""
        asked = self.asked
        said = {"filter": asked.filter, "search": asked.search, "by": asked.by, "rows": asked.rows}
        said |= stretch or {"since": asked.since}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    def wider(self) -> str:
        """Return the query string that shows more time around a stretch."""
        stretch = self.stretch()
        return self.url(stretch.wider().asked() if stretch else {})

    def zoom(self, begin: str, end: str, *, is_last: bool = True) -> str:
        """Return the query string that shows a part of what is shown; the last number has a length too."""
        until = _behind(end, self.step()) if is_last else datetime.fromisoformat(end).isoformat()
        return self.url({"from": begin, "until": until})

    def behind(self, time: str, *within: str) -> str:
        """Return the query string of the logs for the rows of the number at `time` that meet some conditions, too."""
        until = _behind(time, self.step())
        said = [self.asked.filter, *within, f"created >= '{time}' and created < '{until}'"]
        conditions = [each for each in dict.fromkeys(said) if each]
        joined = " and ".join([*(f"({each})" for each in conditions[:-1]), conditions[-1]])
        asked = {"filter": joined, "search": self.asked.search, "rows": self.asked.rows}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


def _behind(time: str, step: timedelta) -> str:
    """Return when a step ends; one of the last day that there is ends with it."""
    try:
        return (datetime.fromisoformat(time) + step).isoformat()
    except OverflowError:
        return _LAST


def read_period(request: Request) -> Period:
    """Return what a URL asks for: spans of all times unless it says otherwise."""
    given = request.query_params
    asked = replace(read_asked(request), rows="traces" if given.get("rows") == "traces" else "spans")
    return Period(asked=asked)


def group_of(by: str) -> Path | None:
    """Return the field that rows are grouped by; None for none.

    Raises:
        QueryError: it is no field.
    """
    return read_path(by) if by else None


def all_of(*conditions: Expression | None) -> Expression | None:
    """Return what asks for all of some conditions; None where there is none."""
    terms = [each for each in conditions if each]
    return logical("and", terms) if terms else None


def numbers_query(
    query: Query, project_id: str, condition: Expression | None, group: Expression | None
) -> Query:
    """Return a query for numbers, asked of the rows of a project that meet a condition, for each group; by tags, for each tag."""
    is_by_tag = group == TAGS
    grouped = (Selected(expression=_TAG if is_by_tag else group, alias=_GROUPED),) if group else ()
    counted = () if any(each.alias == _COUNT for each in query.measures) else _LARGEST.measures
    return replace(
        query,
        measures=(*query.measures, *(counted if group else ())),
        source=Source(kind="project_logs", references=(project_id,)),
        filter=condition,
        dimensions=(*query.dimensions, *grouped),
        unpivot=(*query.unpivot, *((_EACH_TAG,) if is_by_tag else ())),
        limit=_MAX_NUMBERS,
    )


async def read_numbers(reader: Reader, query: Query) -> Numbers:
    """Return numbers: of all groups, or where these have more numbers than the query may give, of the largest groups.

    A row is in the group of each of its tags; those that have none are a group of their own.
    """
    numbers = await _read_groups(reader, query)
    if _EACH_TAG not in query.unpivot:
        return numbers
    without = (await reader.read(_without_tags(query))).answer.data
    return replace(numbers, rows=[*numbers.rows, *without])


def _without_tags(query: Query) -> Query:
    return replace(
        query,
        dimensions=tuple(each for each in query.dimensions if each.alias != _GROUPED),
        unpivot=tuple(each for each in query.unpivot if each != _EACH_TAG),
        filter=all_of(query.filter, parse_expression(NO_TAGS)),
    )


async def _read_groups(reader: Reader, query: Query) -> Numbers:
    rows = (await reader.read(query)).answer.data
    group = next((each.expression for each in query.dimensions if each.alias == _GROUPED), None)
    if group is None or len(rows) < (query.limit or 0):
        return Numbers(rows=rows)
    grouped = (Selected(expression=group, alias=_GROUPED),)
    counting = replace(
        query, dimensions=grouped, measures=_LARGEST.measures, sort=_LARGEST.sort, limit=_MAX_GROUPS
    )
    found = (await reader.read(counting)).answer.data
    largest = logical("or", [_is(group, row.get(_GROUPED)) for row in found[:MAX_LINES]])
    narrowed = replace(query, filter=all_of(query.filter, largest))
    return Numbers(rows=(await reader.read(narrowed)).answer.data, left_out=max(0, len(found) - MAX_LINES))


def step_text(step: timedelta) -> str:
    """Return a step as `date_trunc` takes it."""
    return f"{int(step.total_seconds()) // _MINUTE_S} minutes"


def by_group(rows: Sequence[Mapping[str, Json]], name: str, group: Path) -> Sequence[Series]:
    """Return a series for each group: those with the most rows first."""
    groups: dict[str, list[Mapping[str, Json]]] = {}
    for row in rows:
        groups.setdefault(json.dumps(row.get(_GROUPED), sort_keys=True), []).append(row)
    return [
        Series(
            label=preview(found[0].get(_GROUPED)) or "none",
            numbers=over_time(found, name),
            within=print_expression(_is(group, found[0].get(_GROUPED))),
        )
        for found in sorted(groups.values(), key=_rows_in, reverse=True)
    ]


def over_time(rows: Sequence[Mapping[str, Json]], name: str) -> Mapping[str, float]:
    """Return time -> number of one column of some rows."""
    return {
        time: float(value)
        for row in rows
        if isinstance(time := row.get("time"), str)
        and isinstance(value := row.get(name), int | float)
        and not isinstance(value, bool)
    }


def _rows_in(numbers: Sequence[Mapping[str, Json]]) -> float:
    return sum(numbers_of(each).get(_COUNT, 0.0) for each in map(dict, numbers))


def _is(group: Expression, value: Json) -> Expression:
    """Return the condition on the rows of a group."""
    if group == TAGS:
        return parse_expression(NO_TAGS) if value is None else binary("includes", group, Literal(value=value))
    return binary("eq", group, Literal(value=value))
