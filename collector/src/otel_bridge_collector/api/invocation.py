"""A call of a function for whoever asks: whether it may be run and logged, what it gives, and that it ends with who wants it.

`/function/invoke` and the playground of the page call functions through it.
"""

import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar, cast

import anyio
import anyio.to_thread
from starlette.requests import Request

from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.access import Scope, current_access
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.decode.native import check_rows
from otel_bridge_collector.errors import ForbiddenError, QuotaError
from otel_bridge_collector.functions.definition import Call, Definition
from otel_bridge_collector.functions.piece import FunctionError, JsonText, Piece, Text, Value
from otel_bridge_collector.functions.rows import Place, Trace
from otel_bridge_collector.functions.run import Functions
from otel_bridge_collector.store.objects import Objects

Found = TypeVar("Found")

_UNKEPT: Final = "it was run, and its span could not be kept"
_BAD_ROW: Final = "badRow"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A call that may run; it does once its pieces are asked for.

    Attributes:
        pieces: what it gives; raises `FunctionError`.
        trace: of its spans; None where nothing is logged.
    """

    pieces: AsyncGenerator[Piece]
    trace: Trace | None


class Invoker:
    """Calls functions for the caller of the running request."""

    def __init__(self, functions: Functions, objects: Objects, writer: RowWriter, door: Door) -> None:
        self._functions, self._objects, self._writer, self._door = functions, objects, writer, door

    async def begin(self, definition: Definition, call: Call, parent: Parent | None) -> Begun:
        """See that a function may be run, before anything is paid for, and return the call.

        Args:
            definition: what is run.
            call: what it is given.
            parent: what it is logged under; None for nothing.

        Raises:
            ForbiddenError: the caller may not run it, or not log it there.
            QuotaError: the caller may not log more now.
            RequestError: what is given cannot be logged.
        """
        _check_may_run(definition)
        if parent is not None:
            self._door.admit(str(parent))
        place = await anyio.to_thread.run_sync(self._place, parent) if parent is not None else None
        trace = Trace(definition, call, place, new_id=secrets.token_hex, now_s=time.time) if place else None
        await _check(trace)
        return Begun(pieces=self._functions.run(definition, call, trace, self._keep), trace=trace)

    def _place(self, parent: Parent) -> Place:
        ids = cast("Mapping[str, Json]", self._objects.resolve(parent))
        if fault := self._door.row_fault(cast("Row", {**ids, "id": "new"})):
            raise ForbiddenError(fault)
        return Place(ids=ids, under=parent.span)

    async def _keep(self, rows: Sequence[Json]) -> None:
        try:
            written = await self._writer.write(rows)
        except (RequestError, QuotaError) as error:
            # What can never be kept is no reason to come back.
            status = 500 if isinstance(error, RequestError) and error.code == _BAD_ROW else 503
            raise FunctionError(f"{_UNKEPT}: {error}", status=status) from error
        if written.refused:
            raise FunctionError(f"{_UNKEPT}: {written.refused[0].reason}")


async def value_of(pieces: AsyncGenerator[Piece], tell: Callable[[str], None] | None = None) -> Json:
    """Return what a call gives in the end; None for nothing.

    Args:
        pieces: of the call.
        tell: gets the texts that come before that, as they come.

    Raises:
        FunctionError: it failed.
    """
    value: Json = None
    async with aclosing(pieces):
        async for piece in pieces:
            if isinstance(piece, Value):
                value = piece.value
            elif tell and isinstance(piece, Text | JsonText):
                tell(piece.text)
    return value


async def while_heard(request: Request, value: Awaitable[Found]) -> Found | None:
    """Return a value, or nothing where the caller hangs up meanwhile: what is asked for it ends then.

    Raises:
        FunctionError: as the value.
    """
    found: list[Found] = []
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
