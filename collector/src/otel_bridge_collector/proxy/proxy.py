"""The way of a call: a place, the cache, a provider, a row, the answer. It knows no HTTP server and opens nothing.

A call that is to be logged is answered when its row is durable: a whole answer after it, and of a stream the end. Before a provider is asked, and
paid, it is seen that the row can go where it is to go.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import orjson

from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import OverloadedError, ProviderError
from otel_bridge_collector.providers.answer import Answer
from otel_bridge_collector.providers.client import Providers
from otel_bridge_collector.providers.events import object_of
from otel_bridge_collector.proxy.cache import Cache, Kept
from otel_bridge_collector.proxy.call import Call
from otel_bridge_collector.proxy.output import Assembly, Output, output_of
from otel_bridge_collector.proxy.places import Places
from otel_bridge_collector.proxy.row import begun_row, ended_row, token_counts
from otel_bridge_collector.proxy.stream import Stream

logger = logging.getLogger(__name__)

_PASSED_ON: Final = ("content-type", "retry-after", "x-request-id", "openai-processing-ms")
_RATE_LIMITS: Final = "x-ratelimit-"
_STREAM: Final = "text/event-stream"
_LEFT: Final = "the caller left before the answer had ended"
_COUNTED_IN_STREAMS: Final = ("chat/completions", "completions")

Resolve = Callable[[Parent], Awaitable[Mapping[str, str]]]
"""Returns the ids that rows of an object carry, and raises where the caller may not write there, or nobody can now."""

KeepRow = Callable[[Mapping[str, Json]], Awaitable[None]]
"""Keeps a row durably, or raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What the proxy stands on.

    Attributes:
        fits: raises where a row of such content cannot be kept.
    """

    providers: Providers
    cache: Cache
    places: Places
    resolve: Resolve
    fits: Callable[[Mapping[str, Json]], None]
    keep: KeepRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a caller.

    Attributes:
        headers: with small letters.
        pieces: the body as it comes.
        close: ends the call, whatever of it is still to come, and keeps its row if that is not kept; may be called again.
    """

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes] = field(repr=False)
    close: Callable[[], Awaitable[None]] = field(repr=False)


class Proxy:
    """Answers calls; for one event loop."""

    def __init__(self, ways: Ways, *, now_s: Callable[[], float] = time.time) -> None:
        self._ways = ways
        self._now_s = now_s

    async def ask(self, call: Call, caller: str) -> Reply:
        """Answer a call; close the reply.

        Args:
            call: what is asked.
            caller: who asks, for the number of calls at a time.

        Raises:
            OverloadedError: as many calls run as may.
            ProviderError: no provider could answer.
            Exception: whatever `Ways.resolve` and `Ways.keep` raise.
        """
        give_back = self._ways.places.take(caller)
        run = _Run(self._ways, call, self._now_s, give_back)
        try:
            return await run.begin()
        except BaseException as error:
            await asyncio.shield(run.fail(error))
            raise


