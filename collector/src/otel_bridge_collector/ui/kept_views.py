"""Views of the logs and of the monitor that people keep: what the URL asks for, under a name, for everybody who reads the project.

Each is a `view` of the project (`/v1/view`). What it asks for stands in its `view_data` as `{"otel_bridge": {"filter": ..., "since": ...}}`,
with the parameters of the URL as they are; views of other programs have nothing there, and are left alone.
"""

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
from otel_bridge_collector.ui.form import only, read_form
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.urls import project_url

MAX_VIEWS: Final = 50
"""Of one page of a project."""

PARAMETERS: Final[Mapping[str, Sequence[str]]] = {
    "logs": ("filter", "search", "since", "rows", "from", "until", "columns", "by"),
    "monitor": ("filter", "search", "since", "rows", "by", "from", "until"),
}
"""Page, which is the `view_type` -> the parameters of its URL that a view keeps."""

MAX_NAME: Final = 100
PLACE: Final = "otel_bridge"
"""The member of `view_data` that is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptView:
    """A view: `query` is the query string that shows it."""

    id: str
    name: str
    query: str


class KeptViews:
    """Keeps views, and lets go of them."""

    def __init__(self, objects: Objects, next_xact: Callable[[], int], masked: MaskFields) -> None:
        self._objects = objects
        self._next_xact = next_xact
        self._masked = masked

    async def keep(self, request: Request) -> Response:
        """Keep what a form asks for under its name; the view of the page that has the name is replaced."""
        given = await read_form(request)
        page = _page(given)
        only(given, "project", "page", "name", *PARAMETERS[page])
        project = find_project(self._objects, given.get("project", ""))
        name = given.get("name", "").strip()
        found = self._replaced(project, page, name)
        asked: dict[str, Json] = {each: given[each] for each in PARAMETERS[page] if given.get(each)}
        data = self._masked({"object_type": "project", "view_type": page, "view_data": {PLACE: asked}})
        in_projects, xact_id = self._objects.in_projects, self._next_xact()
        if found:
            kept = in_projects.update(found, data=data, xact_id=xact_id)
        else:
            kept = in_projects.create("view", project.id, name, data=data, xact_id=xact_id)
        return _shown(project, page, _query(kept, page))

    async def forget(self, request: Request) -> Response:
        """Delete a view."""
        given = await read_form(request)
        page = _page(given)
        only(given, "project", "page", "view")
        project = find_project(self._objects, given.get("project", ""))
        found = next(
            (each for each in _views(self._objects, project, page) if each.id == given.get("view")), None
        )
        if found is None:
            hint = f"the {page} page lists those that are there"
            raise RequestError("this view is gone", code="notFound", status=HTTPStatus.NOT_FOUND, hint=hint)
        self._objects.in_projects.delete(found, xact_id=self._next_xact())
        return _shown(project, page, "")

    def _replaced(self, project: Project, page: str, name: str) -> ProjectObject | None:
        """The view that has the name.

        Raises:
            RequestError: there can be none of this name.
        """
        if not 0 < len(name) <= MAX_NAME:
            raise _wrong(f"a view needs a name of at most {MAX_NAME} characters")
        views = _views(self._objects, project, page)
        if found := next((each for each in views if each.name == name), None):
            return found
        if self._objects.in_projects.find("view", project_id=project.id, name=name):
            raise _wrong(f'another view of this project is named "{name}": choose another name')
        if len(views) >= MAX_VIEWS:
            raise _wrong(f"{MAX_VIEWS} views are kept at most: delete one first")
        return None


def kept_views(objects: Objects, project: Project, page: str) -> Sequence[KeptView]:
    """Return the views of a page, by name."""
    return [
        KeptView(id=each.id, name=each.name, query=_query(each, page))
        for each in sorted(_views(objects, project, page), key=lambda each: each.name)
    ]


def _views(objects: Objects, project: Project, page: str) -> Sequence[ProjectObject]:
    found = objects.in_projects.find("view", project_id=project.id)
    return [each for each in found if each.data.get("view_type") == page and _asked(each) is not None]


def _asked(view: ProjectObject) -> Mapping[str, Json] | None:
    data = view.data.get("view_data")
    asked = data.get(PLACE) if isinstance(data, Mapping) else None
    # One with charts is a dashboard.
    return asked if isinstance(asked, Mapping) and "charts" not in asked else None


def _query(view: ProjectObject, page: str) -> str:
    asked = _asked(view) or {}
    return "?" + urlencode({name: str(asked[name]) for name in PARAMETERS[page] if asked.get(name)})


def _shown(project: Project, page: str, query: str) -> Response:
    return RedirectResponse(f"{project_url(project)}/{page}{query}", HTTPStatus.SEE_OTHER)


def _page(given: Mapping[str, str]) -> str:
    page = given.get("page", "")
    if page not in PARAMETERS:
        raise _wrong(f"views are kept of {' and '.join(PARAMETERS)}")
    return page


def _wrong(message: str) -> RequestError:
    return RequestError(message, code="badForm", status=HTTPStatus.BAD_REQUEST, hint="go back and try again")
