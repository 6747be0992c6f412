"""The numbers of a project over time, each with the logs behind it. It writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.syntax import Expression, Path, Query, Selected, Source
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.chart import HEIGHT, WIDTH, Chart, Series, chart_of
from otel_bridge_collector.ui.kept_views import PARAMETERS, kept_views
from otel_bridge_collector.ui.listing import RANGES, Asked, Listing, condition_of, read_asked, read_or_fault
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.stretch import Stretch, read_stretch
from otel_bridge_collector.ui.urls import project_url
from otel_bridge_collector.ui.values import preview

STEPS: Final[Mapping[str, timedelta]] = {
    "1h": timedelta(minutes=1),
    "24h": timedelta(minutes=30),
    "7d": timedelta(hours=3),
    "30d": timedelta(hours=12),
    "": timedelta(days=1),
}
"""The time range of the URL -> the time that one number is about."""

FIELDS: Final = ("metadata.model", "metadata.user_id", "span_attributes.type", "span_attributes.name")
"""What the page proposes to group by; any other field will do."""

_MAX_NUMBERS: Final = 5_000
_MINUTE_S: Final = 60

_NUMBERS: Final = (
    "from: project_logs('any') | dimensions: date_trunc('{step}', created) as time | sort: time"
    " | measures: count(1) as count, count(error) as errors, sum(metrics.tokens) as tokens,"
    " sum(estimated_cost()) as cost, percentile(metrics.end - metrics.start, 0.5) as p50,"
    " percentile(metrics.end - metrics.start, 0.95) as p95, percentile(metrics.end - metrics.start, 0.99) as p99,"
    " percentile(metrics.time_to_first_token, 0.5) as first50, percentile(metrics.time_to_first_token, 0.95) as first95"
)
_SCORES: Final = (
    "from: project_logs('any') | unpivot: scores as (score, value)"
    " | dimensions: date_trunc('{step}', created) as time, score | sort: time | measures: avg(value) as mean"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """A chart: its lines where nothing is grouped, and the one number of each group."""

    title: str
    lines: Mapping[str, str]
    of_group: str
    is_time: bool = False


_PANELS: Final = (
    _Panel(title="Duration", lines={"p50": "p50", "p95": "p95", "p99": "p99"}, of_group="p95", is_time=True),
    _Panel(
        title="Time to first token",
        lines={"p50": "first50", "p95": "first95"},
        of_group="first95",
        is_time=True,
    ),
    _Panel(title="Rows", lines={"rows": "count"}, of_group="count"),
    _Panel(title="Errors", lines={"errors": "errors"}, of_group="errors"),
    _Panel(title="Tokens", lines={"tokens": "tokens"}, of_group="tokens"),
    _Panel(title="Estimated cost in USD", lines={"cost": "cost"}, of_group="cost"),
)


class Monitor:
    """Shows the charts of a project."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._reader = reader

    async def page(self, request: Request) -> Response:
        """Show the charts for what the URL asks for: spans of all times unless it says otherwise."""
        project = find_project(self._objects, request.path_params["project"])
        given = request.query_params
        asked = replace(read_asked(request), rows="traces" if given.get("rows") == "traces" else "spans")
        by = given.get("by", "").strip()
        typed = {"from": asked.begin, "until": asked.until}
        charts: list[Chart] = []
        zoomed: list[Stretch] = []

        async def read() -> Listing:
            if stretch := read_stretch(typed["from"], typed["until"]):
                zoomed.append(stretch)
            charts.extend(await self._charts(project.id, asked, by, stretch))
            return Listing(asked=asked)

        def behind(time: str) -> str:
            step = zoomed[0].step if zoomed else STEPS[asked.since]
            return f"{logs}?{urlencode(logs_behind(asked, time, step))}"

        def zoom(begin: str, end: str, *, is_last: bool = True) -> str:
            """Return the query string that shows a part of what is shown; the last number has a length too."""
            step = zoomed[0].step if zoomed else STEPS[asked.since]
            until = datetime.fromisoformat(end) + (step if is_last else timedelta())
            return _url(asked, by, {"from": begin, "until": until.isoformat()})

        listing = await read_or_fault(asked, read)
        logs = f"{project_url(project)}/logs"
        return render(
            request,
            "monitor",
            status=HTTPStatus.BAD_REQUEST if listing.fault else HTTPStatus.OK,
            project=project,
            section="monitor",
            listing=listing,
            by=by,
            fields=FIELDS,
            ranges=RANGES,
            charts=charts,
            size=(WIDTH, HEIGHT),
            behind=behind,
            zoom=zoom,
            kept_views=kept_views(self._objects, project, "monitor"),
            asked_now={name: given.get(name, "") for name in PARAMETERS["monitor"]},
            typed=typed,
            wider=_url(asked, by, zoomed[0].wider().asked()) if zoomed else "",
            whole=_url(asked, by, {}),
        )

    async def _charts(self, project_id: str, asked: Asked, by: str, stretch: Stretch | None) -> list[Chart]:
        group = _group(by)
        condition = condition_of("project_logs", asked)
        step = stretch.step if stretch else STEPS[asked.since]
        numbers = await self._read(_NUMBERS, project_id, condition, step, group)
        scores = await self._read(_SCORES, project_id, condition, step, group)
        found = [
            chart_of(panel.title, _series(panel, numbers, is_grouped=bool(group)), is_time=panel.is_time)
            for panel in _PANELS
        ]
        found += [
            chart_of(f"Score {name}", series)
            for name, series in _scores(scores, is_grouped=bool(group)).items()
        ]
        return [each for each in found if each]

    async def _read(
        self,
        text: str,
        project_id: str,
        condition: Expression | None,
        step: timedelta,
        group: Selected | None,
    ) -> Sequence[Mapping[str, Json]]:
        minutes = int(step.total_seconds()) // _MINUTE_S
        query: Query = parse(text.format(step=f"{minutes} minutes"))
        query = replace(
            query,
            source=Source(kind="project_logs", references=(project_id,)),
            filter=condition,
            dimensions=(*query.dimensions, *([group] if group else [])),
            limit=_MAX_NUMBERS,
        )
        return (await self._reader.read(query)).answer.data


