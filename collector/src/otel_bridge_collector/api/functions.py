"""`/function/invoke` and `/v1/function/{object_id}/invoke`: run a function, and answer with its value or with events as it goes.

| event | data |
| --- | --- |
| `text_delta` | a part of a text, as JSON |
| `json_delta` | a part of a JSON text, as it is |
| `console` | `{"message", "stream"}` |
| `error` | why it failed, as JSON; the last before `done` |
| `done` | nothing |

Source: spec/wire.md section 9. A function that was run and failed is answered with 500, which the SDKs know; what was not run with 4xx or 503.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Final, cast

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.parent import Parent, ParentError, parse_parent
from otel_bridge.contract.row import Json
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.function_lookup import definition_in
from otel_bridge_collector.api.invocation import Invoker, value_of, while_heard
from otel_bridge_collector.api.operation import JSON, Operation, Tag
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.schemas import ANY, BOOLEAN, NAME, OBJECT, TEXTS, list_of, of
from otel_bridge_collector.api.streamed import Streamed
from otel_bridge_collector.api.threads import PREPROCESSOR, Threads
from otel_bridge_collector.functions.definition import MODES, Call, object_in
from otel_bridge_collector.functions.piece import Console, FunctionError, JsonText, Piece, Text, Value
from otel_bridge_collector.store.json_text import dump_json
from otel_bridge_collector.store.objects import Objects

EVENTS: Final = "text/event-stream"

_NOT_CACHED: Final = {"cache-control": "no-cache"}
_FAILED: Final = "functionFailed"
_REFUSED: Final = "functionRefused"
_OBJECT_TYPES: Final[Mapping[Json, ObjectType]] = {
    "experiment": ObjectType.EXPERIMENT,
    "project_logs": ObjectType.PROJECT_LOGS,
    "playground_logs": ObjectType.PLAYGROUND_LOGS,
}


class FunctionsEndpoint:
    """Invokes functions."""

    def __init__(self, invoker: Invoker, objects: Objects, reader: Reader) -> None:
        self._invoker, self._objects, self._threads = invoker, objects, Threads(reader)

    async def invoke(self, request: Request) -> Response:
        """Run the function that the body names, and return its value; with `stream`, as events."""
        return await self._invoke(request, await read_object(request))

    async def invoke_one(self, request: Request) -> Response:
        """Run this function, and return its value; with `stream`, as events."""
        body = await read_object(request)
        return await self._invoke(request, {**body, "function_id": request.path_params["object_id"]})

    async def _invoke(self, request: Request, body: Mapping[str, Json]) -> Response:
        call, parent = _call_of(body), _parent_of(body)
        definition = await anyio.to_thread.run_sync(definition_in, self._objects, body)
        if definition.function_type == PREPROCESSOR and definition.function_data.get("type") == "global":
            pieces = _of_value(await self._threads.thread(definition, call.input))
        else:
            pieces = (await self._invoker.begin(definition, call, parent)).pieces
        if call.stream:
            return Streamed(
                await _begun(pieces), "a stream of a function", media_type=EVENTS, headers=_NOT_CACHED
            )
        try:
            return json_response(await while_heard(request, value_of(pieces)))
        except FunctionError as error:
            raise _refusal(error) from error


def function_operations(endpoint: FunctionsEndpoint) -> list[Operation]:
    """Return what this module answers, for `routes.build_routes`."""
    tag = Tag("function")
    said = {
        "input": ANY, "expected": ANY, "metadata": OBJECT, "tags": TEXTS, "messages": list_of(OBJECT),
        "parent": {"type": ["string", "object"]}, "stream": BOOLEAN, "mode": {"enum": list(MODES)},
        "strict": BOOLEAN, "version": NAME, "environment": NAME,
    }  # fmt: skip
    named = dict.fromkeys(("function_id", "project_name", "slug", "global_function", "function_type"), NAME)
    types = (JSON, EVENTS)
    return [
        tag.post(
            "/function/invoke",
            endpoint.invoke,
            body=of({}, {**named, **said}),
            answer=ANY,
            answer_types=types,
        ),
        tag.post(
            "/v1/function/{object_id}/invoke",
            endpoint.invoke_one,
            body=of({}, said),
            answer=ANY,
            answer_types=types,
        ),
    ]


def _call_of(body: Mapping[str, Json]) -> Call:
    mode = body.get("mode", "auto")
    if mode not in MODES:
        raise RequestError(f'"mode" is {mode!r}, expected {", ".join(MODES)}', code="invalidJson")
    return Call(
        input=body.get("input"),
        expected=body.get("expected"),
        metadata=cast("Mapping[str, Json]", _typed(body, "metadata", dict, "an object", {})),
        tags=cast("Sequence[str]", _listed(body, "tags", str, "texts")),
        messages=cast("Sequence[Mapping[str, Json]]", _listed(body, "messages", dict, "objects")),
        mode=mode,
        strict=bool(_typed(body, "strict", bool, "a boolean", default=False)),
        stream=bool(_typed(body, "stream", bool, "a boolean", default=False)),
    )


def _typed(body: Mapping[str, Json], name: str, kind: type, words: str, default: Json) -> Json:
    value = body.get(name, default)
    if not isinstance(value, kind):
        raise RequestError(f'"{name}" has the wrong type, expected {words}', code="invalidJson")
    return value


def _listed(body: Mapping[str, Json], name: str, kind: type, words: str) -> Sequence[Json]:
    listed = cast("list[Json]", _typed(body, name, list, f"a list of {words}", []))
    if not all(isinstance(each, kind) for each in listed):
        raise RequestError(f'"{name}" has the wrong type, expected a list of {words}', code="invalidJson")
    return listed


def _parent_of(body: Mapping[str, Json]) -> Parent | None:
    given = body.get("parent")
    if not given:
        return None
    try:
        return parse_parent(given if isinstance(given, str) else _slug_of(body))
    except ParentError as error:
        raise RequestError(f'"parent" names nothing: {error}', code="invalidJson") from error


def _slug_of(body: Mapping[str, Json]) -> str:
    """The slug of a parent that is written as an object."""
    given = object_in(body, "parent")
    kind = _OBJECT_TYPES.get(given.get("object_type"))
    if kind is None or not isinstance(given.get("object_id"), str):
        raise RequestError(
            f'"parent" is no slug, and has no object_id with an object_type of {", ".join(map(str, _OBJECT_TYPES))}',
            code="invalidJson",
        )
    ids = object_in(given, "row_ids")
    texts = {
        name: value for name in ("id", "span_id", "root_span_id") if isinstance(value := ids.get(name), str)
    }
    has_row = len(texts) == len(("id", "span_id", "root_span_id"))
    return SpanComponents(
        object_type=kind,
        object_id=str(given["object_id"]),
        row_id=texts["id"] if has_row else None,
        span_id=texts["span_id"] if has_row else None,
        root_span_id=texts["root_span_id"] if has_row else None,
        propagated_event=object_in(given, "propagated_event") or None,
    ).encode()


async def _of_value(value: Json) -> AsyncGenerator[Piece]:
    yield Value(value)


async def _begun(pieces: AsyncGenerator[Piece]) -> AsyncGenerator[bytes]:
    """Return the events of pieces; what fails before the first is an error of the request.

    Raises:
        RequestError: it failed at once.
    """
    try:
        first = await anext(pieces, None)
    except FunctionError as error:
        raise _refusal(error) from error
    return _events(first, pieces)


async def _events(first: Piece | None, pieces: AsyncGenerator[Piece]) -> AsyncGenerator[bytes]:
    has_parts = False
    async with aclosing(pieces):
        try:
            piece = first
            while piece is not None:
                if not (has_parts and isinstance(piece, Value)):
                    yield _event(piece)
                has_parts = has_parts or isinstance(piece, Text | JsonText)
                piece = await anext(pieces, None)
        except FunctionError as error:
            yield _text_event("error", dump_json(str(error)))
    yield _text_event("done", "")


def _event(piece: Piece) -> bytes:
    match piece:
        case Text():
            return _text_event("text_delta", dump_json(piece.text))
        case JsonText():
            return _text_event("json_delta", piece.text)
        case Value():
            return _text_event("json_delta", dump_json(piece.value))
        case Console():
            return _text_event("console", dump_json({"message": piece.text, "stream": piece.stream}))


def _text_event(name: str, data: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {name}\n{lines}\n".encode()


def _refusal(error: FunctionError) -> RequestError:
    return RequestError(
        str(error), code=_REFUSED if error.is_refused else _FAILED, status=error.status,
        hint="see docs/functions.md",
    )  # fmt: skip
