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

import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import aclosing
from typing import Final, Protocol, cast

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.parent import Parent, ParentError, parse_parent
from otel_bridge.contract.row import Json, Row
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.access import Scope, current_access
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.function_lookup import definition_in
from otel_bridge_collector.api.operation import JSON, Operation, Tag
from otel_bridge_collector.api.schemas import ANY, BOOLEAN, NAME, OBJECT, TEXTS, list_of, of
from otel_bridge_collector.api.streamed import Streamed
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.decode.native import check_rows
from otel_bridge_collector.errors import ForbiddenError, QuotaError
from otel_bridge_collector.functions.definition import MODES, Call, Definition, object_in
from otel_bridge_collector.functions.piece import Console, FunctionError, JsonText, Piece, Text, Value
from otel_bridge_collector.functions.rows import Place, Trace
from otel_bridge_collector.functions.run import Functions
from otel_bridge_collector.store.json_text import dump_json
from otel_bridge_collector.store.objects import Objects

EVENTS: Final = "text/event-stream"

_NOT_CACHED: Final = {"cache-control": "no-cache"}
_UNKEPT: Final = "it was run, and its span could not be kept"
_BAD_ROW: Final = "badRow"
_FAILED: Final = "functionFailed"
_REFUSED: Final = "functionRefused"
_OBJECT_TYPES: Final[Mapping[Json, ObjectType]] = {
    "experiment": ObjectType.EXPERIMENT,
    "project_logs": ObjectType.PROJECT_LOGS,
    "playground_logs": ObjectType.PLAYGROUND_LOGS,
}


class Door(Protocol):
    """Knows what the caller may write; `ingest.Ingest` does."""

    def admit(self, parent: str | None) -> None:
        """See that the caller may send more.

        Raises:
            QuotaError: not now.
        """
        ...

    def row_fault(self, row: Row) -> str:
        """Say why the caller may not write a row; empty when nothing speaks against it."""
        ...


class FunctionsEndpoint:
    """Invokes functions."""

    def __init__(self, functions: Functions, objects: Objects, writer: RowWriter, door: Door) -> None:
        self._functions, self._objects, self._writer, self._door = functions, objects, writer, door

    async def invoke(self, request: Request) -> Response:
        """Run the function that the body names, and return its value; with `stream`, as events."""
        return await self._invoke(request, await read_object(request))

    async def invoke_one(self, request: Request) -> Response:
        """Run this function, and return its value; with `stream`, as events."""
        body = await read_object(request)
        return await self._invoke(request, {**body, "function_id": request.path_params["object_id"]})

    async def _invoke(self, request: Request, body: Mapping[str, Json]) -> Response:
        call = _call_of(body)
        parent = _parent_of(body)
        if parent is not None:
            self._door.admit(str(parent))
        definition, place = await anyio.to_thread.run_sync(self._found, body, parent)
        trace = Trace(definition, call, place, new_id=secrets.token_hex, now_s=time.time) if place else None
        await _check(trace)
        pieces = self._functions.run(definition, call, trace, self._keep)
        if call.stream:
            return Streamed(
                await _begun(pieces), "a stream of a function", media_type=EVENTS, headers=_NOT_CACHED
            )
        try:
            return json_response(await _while_heard(request, _value(pieces)))
        except FunctionError as error:
            raise _refusal(error) from error

    def _found(self, body: Mapping[str, Json], parent: Parent | None) -> tuple[Definition, Place | None]:
        definition = definition_in(self._objects, body)
        _check_may_run(definition)
        if parent is None:
            return definition, None
        ids = cast("Mapping[str, Json]", self._objects.resolve(parent))
        if fault := self._door.row_fault(cast("Row", {**ids, "id": "new"})):
            raise ForbiddenError(fault)
        return definition, Place(ids=ids, under=parent.span)

    async def _keep(self, rows: Sequence[Json]) -> None:
        try:
            written = await self._writer.write(rows)
        except (RequestError, QuotaError) as error:
            # What can never be kept is no reason to come back.
            status = 500 if isinstance(error, RequestError) and error.code == _BAD_ROW else 503
            raise FunctionError(f"{_UNKEPT}: {error}", status=status) from error
        if written.refused:
            raise FunctionError(f"{_UNKEPT}: {written.refused[0].reason}")


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


def _check_may_run(definition: Definition) -> None:
    """Let code that the caller itself brings run only for who could save it.

    Raises:
        ForbiddenError: the caller may write no functions.
    """
    is_brought = (definition.is_changed or not definition.id) and definition.function_data.get(
        "type"
    ) == "code"
    if is_brought and not current_access().may(frozenset({Scope.WRITE})):
        raise ForbiddenError(
            "code in the body needs a key with the scope write, as a function that is saved does"
        )


async def _check(trace: Trace | None) -> None:
    """See that what is given can be logged, before anything is paid for.

    Raises:
        RequestError: it cannot.
    """
    if trace is None:
        return
    checked = await anyio.to_thread.run_sync(check_rows, trace.rows())
    if checked.refused:
        raise RequestError(
            f"what is given cannot be logged: {checked.refused[0].reason}",
            code=_BAD_ROW,
            hint="give less, or no parent",
        )


async def _value(pieces: AsyncGenerator[Piece]) -> Json:
    value: Json = None
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Value):
                value = piece.value
    return value


async def _while_heard(request: Request, value: Awaitable[Json]) -> Json:
    """Return a value, or nothing where the caller hangs up meanwhile: what is asked for it ends then.

    Raises:
        FunctionError: as the value.
    """
    found: list[Json] = []
    failed: list[FunctionError] = []

    async def wait(scope: anyio.CancelScope) -> None:
        try:
            found.append(await value)
        except FunctionError as error:
            failed.append(error)  # raised below by itself, and in no group
        scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(wait, group.cancel_scope)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        group.cancel_scope.cancel()
    if failed:
        raise failed[0]
    return found[0] if found else None


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
