"""`/v1/project`: projects, listed, found, made, renamed and deleted.

Source: Braintrust OpenAPI as in spec/wire.md section 12. `/api/project/...` are the same for older SDKs and JavaScript.
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.paging import page_of
from otel_bridge_collector.store.objects import Objects, Project


class ProjectsEndpoint:
    """Answers for projects."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

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
        name = _name((await read_object(request)).get("name"), "name")
        return JSONResponse(shape_project(self._objects.create_project(name)))

    async def rename(self, request: Request) -> Response:
        """Give a project another name."""
        project = self._found(request.path_params["project_id"])
        body = await read_object(request)
        if "name" in body:
            name = _name(body["name"], "name")
            renamed = self._objects.rename_project(project, name)
            if renamed is None:
                raise RequestError(f'there is another project "{name}"', code="nameTaken", status=409)
            project = renamed
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
        "description": None,
        "created": project.created,
        "deleted_at": project.deleted_at,
        "user_id": None,
        "settings": None,
    }


def _name(value: Json, field: str) -> str:
    if not isinstance(value, str) or not value:
        raise RequestError(f'the body has no "{field}"', code="invalidJson")
    return value
