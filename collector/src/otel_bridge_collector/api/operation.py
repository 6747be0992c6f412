"""One operation of the API: its route, and its entry in the OpenAPI description. It knows no resource."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, TypedDict, Unpack, cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.schemas import ERROR, Schema

Handler: TypeAlias = Callable[[Request], Response | Awaitable[Response]]
Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]

JSON: Final = "application/json"
_PATH_PARAMETER: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What one method of one path does.

    Attributes:
        tag: the resource that it belongs to.
        handler: its docstring says what it does.
        query: parameters of the query string, each with its schema.
        body: schema of the body; None when it has none.
        body_type: media type of the body.
        answer: schema of the answer's body.
        answer_types: media types that the answer may have.
        busy: schema of the body of a 503.
        begun: schema of the body of a 202; None where all is done when it is answered.
    """

    method: Method
    path: str
    tag: str
    handler: Handler
    query: Mapping[str, Schema] = field(default_factory=dict[str, Schema])
    body: Schema | None = None
    body_type: str = JSON
    answer: Schema
    answer_types: Sequence[str] = (JSON,)
    busy: Schema = field(default_factory=lambda: ERROR)
    begun: Schema | None = None

    def route(self) -> Route:
        """Return the route."""
        return Route(self.path, self.handler, methods=[self.method])

    def described(self) -> dict[str, Json]:
        """Return the operation object of OpenAPI 3.1."""
        summary, _, rest = (inspect.getdoc(self.handler) or "").partition("\n")
        entry: dict[str, Any] = {
            "tags": [self.tag],
            "summary": summary.removesuffix("."),
            "operationId": self._id(),
            "parameters": [*self._path_parameters(), *self._query_parameters()],
            "responses": {
                "200": {
                    "description": "done",
                    "content": {kind: self._content(kind) for kind in self.answer_types},
                },
                "4XX": {"description": "what is wrong, and what to do", "content": {JSON: {"schema": ERROR}}},
                "503": {"description": "ask again in a second", "content": {JSON: {"schema": self.busy}}},
            },
        }
        if self.begun is not None:
            content = {JSON: {"schema": self.begun}}
            entry["responses"]["202"] = {"description": "begun", "content": content}
        if rest.strip():
            entry["description"] = rest.strip()
        if self.body is not None:
            entry["requestBody"] = {"required": True, "content": {self.body_type: {"schema": self.body}}}
        return cast("dict[str, Json]", entry)

    def _id(self) -> str:
        words = _PATH_PARAMETER.sub(r"by_\1", self.path).title()
        return f"{self.method.lower()}{words}".translate(_NO_MARKS)

    def _content(self, kind: str) -> Mapping[str, Any]:
        return {"schema": self.answer if kind == JSON else {"type": "string"}}

    def _path_parameters(self) -> list[Mapping[str, Any]]:
        return [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
            for name in _PATH_PARAMETER.findall(self.path)
        ]

    def _query_parameters(self) -> list[Mapping[str, Any]]:
        return [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in self.query.items()
        ]


class More(TypedDict, total=False):
    """Attributes of an operation that most do without."""

    query: Mapping[str, Schema]
    body: Schema
    body_type: str
    answer_types: Sequence[str]
    busy: Schema
    begun: Schema


@dataclass(frozen=True, slots=True)
class Tag:
    """A resource, whose operations it makes."""

    name: str

    def get(self, path: str, handler: Handler, *, answer: Schema, **more: Unpack[More]) -> Operation:
        """Return a reading operation."""
        return Operation(method="GET", path=path, tag=self.name, handler=handler, answer=answer, **more)

    def post(self, path: str, handler: Handler, *, answer: Schema, **more: Unpack[More]) -> Operation:
        """Return an operation that makes something, or asks with a body."""
        return Operation(method="POST", path=path, tag=self.name, handler=handler, answer=answer, **more)

    def put(self, path: str, handler: Handler, *, answer: Schema, **more: Unpack[More]) -> Operation:
        """Return an operation that makes or replaces something."""
        return Operation(method="PUT", path=path, tag=self.name, handler=handler, answer=answer, **more)

    def patch(self, path: str, handler: Handler, *, answer: Schema, **more: Unpack[More]) -> Operation:
        """Return an operation that changes something."""
        return Operation(method="PATCH", path=path, tag=self.name, handler=handler, answer=answer, **more)

    def delete(self, path: str, handler: Handler, *, answer: Schema, **more: Unpack[More]) -> Operation:
        """Return an operation that deletes something."""
        return Operation(method="DELETE", path=path, tag=self.name, handler=handler, answer=answer, **more)


_NO_MARKS: Final = str.maketrans("", "", "/-_.")


def describe(operations: Sequence[Operation], *, version: str) -> dict[str, Json]:
    """Return the OpenAPI document of operations."""
    paths: dict[str, Json] = {}
    for each in operations:
        path = cast("dict[str, Json]", paths.setdefault(each.path, {}))
        path[each.method.lower()] = each.described()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "otel-bridge-collector",
            "version": version,
            "description": "Braintrust's API over the rows that the sidecar keeps. OTLP is taken on the same port.",
        },
        "paths": paths,
    }
