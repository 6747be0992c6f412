"""Run one call of a function: ask its model or run its code, pass on what comes, and keep the rows of it.

What a call is answered with is kept before: a caller that sees the end can find the rows.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Final, Protocol, TypeAlias

import anyio
import anyio.to_thread

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.functions import Functions as Config
from otel_bridge_collector.functions.answer import Assembly, answer_of, shape_of, value_of
from otel_bridge_collector.functions.classifier import parser_of, verdict_of
from otel_bridge_collector.functions.code import CodeRunner
from otel_bridge_collector.functions.definition import Call, Definition, object_in
from otel_bridge_collector.functions.piece import FunctionError, Piece, Value
from otel_bridge_collector.functions.prompt import request_of
from otel_bridge_collector.functions.rows import SpanOf, Trace
from otel_bridge_collector.metrics.catalog import FUNCTION_CALLS
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

Keep: TypeAlias = Callable[[Sequence[Json]], Awaitable[object]]
"""Keeps rows durably."""

_PYTHON: Final = "python"


class Models(Protocol):
    """Asks models."""

    async def complete(self, request: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return a chat completion.

        Raises:
            FunctionError: no provider has the model, or it did not answer.
        """
        ...

    def stream(self, request: Mapping[str, Json]) -> AsyncGenerator[Mapping[str, Json]]:
        """Yield the chunks of a chat completion, the usage among them.

        Raises:
            FunctionError: as `complete`.
        """
        ...


class Scorers(Protocol):
    """Runs the scorers that every project has."""

    async def score(self, name: str, arguments: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return `{"name", "score", "metadata"}`.

        Raises:
            FunctionError: there is none of that name, or it failed.
        """
        ...


class Functions:
    """The calls of one sidecar; for one event loop."""

    def __init__(
        self,
        config: Config,
        models: Models,
        scorers: Scorers,
        counters: Counters,
        *,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._config, self._models, self._scorers, self._now_s = config, models, scorers, now_s
        self._counters = counters
        self._code = CodeRunner(config.python)
        self._running = 0

    async def run(
        self, definition: Definition, call: Call, trace: Trace | None, keep: Keep
    ) -> AsyncGenerator[Piece]:
        """Yield what a function returns, piece by piece; its rows are kept when it ends, also where nobody wants to hear the end.

        Args:
            definition: what is run.
            call: what it is given.
            trace: of its spans; None where nothing is to be kept.
            keep: keeps rows.

        Raises:
            FunctionError: it failed, took too long, or cannot be run.
        """
        if self._running >= self._config.max_running:
            self._counters.add(FUNCTION_CALLS, 1, "refused")
            raise FunctionError(
                f"{self._running} functions run already: ask again in a second", is_refused=True, status=503
            )
        self._running += 1
        outcome = "returned"
        try:
            async with aclosing(self._timed(self._pieces(definition, call, trace), definition)) as pieces:
                async for piece in pieces:
                    yield piece
        except FunctionError as error:
            told = error.of(definition.label)
            outcome = "refused" if error.is_refused else "failed"
            _fail(trace, str(told))
            raise told from error
        except Exception as error:
            outcome = "failed"
            _fail(trace, type(error).__name__)  # its text may hold anything
            raise
        except (asyncio.CancelledError, GeneratorExit):
            outcome = "abandoned"
            _fail(trace, "the caller hung up")
            raise
        finally:
            self._running -= 1
            self._counters.add(FUNCTION_CALLS, 1, outcome)
            if trace is not None:
                with anyio.CancelScope(shield=True):
                    await _kept(trace, keep, is_heard=outcome != "abandoned")

    async def _timed(self, pieces: AsyncGenerator[Piece], definition: Definition) -> AsyncGenerator[Piece]:
        """Pass pieces on while there is time; that of a slow listener does not count."""
        left_s = self._config.timeout
        async with aclosing(pieces):
            while True:
                begun_s = time.monotonic()
                try:
                    async with asyncio.timeout(left_s):
                        piece = await anext(pieces, None)
                except TimeoutError:
                    raise FunctionError(
                        f"{definition.label} took longer than {self._config.timeout:g} s"
                    ) from None
                left_s -= time.monotonic() - begun_s
                if piece is None:
                    return
                yield piece

    async def _pieces(self, definition: Definition, call: Call, trace: Trace | None) -> AsyncGenerator[Piece]:
        async with aclosing(self._run_kind(definition, call, trace)) as pieces:
            async for piece in pieces:
                if trace is not None and isinstance(piece, Value):
                    trace.function.output = piece.value
                yield piece

    def _run_kind(self, definition: Definition, call: Call, trace: Trace | None) -> AsyncGenerator[Piece]:
        match definition.function_data.get("type"):
            case "prompt":
                return self._prompt(definition, call, trace)
            case "code":
                return self._python(definition, call)
            case "global":
                return self._global(definition, call)
            case other:
                raise FunctionError(
                    f'{definition.label} is of the type "{other}", expected prompt, code or global',
                    is_refused=True,
                )

    async def _prompt(self, definition: Definition, call: Call, trace: Trace | None) -> AsyncGenerator[Piece]:
        request = await anyio.to_thread.run_sync(request_of, definition, call)
        parser = parser_of(definition)
        shape = shape_of(request, call.mode)
        assembly = Assembly(None if parser else shape)
        span = trace.begin_model(request) if trace else None
        try:
            if call.stream:
                async with aclosing(self._streamed(request, assembly, span)) as pieces:
                    async for piece in pieces:
                        yield piece
                answer = assembly.answer()
            else:
                answer = answer_of(await self._models.complete(request))
        except FunctionError as error:
            if span:
                span.error = str(error)
                span.output = assembly.answer().choices if assembly.has_begun else None
            raise
        if trace and span:
            trace.end_model(span, answer)
        yield Value(verdict_of(answer, parser, definition) if parser else value_of(answer, shape))

    async def _streamed(
        self, request: Mapping[str, Json], assembly: Assembly, span: SpanOf | None
    ) -> AsyncGenerator[Piece]:
        begun_s = self._now_s()
        async with aclosing(self._models.stream(request)) as chunks:
            async for chunk in chunks:
                pieces = assembly.add(chunk)
                if span and assembly.has_begun:
                    span.metrics.setdefault("time_to_first_token", self._now_s() - begun_s)
                for piece in pieces:
                    yield piece

    async def _python(self, definition: Definition, call: Call) -> AsyncGenerator[Piece]:
        data = object_in(definition.function_data, "data")
        runtime = object_in(data, "runtime_context").get("runtime")
        if data.get("type") != "inline" or runtime != _PYTHON:
            raise FunctionError(
                f"{definition.label} is {data.get('type')} code for {runtime}, expected inline code for {_PYTHON}",
                is_refused=True,
            )
        async with aclosing(
            self._code.run(str(data.get("code") or ""), call.variables(), call.input)
        ) as pieces:
            async for piece in pieces:
                yield piece

    async def _global(self, definition: Definition, call: Call) -> AsyncGenerator[Piece]:
        yield Value(
            await self._scorers.score(str(definition.function_data.get("name") or ""), call.variables())
        )


async def _kept(trace: Trace, keep: Keep, *, is_heard: bool) -> None:
    try:
        await keep(trace.rows())
    except FunctionError as error:
        if is_heard:
            raise
        logger.warning("a function whose caller hung up left no span: %s", error)


def _fail(trace: Trace | None, error: str) -> None:
    if trace is not None:
        trace.function.error = error
