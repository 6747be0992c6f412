"""Views of the monitor that are kept: each is what its URL asks for, under a name, as a `view` of the project (`/v1/view`).

`options` of the view is `{"asked": {"filter": ..., "by": ..., "since": ...}}`, with the parameters of the URL as they are.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.form import only, read_form
from otel_bridge_collector.ui.lookup import find_project
from otel_bridge_collector.ui.urls import project_url

PARAMETERS: Final = ("filter", "search", "since", "rows", "by", "from", "until")
_TYPE: Final = "monitor"


class KeptViews:
    """Keeps views of the monitor."""

    def __init__(self, objects: Objects, views: ObjectsEndpoint) -> None:
        self._objects = objects
        self._views = views

    async def keep(self, request: Request) -> Response:
        """Keep what the monitor shows under a name; the view that has the name is replaced."""
        given = await read_form(request)
        only(given, "project", "name", *PARAMETERS)
        project = find_project(self._objects, given.get("project", ""))
        name = given.get("name", "").strip()
        if not name:
            raise RequestError("a view needs a name", code="badForm", hint="go back and give it one")
        asked: Mapping[str, Json] = {part: text for part in PARAMETERS if (text := given.get(part, ""))}
        body: Mapping[str, Json] = {
            "name": name, "object_type": "project", "view_type": _TYPE, "options": {"asked": asked},
        }  # fmt: skip
        before = next((each for each in kept_views(self._objects, project.id) if each.name == name), None)
        if before is None and self._objects.in_projects.find("view", project_id=project.id, name=name):
            raise RequestError(
                f'another view of this project is named "{name}"',
                code="badForm",
                hint="go back and choose another name",
            )
        kept = self._views.overwrite(before, body) if before else self._views.make(project.id, body)
        return RedirectResponse(f"{project_url(project)}/monitor{view_url(kept)}", HTTPStatus.SEE_OTHER)

    async def forget(self, request: Request) -> Response:
        """Delete a view."""
        given = await read_form(request)
        only(given, "project", "view")
        project = find_project(self._objects, given.get("project", ""))
        found = next(
            (each for each in kept_views(self._objects, project.id) if each.id == given.get("view")), None
        )
        if found is None:
            raise RequestError(
                "this view is gone",
                code="notFound",
                status=HTTPStatus.NOT_FOUND,
                hint="the monitor lists those that are there",
            )
        self._objects.in_projects.delete(found)
        return RedirectResponse(f"{project_url(project)}/monitor", HTTPStatus.SEE_OTHER)


def kept_views(objects: Objects, project_id: str) -> Sequence[ProjectObject]:
    """Return the views of the monitor of a project, the oldest first."""
    found = objects.in_projects.find("view", project_id=project_id)
    return [each for each in reversed(found) if each.data.get("view_type") == _TYPE]


def view_url(view: ProjectObject) -> str:
    """Return the query string of a view."""
    options = view.data.get("options")
    asked = options.get("asked") if isinstance(options, Mapping) else None
    said: Mapping[str, Json] = asked if isinstance(asked, Mapping) else {}
    texts = {name: text for name in PARAMETERS if isinstance(text := said.get(name), str)}
    return "?" + urlencode(texts)
