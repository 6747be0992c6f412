"""`/v1/project`: projects, listed, found, made, changed and deleted.

Source: Braintrust OpenAPI as in spec/wire.md section 12. `/api/project/...` are the same for older SDKs and JavaScript.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.paging import page_of
from otel_bridge_collector.api.writing import MaskFields
from otel_bridge_collector.store.objects import Objects, Project

ShowAgain = Callable[[str], Awaitable[None]]
"""Makes the rated rows of a project anew, as its settings now say; `ratings.Ratings.show_again` does."""


class ProjectsEndpoint:
    """Answers for projects."""

    def __init__(self, objects: Objects, show_again: ShowAgain, masked: MaskFields) -> None:
        self._objects = objects
        self._masked = masked
        self._show_again = show_again

    def list(self, request: Request) -> Response:
        """List projects, newest first; `project_name` and the parameters of every list choose among them."""
        name = request.query_params.get("project_name")
        projects = [project for project in self._objects.projects() if name in (None, project.name)]
        page = page_of(request, projects, lambda project: project.id)
        return JSONResponse({"objects": [shape_project(project) for project in page]})

    def get(self, request: Request) -> Response:
        """Return one project."""
        return JSONResponse(shape_project(self._found(request.path_params["project_id"])))

    async def create(self, request: Request) -> Response:
        """Return the project of a name, made now where there is none."""
        body = await read_object(request)
        name = _name(body.get("name"), "name")
        before = self._objects.project_named(name)
        project = before or self._objects.create_project(name)
        if before is None and (data := dict(self._masked(_data(body)))):
            project = self._objects.describe_project(project, data)
        return JSONResponse(shape_project(project))

    async def change(self, request: Request) -> Response:
        """Change the given fields of a project; its settings are merged key by key."""
        project = self._found(request.path_params["project_id"])
        body = await read_object(request)
        if "name" in body:
            name = _name(body["name"], "name")
            renamed = self._objects.rename_project(project, name)
            if renamed is None:
                raise RequestError(f'there is another project "{name}"', code="nameTaken", status=409)
            project = renamed
        if data := dict(self._masked(_data(body))):
            changed = self._objects.describe_project(
                project,
                {
                    **project.data,
                    **{key: merge_value(project.data.get(key), new) for key, new in data.items()},
                },
            )
            if changed.means_ratings != project.means_ratings:
                await self._show_again(project.id)
            project = changed
        return JSONResponse(shape_project(project))

    def delete(self, request: Request) -> Response:
        """Delete a project; its rows can be reached no more."""
        project = self._found(request.path_params["project_id"])
        return JSONResponse(shape_project(self._objects.delete_project(project)))

    async def register(self, request: Request) -> Response:
        """Return the project of a name as `{"project": ...}`, for older SDKs."""
        body = await read_object(request)
        name = _name(body.get("project_name") or body.get("name") or "Global", "project_name")
        return JSONResponse({"project": shape_project(self._objects.create_project(name))})

    def find(self, request: Request) -> Response:
        """Return the project of `id` or `name` in the query string, for older SDKs."""
        query = request.query_params
        if "id" in query:
            return JSONResponse(shape_project(self._found(query["id"])))
        project = self._objects.project_named(query.get("name", ""))
        if project is None:
            raise RequestError(
                "there is no such project, expected ?id= or ?name=", code="notFound", status=404
            )
        return JSONResponse(shape_project(project))

    async def find_all(self, request: Request) -> Response:
        """Return the projects of a name as a bare list, for the command line of the JavaScript SDK."""
        body = await read_object(request)
        name = body.get("project_name") or body.get("name")
        projects = [project for project in self._objects.projects() if name in (None, project.name)]
        return JSONResponse([shape_project(project) for project in projects])

    def _found(self, project_id: str) -> Project:
        project = self._objects.project(project_id)
        if project is None:
            raise RequestError(f'there is no project "{project_id}"', code="notFound", status=404)
        return project


def shape_project(project: Project) -> dict[str, Json]:
    """Return a project as the API shows it."""
    return {
        "id": project.id,
        "org_id": project.org_id,
        "name": project.name,
        "description": project.data.get("description"),
        "created": project.created,
        "deleted_at": project.deleted_at,
        "user_id": None,
        "settings": project.data.get("settings"),
    }


def _name(value: Json, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise RequestError(f'the body has no "{field}"', code="invalidJson")
    return value


def _data(body: Mapping[str, Json]) -> dict[str, Json]:
    """Return the other fields that a body gives.

    Raises:
        RequestError: one has the wrong type, or is a setting that does not exist.
    """
    description, settings = body.get("description"), body.get("settings")
    if description is not None and not isinstance(description, str):
        raise RequestError('"description" has the wrong type, expected a text', code="invalidJson")
    if settings is not None and not isinstance(settings, Mapping):
        raise RequestError('"settings" has the wrong type, expected an object', code="invalidJson")
    rating = settings.get("feedback_scores") if settings else None
    if rating not in (None, "last", "mean"):
        raise RequestError('"feedback_scores" is neither "last" nor "mean"', code="invalidJson")
    return {name: body[name] for name in ("description", "settings") if name in body}
