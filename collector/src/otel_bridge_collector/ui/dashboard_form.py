"""Dashboards as people make them: a form with the fields of every chart, one that reads JSON in, and one that deletes.

Every button of the form sends all of it: it is saved only where all charts are right, and otherwise comes back as it was typed,
with what is wrong at its place.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.writing import MaskFields
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.ui.custom_chart import (
    FIELDS,
    MAX_CHARTS,
    MEASURES,
    ChartFault,
    CustomChart,
    fault_of,
    read_charts,
)
from otel_bridge_collector.ui.dashboards import listing_page
from otel_bridge_collector.ui.form import MAX_FORM_BYTES, only, read_fields, read_form, see_that_it_fits
from otel_bridge_collector.ui.groups import PROPOSED
from otel_bridge_collector.ui.json_field import FieldFault, fault_at, json_in, json_text
from otel_bridge_collector.ui.kept_dashboards import (
    VIEW_TYPE,
    Dashboard,
    dashboard_url,
    find_dashboard,
    name_fault,
    view_data,
)
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.urls import project_url

_DO: Final = re.compile(r"(save|add|up|remove)(?:-([0-9]{1,3}))?")
_EMPTY: Final = CustomChart()


class DashboardForms:
    """Makes, changes and deletes dashboards."""

    def __init__(self, objects: Objects, next_xact: Callable[[], int], masked: MaskFields) -> None:
        self._objects = objects
        self._next_xact = next_xact
        self._masked = masked

    async def edit_page(self, request: Request) -> Response:
        """Show a dashboard in the fields of a form; without an id, empty ones for a new dashboard."""
        project = find_project(self._objects, request.path_params["project"])
        named = request.query_params.get("dashboard", "")
        if not named:
            return self._form(request, project, "", "", [_EMPTY])
        board = find_dashboard(self._objects, project, named)
        see_that_it_fits(
            "this dashboard", [json_text(board.charts)], f"write it with the API: PATCH /v1/view/{board.id}"
        )
        return self._form(request, project, board.id, board.name, [*_readable(board.charts)])

    async def save(self, request: Request) -> Response:
        """Keep what a form says; or show it again with a chart more, less or moved, or with what is wrong."""
        fields = await read_fields(request, max_bytes=MAX_FORM_BYTES)
        given = dict(fields)
        only(given, "project", "dashboard", "name", "do", *FIELDS)
        project = find_project(self._objects, given.get("project", ""))
        board_id, name = given.get("dashboard", ""), given.get("name", "").strip()
        if board_id:
            find_dashboard(self._objects, project, board_id)
        charts = _typed(fields)
        done, place = _asked_to(given.get("do", "save"))
        if done != "save":
            changed = _changed(charts, done, place)
            return self._form(request, project, board_id, name, changed, done=done)
        return self._kept(request, project, board_id, name, [each for each in charts if each != _EMPTY])

    async def read_in(self, request: Request) -> Response:
        """Keep the dashboard of a JSON text under the name that it says, or a field of the form."""
        given = await read_form(request, max_bytes=MAX_FORM_BYTES)
        only(given, "project", "name", "json")
        project = find_project(self._objects, given.get("project", ""))
        text = given.get("json", "")
        found = _dashboard_in(text)
        if isinstance(found, FieldFault):
            return listing_page(request, self._objects, project, typed=text, fault=found)
        name, charts = found
        return self._kept(request, project, "", given.get("name", "").strip() or name, charts)

    async def delete(self, request: Request) -> Response:
        """Delete a dashboard."""
        given = await read_form(request)
        only(given, "project", "dashboard")
        project = find_project(self._objects, given.get("project", ""))
        board = find_dashboard(self._objects, project, given.get("dashboard", ""))
        found = self._objects.in_projects.get(board.id)
        if found:
            self._objects.in_projects.delete(found, xact_id=self._next_xact())
        return RedirectResponse(f"{project_url(project)}/dashboards", HTTPStatus.SEE_OTHER)

    def _kept(
        self, request: Request, project: Project, board_id: str, name: str, charts: Sequence[CustomChart]
    ) -> Response:
        catalog = ObjectCatalog(self._objects)
        faults = {
            place: fault
            for place, each in enumerate(charts)
            if (fault := fault_of(each, project.id, catalog))
        }
        wrong = name_fault(self._objects, project, name, board_id)
        if not charts:
            wrong = wrong or "a dashboard needs a chart"
        if len(charts) > MAX_CHARTS:
            wrong = wrong or f"a dashboard has {MAX_CHARTS} charts at most"
        if wrong or faults:
            shown = charts or [_EMPTY]
            return self._form(request, project, board_id, name, shown, wrong=wrong, faults=faults)
        kept = view_data([each.as_json() for each in charts])
        data = self._masked({"object_type": "project", "view_type": VIEW_TYPE, "view_data": kept})
        in_projects, xact_id = self._objects.in_projects, self._next_xact()
        if found := in_projects.get(board_id):
            made = in_projects.update(found, name=name, data=data, xact_id=xact_id)
        else:
            made = in_projects.create("view", project.id, name, data=data, xact_id=xact_id)
        board = Dashboard(id=made.id, name=made.name, charts=None, xact_id=xact_id)
        return RedirectResponse(dashboard_url(board, project), HTTPStatus.SEE_OTHER)

    def _form(  # noqa: PLR0913 - what a form shows
        self,
        request: Request,
        project: Project,
        board_id: str,
        name: str,
        charts: Sequence[CustomChart],
        *,
        wrong: str = "",
        faults: Mapping[int, ChartFault] | None = None,
        done: str = "",
    ) -> Response:
        return render(
            request,
            "dashboard_form",
            status=HTTPStatus.BAD_REQUEST if wrong or faults else HTTPStatus.OK,
            project=project,
            section="monitor",
            board_id=board_id,
            name=name,
            charts=charts,
            wrong=wrong,
            faults=faults or {},
            done=done,
            measures=MEASURES,
            groups=PROPOSED,
            may_grow=len(charts) < MAX_CHARTS,
        )


def _typed(fields: Sequence[tuple[str, str]]) -> list[CustomChart]:
    """Return the charts of a form: each has all of the fields, in the order of the charts."""
    texts: dict[str, list[str]] = defaultdict(list)
    for name, text in fields:
        texts[name].append(text.strip())
    columns = [texts[name] for name in FIELDS]
    if len({len(column) for column in columns}) > 1:
        raise RequestError(
            "a chart of this form has not all of its fields",
            code="badForm",
            hint=f"each chart has {', '.join(FIELDS)}, which may be empty",
        )
    return [CustomChart(**dict(zip(FIELDS, each, strict=True))) for each in zip(*columns, strict=True)]


def _asked_to(text: str) -> tuple[str, int]:
    """Return what a button does, and to which chart, from 0 on."""
    found = _DO.fullmatch(text)
    if not found:
        raise RequestError(
            f'no button of this form does "{text}"',
            code="badForm",
            hint="do is save, add, up-N or remove-N, with the number of a chart",
        )
    return found[1], int(found[2] or 1) - 1


def _changed(charts: Sequence[CustomChart], done: str, place: int) -> list[CustomChart]:
    changed = list(charts)
    if done == "add":
        return [*changed, _EMPTY]
    if done == "remove":
        return [*changed[:place], *changed[place + 1 :]] or [_EMPTY]
    if 0 < place < len(changed):
        changed[place - 1 : place + 1] = changed[place], changed[place - 1]
    return changed


def _dashboard_in(text: str) -> tuple[str, Sequence[CustomChart]] | FieldFault:
    """Return the name and the charts of a dashboard as JSON, or what is wrong with it."""
    value = json_in("JSON", text)
    if isinstance(value, FieldFault):
        return value
    if not isinstance(value, Mapping) or set(value) - {"name", "charts"} or "charts" not in value:
        return fault_at("JSON", text, 'is no dashboard, as {"name": "Costs", "charts": [...]} is one')
    charts: list[CustomChart] = []
    for number, each in enumerate(read_charts(value["charts"]), start=1):
        if isinstance(each, str):
            return fault_at("JSON", text, f"chart {number}: {each}")
        charts.append(each)
    name = value.get("name")
    return name.strip() if isinstance(name, str) else "", charts


def _readable(charts: Json) -> Sequence[CustomChart]:
    """Return the charts that are some; the form of others is empty."""
    return [_EMPTY if isinstance(each, str) else each for each in read_charts(charts)] or [_EMPTY]
