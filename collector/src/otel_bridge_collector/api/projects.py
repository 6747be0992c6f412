"""`/v1/project`: projects, listed, found and made. Source: Braintrust OpenAPI as in spec/wire.md section 12."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.store.objects import Objects, Project


class ProjectsEndpoint:
    """Answers for projects."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def list(self, request: Request) -> Response:
        """List projects, newest first; `project_name`, `ids`, `starting_after` and `limit` choose among them."""
        query = request.query_params
        projects = self._objects.projects()
        if "starting_after" in query:
            ids = [project.id for project in projects]
            after = query["starting_after"]
            projects = projects[ids.index(after) + 1 :] if after in ids else []
        if "project_name" in query:
            projects = [project for project in projects if project.name == query["project_name"]]
        if wanted := query.getlist("ids"):
            projects = [project for project in projects if project.id in wanted]
        return JSONResponse({"objects": [_shaped(project) for project in projects[: _limit(request)]]})

    def get(self, request: Request) -> Response:
        """Return one project."""
        project_id = request.path_params["project_id"]
        project = self._objects.project(project_id)
        if project is None:
            raise RequestError(f'there is no project "{project_id}"', code="notFound", status=404)
        return JSONResponse(_shaped(project))

    async def create(self, request: Request) -> Response:
        """Return the project of a name, made now where there is none."""
        body = await read_object(request)
        name = body.get("name")
        if not isinstance(name, str) or not name:
            raise RequestError('the body has no "name"', code="invalidJson")
        return JSONResponse(_shaped(self._objects.create_project(name)))


def _limit(request: Request) -> int | None:
    text = request.query_params.get("limit")
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal():
        raise RequestError("limit is no whole number", code="badLimit")
    return int(text)


def _shaped(project: Project) -> dict[str, Json]:
    return {
        "id": project.id,
        "org_id": project.org_id,
        "name": project.name,
        "created": project.created,
        "deleted_at": None,
        "user_id": None,
        "settings": None,
    }