class _Run:
    """One call, from its place to its row."""

    def __init__(
        self, ways: Ways, call: Call, now_s: Callable[[], float], give_back: Callable[[], None]
    ) -> None:
        self._ways = ways
        self._call = call
        self._now_s = now_s
        self._give_back = give_back
        self._started_s = now_s()
        self._row: dict[str, Json] | None = None
        self._answer: Answer | None = None
        self._stream = Stream(now_s, hides_counts=call.asked != _with_counts(call))
        self._parts = (call.operation.encode(), (call.provider or "").encode(), call.text)

    async def begin(self) -> Reply:
        call = self._call
        if call.logged is not None:
            ids = await self._ways.resolve(call.logged.parent)
            row = begun_row(call, call.logged, ids, secrets.token_hex(8), secrets.token_hex(16))
            self._ways.fits(row)
            self._row = row
        if kept := await self._cached():
            return await self._again(kept)
        asked = _with_counts(call) if call.is_streamed else call.asked
        self._answer = answer = await self._ways.providers.complete(
            asked, operation=call.operation, stream=call.is_streamed, provider=call.provider
        )
        if call.is_streamed and answer.is_good and answer.is_stream:
            return self._reply(answer.status, _headers(answer), self._streamed(answer))
        return await self._whole(answer)

    async def fail(self, error: BaseException) -> None:
        """Keep the row of a call that was not answered, and let go of everything."""
        try:
            if isinstance(error, ProviderError | OverloadedError):
                await self._log(Output(), error=str(error))
            elif isinstance(error, asyncio.CancelledError):
                await self._log(Output(), error=_LEFT)
        finally:
            await self._let_go()

    async def _whole(self, answer: Answer) -> Reply:
        body = await answer.read()
        if not answer.is_good:
            await self._log(Output(), error=f"the provider answered {answer.status}: {_message(body)}")
        else:
            output = await asyncio.to_thread(_read, body)
            await self._log(output, token_counts(output))
            await self._keep(answer, body)
        return self._reply(answer.status, _headers(answer), _one(body))

    async def _streamed(self, answer: Answer) -> AsyncIterator[bytes]:
        """Yield the events of a stream, the last of them when the row is durable."""
        stream, error = self._stream, ""
        try:
            async for event in answer.stream():
                if passed := stream.take(event):
                    yield passed
            error = stream.assembly.error
        except ProviderError as broken:
            error = str(broken)
            yield _error_event(error)
        output = stream.assembly.output()
        try:
            await self._log(output, token_counts(output), error=error)
        except Exception as unkept:  # noqa: BLE001 - the answer has begun: its end says it
            yield _error_event(f"the sidecar could not keep the row of this call: {unkept}")
            return
        if stream.last and not error:
            await self._keep(answer, stream.body)
        if stream.last:
            yield stream.last

    async def _cached(self) -> Kept | None:
        call = self._call
        if not call.caching.reads(call.operation, call.asked):
            return None
        return await asyncio.to_thread(
            self._ways.cache.get, call.token, self._parts, max_age_s=call.caching.max_age_s
        )

    async def _keep(self, answer: Answer, body: bytes) -> None:
        call = self._call
        if call.caching.writes(call.operation, call.asked):
            media_type = answer.headers.get("content-type", "application/json")
            kept = Kept(endpoint=answer.provider, media_type=media_type, body=body)
            await asyncio.to_thread(
                self._ways.cache.put, call.token, self._parts, kept, ttl_s=call.caching.ttl_s
            )

    async def _again(self, kept: Kept) -> Reply:
        """Answer out of the cache: nothing was spent, so no tokens are counted."""
        output = await asyncio.to_thread(_read_again, kept)
        await self._log(output, {"cached": 1}, endpoint=kept.endpoint)
        headers = {
            "content-type": kept.media_type,
            "x-bt-used-endpoint": kept.endpoint,
            "x-bt-cached": "HIT",
            "age": str(int(kept.age_s)),
            "cache-control": f"max-age={int(kept.ttl_s)}",
        }
        return self._reply(200, headers, _one(kept.body))

    def _reply(self, status: int, headers: Mapping[str, str], pieces: AsyncIterator[bytes]) -> Reply:
        async def close() -> None:
            try:
                output = self._stream.assembly.output()
                await self._log(output, token_counts(output), error=_LEFT)
            finally:
                await self._let_go()

        return Reply(status=status, headers=headers, pieces=pieces, close=close)

    async def _log(
        self, output: Output, more: Mapping[str, Json] | None = None, *, error: str = "", endpoint: str = ""
    ) -> None:
        """Keep the row, once."""
        row, self._row = self._row, None
        if row is None:
            return
        metrics: dict[str, Json] = {"start": self._started_s, "end": self._now_s(), **(more or {})}
        if self._stream.first_s is not None:
            metrics["time_to_first_token"] = self._stream.first_s - self._started_s
        used = endpoint or (self._answer.provider if self._answer else "")
        await self._ways.keep(ended_row(row, output, metrics, endpoint=used, error=error))

    async def _let_go(self) -> None:
        self._give_back()
        if self._answer is not None:
            await self._answer.close()


def _headers(answer: Answer) -> dict[str, str]:
    passed_on = {
        name: value
        for name, value in answer.headers.items()
        if name in _PASSED_ON or name.startswith(_RATE_LIMITS)
    }
    return {**passed_on, "x-bt-used-endpoint": answer.provider, "x-bt-cached": "MISS"}


def _with_counts(call: Call) -> Mapping[str, Json]:
    """Ask for the token counts of a stream, which come in a chunk of their own."""
    options = call.asked.get("stream_options")
    said = dict(options) if isinstance(options, Mapping) else {}
    if call.operation not in _COUNTED_IN_STREAMS or call.logged is None or said.get("include_usage"):
        return call.asked
    return {**call.asked, "stream_options": {**said, "include_usage": True}}


def _read(body: bytes) -> Output:
    value: Json = orjson.loads(body)
    return output_of(value) if isinstance(value, dict) else Output(value=value)


def _read_again(kept: Kept) -> Output:
    if not kept.media_type.startswith(_STREAM):
        return replace(_read(kept.body), usage={})
    assembly = Assembly()
    for event in kept.body.replace(b"\r\n", b"\n").split(b"\n\n"):
        if (value := object_of(event)) is not None:
            assembly.add(value)
    return assembly.output()


def _message(body: bytes) -> str:
    """What a provider says is wrong; the row of the call shows it, masked as any."""
    return body[:1000].decode(errors="replace")


def _error_event(message: str) -> bytes:
    error = {"message": message, "type": "proxy_error", "param": None, "code": None}
    return b"data: " + orjson.dumps({"error": error}) + b"\n\n"


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body
