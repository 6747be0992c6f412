"""The answer of a provider: read at once, or piece by piece while it comes, bounded in size and time."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Final, Self, cast

import orjson

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import ProviderError
from otel_bridge_collector.providers.events import ends_stream, object_of, whole_events
from otel_bridge_collector.sinks.http import retry_after_s

_SHOWN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a provider answered; close it, or use it as a context.

    Attributes:
        provider: its name.
        status: of HTTP.
        headers: with small letters.
        pieces: the body as it comes; raises `ProviderError` where it breaks off, takes too long or is too large.
        end: ends the call and gives its place to another; may be called again.
    """

    provider: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    pieces: AsyncIterator[bytes] = field(repr=False)
    end: Callable[[], Awaitable[None]] = field(repr=False)

    @property
    def is_good(self) -> bool:
        """Whether the provider did what it was asked for."""
        return 200 <= self.status < 300  # noqa: PLR2004 - as HTTP has it

    @property
    def is_stream(self) -> bool:
        """Whether it comes as events, not as one JSON object, which some providers answer whatever they are asked for."""
        return "json" not in self.headers.get("content-type", "")

    def with_body(self, body: bytes) -> Self:
        """Return this answer with its body, which was read, to be read again."""
        return replace(self, pieces=_one(body))

    async def read(self) -> bytes:
        """Return the whole body, and close.

        Raises:
            ProviderError: it broke off, took too long or is too large.
        """
        try:
            return b"".join([piece async for piece in self.pieces])
        finally:
            await self.close()

    async def json(self) -> Mapping[str, Json]:
        """Return the JSON object of a good answer, and close.

        Raises:
            ProviderError: the provider refused the call, or answered something else.
        """
        await self.check()
        try:
            value = orjson.loads(await self.read())
        except orjson.JSONDecodeError as error:
            raise ProviderError(f"the provider {self.provider} answered what is no JSON") from error
        if not isinstance(value, dict):
            raise ProviderError(f"the provider {self.provider} answered JSON that is no object")
        return cast("Mapping[str, Json]", value)

    async def events(self) -> AsyncIterator[Mapping[str, Json]]:
        """Yield the JSON object of each event of a streamed answer, without the `[DONE]` at its end.

        Raises:
            ProviderError: the provider refused the call, or the stream broke off.
        """
        await self.check()
        if not self.is_stream:
            raise ProviderError(
                f"the provider {self.provider} answered no event stream, though it was asked for one"
            )
        async for event in self.stream():
            value = object_of(event)
            if value is not None:
                yield value

    async def stream(self) -> AsyncIterator[bytes]:
        """Yield each event of a streamed answer as it came.

        Raises:
            ProviderError: the stream broke off, also where it ended before its end.
        """
        is_whole = False
        async for event in whole_events(self.pieces):
            is_whole = is_whole or ends_stream(event)
            yield event
        if not is_whole:
            raise ProviderError(
                f"the provider {self.provider} broke off in the middle of its answer: its stream ended too early"
            )

    async def check(self) -> None:
        """Pass for a good answer.

        Raises:
            ProviderError: it is none; it has the status of the provider and the beginning of what it said.
        """
        if self.is_good:
            return
        said = (await self.read())[:_SHOWN].decode(errors="replace")
        raise ProviderError(
            f"the provider {self.provider} answered {self.status}: {said}",
            status=self.status,
            retry_after_s=retry_after_s(self.headers),
        )

    async def close(self) -> None:
        """End the call, whatever of it is still to come; may be called again."""
        await self.end()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body