def logs_behind(asked: Asked, time: str, step: timedelta) -> Mapping[str, str]:
    """Return what the URL of the logs says for the rows of one number, which is about `step` from `time` on."""
    until = (datetime.fromisoformat(time) + step).isoformat()
    within = f"created >= '{time}' and created < '{until}'"
    return {
        "filter": f"({asked.filter}) and {within}" if asked.filter else within,
        **({"search": asked.search} if asked.search else {}),
        "rows": asked.rows,
    }


def _url(asked: Asked, by: str, stretch: Mapping[str, str]) -> str:
    """Return the query string of what is asked for in a stretch of time; the range counts where there is none."""
    since = {} if stretch else {"since": asked.since}
    said = {"filter": asked.filter, "search": asked.search, "by": by, "rows": asked.rows, **since, **stretch}
    return "?" + urlencode({name: value for name, value in said.items() if value})


def _group(by: str) -> Selected | None:
    if not by:
        return None
    try:
        field = parse_expression(by)
    except QueryError:
        field = None
    if not isinstance(field, Path):
        raise QueryError(
            "group by takes one field", code="badArgument", suggestion="write it as in metadata.user_id"
        )
    return Selected(expression=field, alias="grouped")


def _series(panel: _Panel, numbers: Sequence[Mapping[str, Json]], *, is_grouped: bool) -> Series:
    if is_grouped:
        return _by_group(numbers, panel.of_group)
    return {label: _over_time(numbers, name) for label, name in panel.lines.items()}


def _scores(rows: Sequence[Mapping[str, Json]], *, is_grouped: bool) -> dict[str, Series]:
    by_name: dict[str, list[Mapping[str, Json]]] = defaultdict(list)
    for row in rows:
        by_name[str(row.get("score"))].append(row)
    return {
        name: _by_group(found, "mean") if is_grouped else {"mean": _over_time(found, "mean")}
        for name, found in sorted(by_name.items())
    }


def _by_group(rows: Sequence[Mapping[str, Json]], name: str) -> Series:
    """Return a series for each group, those with the most numbers first."""
    groups: dict[str, list[Mapping[str, Json]]] = defaultdict(list)
    for row in rows:
        groups[preview(row.get("grouped")) or "none"].append(row)
    return {
        label: _over_time(found, name)
        for label, found in sorted(groups.items(), key=lambda each: -len(each[1]))
    }


def _over_time(rows: Sequence[Mapping[str, Json]], name: str) -> Mapping[str, float]:
    return {
        time: float(value)
        for row in rows
        if isinstance(time := row.get("time"), str) and isinstance(value := row.get(name), int | float)
    }
