"""`/environment-object`: which version of a prompt, function or dataset an environment uses.

Source: `braintrust` 0.47.0 and 3.35.0 (spec/wire.md section 7). Environments themselves are objects like others (`api.kinds`); one
that a version is given to need not have been made before.
"""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject

OBJECT_TYPES: Final = ("prompt", "function", "dataset")


class EnvironmentObjectsEndpoint:
    """Answers for the versions that environments use."""

    def __init__(self, objects: Objects, next_xact: Callable[[], int]) -> None:
        self._objects = objects
        self._next_xact = next_xact

    def list(self, request: Request) -> Response:
        """List the versions of one object, newest first."""
        object_type, object_id = self._object(request)
        found = self._objects.in_projects.find("environment_object", project_id=object_id)
        return json_response({"objects": [_shape(each, object_type) for each in found]})

    def get(self, request: Request) -> Response:
        """Return the version that an environment uses."""
        object_type, object_id = self._object(request)
        found = self._found(object_id, request.path_params["environment"])
        return json_response(_shape(found, object_type))

    async def put(self, request: Request) -> Response:
        """Let an environment use a version."""
        object_type, object_id = self._object(request)
        version = (await read_object(request)).get("object_version")
        if not isinstance(version, str):
            raise RequestError('the body has no "object_version"', code="invalidJson")
        kept = self.use(object_id, request.path_params["environment"], version)
        return json_response(_shape(kept, object_type))

    def delete(self, request: Request) -> Response:
        """Let an environment use no version any more."""
        object_type, object_id = self._object(request)
        gone = self.forget(object_id, request.path_params["environment"])
        return json_response(_shape(gone, object_type))

    def use(self, object_id: str, environment: str, version: str) -> ProjectObject:
        """Let an environment use a version of an object that is there; return what says so.

        Raises:
            RequestError: the version is none.
        """
        data: dict[str, Json] = {"object_version": str(read_version(version))}
        in_projects, xact_id = self._objects.in_projects, self._next_xact()
        if found := in_projects.find("environment_object", project_id=object_id, name=environment):
            return in_projects.update(found[0], data=data, xact_id=xact_id)
        return in_projects.create("environment_object", object_id, environment, data=data, xact_id=xact_id)

    def forget(self, object_id: str, environment: str) -> ProjectObject:
        """Let an environment use no version of an object any more; return what said so.

        Raises:
            RequestError: it uses none.
        """
        return self._objects.in_projects.delete(self._found(object_id, environment))

    def _found(self, object_id: str, environment: str) -> ProjectObject:
        found = self._objects.in_projects.find("environment_object", project_id=object_id, name=environment)
        if not found:
            message = f'the environment "{environment}" uses no version of it'
            raise RequestError(message, code="notFound", status=404)
        return found[0]

    def _object(self, request: Request) -> tuple[str, str]:
        """Return type and id of the object of a path.

        Raises:
            RequestError: there is none.
        """
        object_type, object_id = request.path_params["object_type"], request.path_params["object_id"]
        found = self._objects.in_projects.get(object_id)
        if found is None or found.kind != object_type or object_type not in OBJECT_TYPES:
            raise RequestError(f'there is no {object_type} "{object_id}"', code="notFound", status=404)
        return object_type, object_id


def environment_version(objects: Objects, object_id: str, environment: str) -> str | None:
    """Return the version of an object that an environment uses, or None."""
    found = objects.in_projects.find("environment_object", project_id=object_id, name=environment)
    return str(found[0].data["object_version"]) if found else None


def _shape(found: ProjectObject, object_type: str) -> dict[str, Json]:
    return {
        "id": found.id,
        "object_type": object_type,
        "object_id": found.project_id,
        "environment_slug": found.name,
        "object_version": found.data["object_version"],
        "created": found.created,
    }
