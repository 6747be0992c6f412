"""Views of the logs that people keep: what the URL asks for, under a name, for everybody who reads the project."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.writing import MaskFields
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.form import read_form
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.urls import project_url

MAX_VIEWS: Final = 50
"""Of one project."""

_ASKED: Final = ("filter", "search", "since", "rows")
_MAX_NAME: Final = 100
_TYPE: Final = "logs"
_PLACE: Final = "otel_bridge"
"""What a view asks for stands in `view_data` under this name; other views of the project have nothing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """A view: `query` is the query string that shows it."""

    id: str
    name: str
    query: str


class Views:
    """Keeps views, and lets go of them."""

    def __init__(self, objects: Objects, next_xact: Callable[[], int], masked: MaskFields) -> None:
        self._objects = objects
        self._next_xact = next_xact
        self._masked = masked

    async def change(self, request: Request) -> Response:
        """Keep what a form asks for under its name, or delete the view of its id; then show the logs."""
        given = await read_form(request)
        project = find_project(self._objects, given.get("project", ""))
        query = self._delete(project, given["delete"]) if "delete" in given else self._keep(project, given)
        return RedirectResponse(f"{project_url(project)}/logs{query}", HTTPStatus.SEE_OTHER)

    def _keep(self, project: Project, given: Mapping[str, str]) -> str:
        name = given.get("name", "").strip()
        found = [each for each in _views(self._objects, project) if each.name == name]
        if not 0 < len(name) <= _MAX_NAME:
            raise _wrong(f"a view needs a name of at most {_MAX_NAME} characters")
        if not found and len(_views(self._objects, project)) >= MAX_VIEWS:
            raise _wrong(f"a project keeps {MAX_VIEWS} views: delete one first")
        asked: dict[str, Json] = {each: given[each] for each in _ASKED if given.get(each)}
        data = self._masked({"object_type": "project", "view_type": _TYPE, "view_data": {_PLACE: asked}})
        if found:
            kept = self._objects.in_projects.update(found[0], data=data, xact_id=self._next_xact())
        else:
            kept = self._objects.in_projects.create(
                "view", project.id, name, data=data, xact_id=self._next_xact()
            )
        return _query(kept)

    def _delete(self, project: Project, view_id: str) -> str:
        for each in _views(self._objects, project):
            if each.id == view_id:
                self._objects.in_projects.delete(each, xact_id=self._next_xact())
        return ""


def kept_views(objects: Objects, project: Project) -> Sequence[KeptView]:
    """Return the views of a project, by name."""
    return [
        KeptView(id=each.id, name=each.name, query=_query(each))
        for each in sorted(_views(objects, project), key=lambda each: each.name)
    ]


def _views(objects: Objects, project: Project) -> Sequence[ProjectObject]:
    found = objects.in_projects.find("view", project_id=project.id)
    return [each for each in found if each.data.get("view_type") == _TYPE and _asked(each) is not None]


def _asked(view: ProjectObject) -> Mapping[str, Json] | None:
    data = view.data.get("view_data")
    asked = data.get(_PLACE) if isinstance(data, Mapping) else None
    return asked if isinstance(asked, Mapping) else None


def _query(view: ProjectObject) -> str:
    asked = _asked(view) or {}
    return "?" + urlencode({name: str(asked[name]) for name in _ASKED if asked.get(name)})


def _wrong(message: str) -> RequestError:
    return RequestError(message, code="badForm", status=HTTPStatus.BAD_REQUEST, hint="go back and try again")
