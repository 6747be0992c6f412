"""The dashboards of a project as they are kept.

Each is a `view` of the project (`/v1/view`) of the type `monitor`, with its charts in `view_data` as
`{"otel_bridge": {"charts": [{"title": ..., "measure": ...}, ...]}}`. Views without charts are none, and left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.kept_views import MAX_NAME, PLACE
from otel_bridge_collector.ui.urls import named, project_url

MAX_DASHBOARDS: Final = 50
"""Of a project."""

VIEW_TYPE: Final = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard; `charts` is what its view has there, which anybody may have written."""

    id: str
    name: str
    charts: Json
    xact_id: int

    def as_json(self) -> dict[str, Json]:
        """Return what is taken elsewhere: the name and the charts."""
        return {"name": self.name, "charts": self.charts}


def dashboards_of(objects: Objects, project: Project) -> Sequence[Dashboard]:
    """Return the dashboards of a project, by name."""
    found = objects.in_projects.find("view", project_id=project.id)
    return sorted((board for each in found if (board := _board(each))), key=lambda each: each.name)


def find_dashboard(objects: Objects, project: Project, named: str) -> Dashboard:
    """Return the dashboard of a name, or of an id.

    Raises:
        RequestError: there is none.
    """
    boards = dashboards_of(objects, project)
    for found in ([each for each in boards if getattr(each, key) == named] for key in ("name", "id")):
        if found:
            return found[0]
    raise RequestError(
        f'there is no dashboard "{named}" in the project "{project.name}"',
        code="notFound",
        status=HTTPStatus.NOT_FOUND,
        hint="it is gone, or was never there; the list of dashboards has all of them",
    )


def dashboard_url(board: Dashboard, project: Project) -> str:
    """Return the path of the page of a dashboard."""
    return f"{project_url(project)}/dashboards/{named(board.name, board.id)}"


def name_fault(objects: Objects, project: Project, name: str, board_id: str) -> str:
    """Return why a dashboard, a new one without an id, cannot have a name; empty where it can."""
    if not 0 < len(name) <= MAX_NAME:
        return f"a dashboard needs a name of at most {MAX_NAME} characters"
    taken = objects.in_projects.find("view", project_id=project.id, name=name)
    if any(each.id != board_id for each in taken):
        return f'another dashboard or view of this project is named "{name}": choose another name'
    if not board_id and len(dashboards_of(objects, project)) >= MAX_DASHBOARDS:
        return f"{MAX_DASHBOARDS} dashboards are kept at most: delete one first"
    return ""


def view_data(charts: Sequence[Mapping[str, Json]]) -> dict[str, Json]:
    """Return what the view of a dashboard has as `view_data`."""
    kept: list[Json] = [dict(each) for each in charts]
    return {PLACE: {"charts": kept}}


def _board(view: ProjectObject) -> Dashboard | None:
    data = view.data.get("view_data")
    kept = data.get(PLACE) if isinstance(data, Mapping) else None
    if view.data.get("view_type") != VIEW_TYPE or not isinstance(kept, Mapping) or "charts" not in kept:
        return None
    return Dashboard(id=view.id, name=view.name, charts=kept["charts"], xact_id=view.xact_id)
