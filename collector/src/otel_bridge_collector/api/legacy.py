"""What older SDKs and the JavaScript SDK ask for: the same objects under other paths and in other shapes.

Source: `braintrust` 0.3.15 for Python and 3.35.0 for JavaScript, measured (spec/wire.md sections 0, 5 and 7).
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.kinds import DATASET, EXPERIMENT, FUNCTION, PROMPT
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.projects import shape_project
from otel_bridge_collector.api.summaries import Summaries
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject


class LegacyEndpoint:
    """Registers experiments and datasets, and finds experiments and their bases."""

    def __init__(
        self,
        objects: Objects,
        experiments: ObjectsEndpoint,
        datasets: ObjectsEndpoint,
        summaries: Summaries,
    ) -> None:
        self._objects = objects
        self._experiments = experiments
        self._datasets = datasets
        self._summaries = summaries

    async def register_experiment(self, request: Request) -> Response:
        """Make an experiment, or with `update` reopen the one that has its name."""
        body = await read_object(request)
        project = self._project(body)
        fields: dict[str, Json] = {**body, "ensure_new": not body.get("update")}
        if "experiment_name" in body:
            fields["name"] = body["experiment_name"]
        if base := self._base(project, body):
            fields["base_exp_id"] = base.id
        made = self._experiments.make(project.id, fields)
        return json_response(
            {
                "project": shape_project(project),
                "experiment": EXPERIMENT.shape(made, org_id=self._objects.org_id),
            }
        )

    async def find_experiments(self, request: Request) -> Response:
        """Return the experiments of a name as a bare list."""
        body = await read_object(request)
        project = self._found_project(body)
        name = body.get("experiment_name")
        found = self._objects.in_projects.find(
            "experiment",
            project_id=project.id if project else None,
            name=name if isinstance(name, str) else None,
        )
        if project is None and ("project_name" in body or "project_id" in body):
            found = []
        return json_response([EXPERIMENT.shape(each, org_id=self._objects.org_id) for each in found])

    async def find_base(self, request: Request) -> Response:
        """Return the experiment that another is compared with; 400 when there is none, as the SDKs expect."""
        body = await read_object(request)
        base = self._summaries.base_of(self._experiments.found(str(body.get("id", ""))))
        if base is None:
            raise RequestError("there is no experiment to compare with", code="noBase")
        return JSONResponse({"id": body["id"], "base_exp_id": base.id, "base_exp_name": base.name})

    async def register_dataset(self, request: Request) -> Response:
        """Return the dataset of a name, made now where there is none."""
        body = await read_object(request)
        project = self._project(body)
        fields = {**body, "name": body.get("dataset_name") or "logs"}
        made = self._datasets.make(project.id, fields)
        return json_response(
            {"project": shape_project(project), "dataset": DATASET.shape(made, org_id=self._objects.org_id)}
        )

    def _project(self, body: Mapping[str, Json]) -> Project:
        found = self._found_project(body)
        if found:
            return found
        name = body.get("project_name")
        if isinstance(name, str) and name:
            return self._objects.create_project(name)
        raise RequestError(
            'the body names no project that is there, expected "project_id" or "project_name"',
            code="notFound",
            status=404,
        )

    def _found_project(self, body: Mapping[str, Json]) -> Project | None:
        project_id, name = body.get("project_id"), body.get("project_name")
        if isinstance(project_id, str):
            return self._objects.project(project_id)
        return self._objects.project_named(name) if isinstance(name, str) else None

    def _base(self, project: Project, body: Mapping[str, Json]) -> ProjectObject | None:
        name = body.get("base_experiment")
        if not isinstance(name, str):
            return None
        found = self._objects.in_projects.find("experiment", project_id=project.id, name=name)
        return found[0] if found else None


class InsertFunctionsEndpoint:
    """`/insert-functions`: what `publish()` and `braintrust push` send."""

    def __init__(self, objects: Objects, prompts: ObjectsEndpoint, functions: ObjectsEndpoint) -> None:
        self._objects = objects
        self._prompts = prompts
        self._functions = functions

    async def post(self, request: Request) -> Response:
        """Make or replace prompts and functions; where the slug is taken, `if_exists` decides."""
        body = await read_object(request)
        functions = body.get("functions")
        if not isinstance(functions, list):
            raise RequestError('the body has no list "functions"', code="invalidJson")
        return json_response({"functions": [self._insert(each) for each in functions]})

    def _insert(self, given: Json) -> Json:
        if not isinstance(given, Mapping):
            raise RequestError("a function is an object", code="invalidJson")
        body = {name: value for name, value in given.items() if value is not None}
        data = body.get("function_data")
        is_prompt = isinstance(data, Mapping) and data.get("type") == "prompt"
        endpoint, kind = (self._prompts, PROMPT) if is_prompt else (self._functions, FUNCTION)
        project_id = endpoint.owner_of(body)
        slug = body.get("slug")
        taken = self._objects.in_projects.find(
            kind.name, project_id=project_id, slug=slug if isinstance(slug, str) else ""
        )
        match body.get("if_exists", "error"):
            case "error" if taken:
                raise RequestError(f'there is already a {kind.name} "{slug}"', code="slugTaken", status=409)
            case "replace" if taken:
                made = endpoint.overwrite(taken[0], body)
            case "error" | "replace" | "ignore":
                made = endpoint.make(project_id, body)
            case other:
                raise RequestError(
                    f'"if_exists" is {other!r}, expected error, ignore or replace', code="invalidJson"
                )
        return kind.shape(made, org_id=self._objects.org_id)
