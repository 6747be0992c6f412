"""Dashboards: the list of them, one with its charts over time, and one as JSON to take elsewhere. It writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.api.errors import query_error_body
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Expression
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.ui.chart import HEIGHT, WIDTH, Chart, Series, aligned, chart_of
from otel_bridge_collector.ui.custom_chart import MAX_CHARTS, VALUE, CustomChart, fault_of, read_charts
from otel_bridge_collector.ui.json_field import FieldFault, json_text
from otel_bridge_collector.ui.kept_dashboards import dashboard_url, dashboards_of, find_dashboard
from otel_bridge_collector.ui.listing import RANGES, Listing, read_or_fault
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.over_time import (
    Period,
    by_group,
    group_of,
    over_time,
    read_numbers,
    read_period,
)
from otel_bridge_collector.ui.render import render

_JSON_HEADERS: Final = {
    "cache-control": "no-store",
    "content-disposition": 'attachment; filename="dashboard.json"',
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A chart of a dashboard as its page shows it.

    Attributes:
        asked: what it shows; None where what is kept is no chart.
        chart: None where there are no numbers.
        fault: what is wrong, as the API says it; None where nothing is.
    """

    asked: CustomChart | None = None
    chart: Chart | None = None
    fault: Mapping[str, Json] | None = None


class Dashboards:
    """Shows dashboards."""

    def __init__(self, objects: Objects, reader: Reader) -> None:
        self._objects = objects
        self._reader = reader

    async def listing(self, request: Request) -> Response:
        """Show the dashboards of a project."""
        project = find_project(self._objects, request.path_params["project"])
        return listing_page(request, self._objects, project)

    async def page(self, request: Request) -> Response:
        """Show the charts of a dashboard for what the URL asks for; a wrong one says at its place what is wrong."""
        project = find_project(self._objects, request.path_params["project"])
        board = find_dashboard(self._objects, project, request.path_params["name"])
        period = read_period(request)
        panels: list[Panel] = []

        async def read() -> Listing:
            condition = period.condition()
            whole = CustomChart(measure="count(1)", filter=period.asked.filter)
            if fault := fault_of(whole, project.id, ObjectCatalog(self._objects)):
                return Listing(asked=period.asked, fault=fault.said)
            for each in read_charts(board.charts)[:MAX_CHARTS]:
                panels.append(await self._panel(each, project, period, condition))  # noqa: PERF401 - one query at a time
            panels[:] = _aligned(panels, period.step())
            return Listing(asked=period.asked)

        listing = await read_or_fault(period.asked, read)
        return render(
            request,
            "dashboard",
            status=HTTPStatus.BAD_REQUEST if listing.fault else HTTPStatus.OK,
            project=project,
            section="monitor",
            board=board,
            text=json_text(board.as_json()),
            listing=listing,
            period=period,
            ranges=RANGES,
            panels=panels,
            size=(WIDTH, HEIGHT),
        )

    async def as_json(self, request: Request) -> Response:
        """Answer with `{"name": ..., "charts": [...]}`, as the form that reads dashboards in takes it."""
        project = find_project(self._objects, request.query_params.get("project", ""))
        board = find_dashboard(self._objects, project, request.query_params.get("dashboard", ""))
        return Response(json_text(board.as_json()), media_type="application/json", headers=_JSON_HEADERS)

    async def _panel(
        self, given: CustomChart | str, project: Project, period: Period, condition: Expression | None
    ) -> Panel:
        if isinstance(given, str):
            return Panel(fault={"Message": given})
        if fault := fault_of(given, project.id, ObjectCatalog(self._objects)):
            return Panel(asked=given, fault=fault.said)
        try:
            chart = await self._chart(given, project, period, condition)
        except QueryError as error:
            return Panel(asked=given, fault=query_error_body(error, None))
        return Panel(asked=given, chart=chart)

    async def _chart(
        self, given: CustomChart, project: Project, period: Period, condition: Expression | None
    ) -> Chart | None:
        query = given.query(project.id, condition, period.step())
        numbers = await read_numbers(self._reader, query)
        group = group_of(given.by)
        one: Sequence[Series] = [Series(label=given.measure, numbers=over_time(numbers.rows, VALUE))]
        series = by_group(numbers.rows, VALUE, group) if group else one
        return chart_of(
            given.title or given.measure,
            series,
            unit=given.unit(),
            within=given.filter,
            left_out=numbers.left_out,
        )


def _aligned(panels: Sequence[Panel], step: timedelta) -> list[Panel]:
    charts = iter(aligned([each.chart for each in panels if each.chart], step))
    return [replace(each, chart=next(charts)) if each.chart else each for each in panels]


def listing_page(
    request: Request,
    objects: Objects,
    project: Project,
    *,
    typed: str = "",
    fault: FieldFault | None = None,
) -> Response:
    """Show the dashboards of a project, and what somebody typed to read one in with what is wrong with it."""
    boards = [
        (each, dashboard_url(each, project), len(read_charts(each.charts)))
        for each in dashboards_of(objects, project)
    ]
    return render(
        request,
        "dashboards",
        status=HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK,
        project=project,
        section="monitor",
        boards=boards,
        typed=typed,
        fault=fault,
    )
