"""`/v1/{experiment,dataset,prompt,function,project_tag,project_score,view,...}`: named objects, one endpoint for all kinds.

Source: Braintrust OpenAPI, and spec/wire.md sections 5, 7, 8 and 12. What differs between the kinds stands in
`api.kinds`.
"""

import secrets
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.code_of_experiment import with_code
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.kinds import Kind
from otel_bridge_collector.api.paging import page_of
from otel_bridge_collector.api.states import said_state, state_of
from otel_bridge_collector.api.writing import MaskFields
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject


class ObjectsEndpoint:
    """Answers for the objects of one kind."""

    def __init__(
        self, kind: Kind, objects: Objects, next_xact: Callable[[], int], masked: MaskFields
    ) -> None:
        self._kind = kind
        self._objects = objects
        self._next_xact = next_xact
        self._masked = masked

    def list(self, request: Request) -> Response:
        """List objects, newest first.

        The id of the owner, `project_name`, `<kind>_name`, `slug` and the parameters of every list choose among them;
        `version` or `environment` asks for a past state of each.
        """
        query = request.query_params
        owner_id = query.get(self._kind.owner)
        if "project_name" in query:
            project = self._objects.project_named(query["project_name"])
            if project is None or owner_id not in (None, project.id):
                return json_response({"objects": []})
            owner_id = project.id
        found = self._objects.in_projects.find(
            self._kind.name,
            project_id=owner_id,
            name=query.get(self._kind.name_parameter),
            slug=query.get("slug"),
        )
        for field in self._kind.type_fields:
            if wanted := query.getlist(field):
                found = [each for each in found if each.data.get(field) in wanted]
        states = [state for each in found if (state := self._state(each, query))]
        page = page_of(request, states, lambda each: each.id)
        return json_response({"objects": [self._shaped(each) for each in page]})

    def get(self, request: Request) -> Response:
        """Return one object; with `version` or `environment`, as it was."""
        found = self.found(request.path_params["object_id"])
        state = self._state(found, request.query_params)
        if state is None:
            raise RequestError(
                f'{self._kind.name} "{found.name}" has no state{_said(request.query_params)}',
                code="notFound",
                status=404,
            )
        return json_response(self._shaped(state))

    async def create(self, request: Request) -> Response:
        """Make an object, or return the one that has its name; with `ensure_new`, under another name then."""
        body = await read_object(request)
        return json_response(self._shaped(self.make(self.owner_of(body), body)))

    async def replace(self, request: Request) -> Response:
        """Make an object, or replace the one that has its name."""
        body = await read_object(request)
        owner_id = self.owner_of(body)
        found = self._named(owner_id, body)
        if found is None:
            return json_response(self._shaped(self.make(owner_id, body)))
        return json_response(self._shaped(self.overwrite(found, body)))

    async def change(self, request: Request) -> Response:
        """Change the given fields of an object; objects in them are merged key by key."""
        found = self.found(request.path_params["object_id"])
        return json_response(self._shaped(self.merge(found, await read_object(request))))

    def delete(self, request: Request) -> Response:
        """Delete an object."""
        found = self.found(request.path_params["object_id"])
        return json_response(self._shaped(self._objects.in_projects.delete(found, xact_id=self._next_xact())))

    def found(self, object_id: str) -> ProjectObject:
        """Return the object of an id.

        Raises:
            RequestError: there is none of this kind.
        """
        found = self._objects.in_projects.get(object_id)
        if found is None or found.kind != self._kind.name:
            raise RequestError(f'there is no {self._kind.name} "{object_id}"', code="notFound", status=404)
        return found

    def owner_of(self, body: Mapping[str, Json]) -> str:
        """Return the id of the project, or whatever else, that a body says it belongs to.

        Raises:
            RequestError: it names none, or one that is not there.
        """
        field = self._kind.owner
        if field == "org_id":
            return self._objects.org_id
        owner_id = self._text(body, field)
        if field == "project_id" and self._objects.project(owner_id) is None:
            raise RequestError(f'there is no project "{owner_id}"', code="notFound", status=404)
        if field == "dataset_id" and self._objects.in_projects.get(owner_id) is None:
            raise RequestError(f'there is no dataset "{owner_id}"', code="notFound", status=404)
        return owner_id

    def make(self, owner_id: str, body: Mapping[str, Json]) -> ProjectObject:
        """Make an object as `create` does.

        Raises:
            RequestError: a field is missing or has the wrong type.
        """
        name = self._name(body) if "name" in body or not self._kind.names_itself else ""
        found = self._named(owner_id, {**body, "name": name}) if name else None
        if found and not body.get("ensure_new"):
            return found
        if found or not name:
            name = f"{name or self._kind.name}-{secrets.token_hex(4)}"
        for field in self._kind.required:
            self._text(body, field)
        data = self._data(body)
        if self._kind.name == "experiment":
            find = self._objects.in_projects.find
            data = with_code(data, body, lambda: find("experiment", project_id=owner_id))
        self._check(data)
        return self._objects.in_projects.create(
            self._kind.name,
            owner_id,
            name,
            slug=self._slug(body),
            data=data,
            xact_id=self._next_xact(),
        )

    def overwrite(self, found: ProjectObject, body: Mapping[str, Json]) -> ProjectObject:
        """Replace every field of an object; its slug only where the body has one.

        Raises:
            RequestError: a field is missing or has the wrong type.
        """
        self._check(self._data(body))
        return self._objects.in_projects.update(
            found,
            name=self._name(body),
            slug=self._slug(body) if "slug" in body else None,
            data=self._data(body),
            xact_id=self._next_xact(),
        )

    def merge(self, found: ProjectObject, body: Mapping[str, Json]) -> ProjectObject:
        """Change the fields of an object that a body gives.

        Raises:
            RequestError: a field has the wrong type.
        """
        given = self._data(body)
        data = {**found.data, **{name: merge_value(found.data.get(name), new) for name, new in given.items()}}
        self._check(data)
        return self._objects.in_projects.update(
            found,
            name=self._name(body) if "name" in body else None,
            slug=self._slug(body) if "slug" in body else None,
            data=data,
            xact_id=self._next_xact(),
        )

    def _check(self, data: Mapping[str, Json]) -> None:
        if fault := self._kind.fault(data):
            raise RequestError(fault, code="invalidJson")

    def _named(self, owner_id: str, body: Mapping[str, Json]) -> ProjectObject | None:
        """Return the object that has the slug of a body, or its name where the kind has no slugs."""
        name = None if self._kind.has_slug else self._name(body)
        found = self._objects.in_projects.find(
            self._kind.name, project_id=owner_id, name=name, slug=self._slug(body)
        )
        return found[0] if found else None

    def _name(self, body: Mapping[str, Json]) -> str:
        return self._text(body, "name")

    def _slug(self, body: Mapping[str, Json]) -> str | None:
        return self._text(body, "slug") if self._kind.has_slug else None

    def _text(self, body: Mapping[str, Json], field: str) -> str:
        value = body.get(field)
        if not isinstance(value, str) or not value:
            raise RequestError(f'the body has no "{field}"', code="invalidJson")
        return value

    def _data(self, body: Mapping[str, Json]) -> dict[str, Json]:
        """Return the fields of the kind that a body gives."""
        for name, expected in self._kind.fields.items():
            value = body.get(name)
            if value is not None and not isinstance(value, expected):
                raise RequestError(
                    f'"{name}" has the wrong type, expected {self._kind.described(name)}', code="invalidJson"
                )
        return dict(self._masked({name: body[name] for name in self._kind.fields if name in body}))

    def _shaped(self, found: ProjectObject) -> dict[str, Json]:
        return self._kind.shape(found, org_id=self._objects.org_id)

    def _state(self, found: ProjectObject, query: Mapping[str, str]) -> ProjectObject | None:
        """Return the state of an object that `version` or `environment` asks for, else the present one."""
        environment = query.get("environment") if self._kind.is_versioned else None
        return state_of(self._objects, found, version=query.get("version"), environment=environment)


def _said(query: Mapping[str, str]) -> str:
    return said_state(query.get("version"), query.get("environment"))
