"""The numbers of a project over time, each with the logs behind it. It writes nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.query.build import unary
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import Path
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.chart import HEIGHT, WIDTH, Chart, Series, Unit, aligned, chart_of
from otel_bridge_collector.ui.groups import PROPOSED
from otel_bridge_collector.ui.kept_dashboards import dashboard_url, dashboards_of
from otel_bridge_collector.ui.kept_views import PARAMETERS, kept_views
from otel_bridge_collector.ui.listing import MAX_BYTES, RANGES, Listing, of_object, read_or_fault
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.over_time import (
    Period,
    by_group,
    group_of,
    numbers_query,
    over_time,
    read_numbers,
    read_period,
    step_text,
)
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.words import words_of

_LOOKED_AT: Final = 50
_MAX_FIELDS: Final = 100

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
    """A chart: its lines where nothing is grouped, the one number of each group, and the rows that its numbers are of."""

    title: str
    lines: Mapping[str, str]
    of_group: str
    unit: Unit = "number"
    within: str = ""


_PANELS: Final = (
    _Panel(
        title="Duration", lines={"p50": "p50", "p95": "p95", "p99": "p99"}, of_group="p95", unit="seconds"
    ),
    _Panel(
        title="Time to first token",
        lines={"p50": "first50", "p95": "first95"},
        of_group="first95",
        unit="seconds",
        within="metrics.time_to_first_token IS NOT NULL",
    ),
    _Panel(title="Rows", lines={"rows": "count"}, of_group="count"),
    _Panel(title="Errors", lines={"errors": "errors"}, of_group="errors", within="error IS NOT NULL"),
    _Panel(
        title="Tokens", lines={"tokens": "tokens"}, of_group="tokens", within="metrics.tokens IS NOT NULL"
    ),
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
        period = read_period(request)
        charts: list[Chart] = []

        async def read() -> Listing:
            charts.extend(await self._charts(project.id, period))
            return Listing(asked=period.asked)

        listing = await read_or_fault(period.asked, read)
        given = request.query_params
        return render(
            request,
            "monitor",
            status=HTTPStatus.BAD_REQUEST if listing.fault else HTTPStatus.OK,
            project=project,
            section="monitor",
            listing=listing,
            period=period,
            fields=await self._fields(project.id),
            ranges=RANGES,
            charts=charts,
            size=(WIDTH, HEIGHT),
            dashboards=[
                (each.name, dashboard_url(each, project)) for each in dashboards_of(self._objects, project)
            ],
            kept_views=kept_views(self._objects, project, "monitor"),
            asked_now={name: given.get(name, "") for name in PARAMETERS["monitor"]},
        )

    async def _fields(self, project_id: str) -> Sequence[str]:
        """Return what may be grouped by."""
        query = of_object("project_logs", project_id, None, fields=("metadata",), limit=_LOOKED_AT)
        rows = (await self._reader.read(query, max_bytes=MAX_BYTES)).answer.data
        found = [path for path in words_of(rows) if path.startswith("metadata.")]
        return tuple(dict.fromkeys((*PROPOSED, *found)))[:_MAX_FIELDS]

    async def _charts(self, project_id: str, period: Period) -> list[Chart]:
        group, condition, step = group_of(period.asked.by), period.condition(), step_text(period.step())
        numbers, scores = [
            await read_numbers(
                self._reader, numbers_query(parse(text.format(step=step)), project_id, condition, group)
            )
            for text in (_NUMBERS, _SCORES)
        ]
        found = [
            chart_of(
                panel.title,
                _series(panel, numbers.rows, group),
                unit=panel.unit,
                within=panel.within,
                left_out=numbers.left_out,
            )
            for panel in _PANELS
        ]
        found += [
            chart_of(f"Score {name}", series, within=_has_score(name), left_out=scores.left_out)
            for name, series in _scores(scores.rows, group).items()
        ]
        return aligned([each for each in found if each], period.step())


def _series(panel: _Panel, numbers: Sequence[Mapping[str, Json]], group: Path | None) -> Sequence[Series]:
    if group:
        return by_group(numbers, panel.of_group, group)
    return [Series(label=label, numbers=over_time(numbers, name)) for label, name in panel.lines.items()]


def _scores(rows: Sequence[Mapping[str, Json]], group: Path | None) -> dict[str, Sequence[Series]]:
    by_name: dict[str, list[Mapping[str, Json]]] = defaultdict(list)
    for row in rows:
        by_name[str(row.get("score"))].append(row)
    return {
        name: by_group(found, "mean", group)
        if group
        else [Series(label="mean", numbers=over_time(found, "mean"))]
        for name, found in sorted(by_name.items())
    }


def _has_score(name: str) -> str:
    return print_expression(unary("isnotnull", Path(parts=("scores", name))))
