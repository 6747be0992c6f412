"""The sink that forwards OTLP requests to a backend, whatever the transport. It plans no retry.

Requests of a batch are sent side by side, since their order means nothing. What a backend refuses for good is sent again in
halves, so that only the span at fault stays behind.
"""

import asyncio
from typing import Final, Protocol

from otel_bridge_collector.errors import PermanentError, RefusedError
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.otlp_request import OtlpRequest, halves

CONCURRENCY: Final = 8
MAX_REFUSALS: Final = 64
"""Of one request: a backend that refuses everything is not asked about every span."""


class Transport(Protocol):
    """One way to a backend."""

    async def export(self, request: OtlpRequest) -> str:
        """Send a request; return what the backend rejected of it, in its words, or nothing.

        Raises:
            PermanentError: the backend will never take it.
            RetryableError: it may take it later.
        """
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


class OtlpSink:
    """Forwards requests."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._delivered: set[int] = set()

    async def send(self, batch: Batch[OtlpRequest]) -> None:
        """See `Sink`. A batch that is tried again leaves out what the backend has taken of it."""
        waiting = [
            (index, write) for index, write in enumerate(batch.writes) if write.seq not in self._delivered
        ]
        turn = asyncio.Semaphore(CONCURRENCY)
        reasons: dict[int, str] = {}

        async def forward(index: int, request: OtlpRequest) -> None:
            async with turn:
                refused = await self._forward(request)
            self._delivered.add(request.seq)
            if refused:
                reasons[index] = refused[0]

        outcomes = await asyncio.gather(*(forward(*each) for each in waiting), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        self._delivered.clear()
        if reasons:
            raise RefusedError(reasons)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._transport.close()

    async def _forward(self, request: OtlpRequest) -> list[str]:
        """Send a request, in halves where it is refused; return why parts of it were."""
        reasons: list[str] = []
        parts = [request]
        while parts:
            part = parts.pop()
            try:
                if rejected := await self._transport.export(part):
                    reasons.append(rejected)
            except PermanentError as error:
                two = halves(part) if len(reasons) < MAX_REFUSALS else None
                if two is None:
                    reasons.append(str(error))
                else:
                    parts += reversed(two)
        return reasons
