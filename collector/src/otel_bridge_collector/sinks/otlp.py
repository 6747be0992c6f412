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
"""In a row, of one request: a backend that refuses everything is not asked about every span."""


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
        self._answered: dict[int, list[str]] = {}

    async def send(self, batch: Batch[OtlpRequest]) -> None:
        """See `Sink`. A batch that is tried again leaves out what the backend has answered of it, and tells what it refused."""
        turn = asyncio.Semaphore(CONCURRENCY)

        async def forward(request: OtlpRequest) -> None:
            async with turn:
                self._answered[request.seq] = await self._forward(request)

        waiting = [forward(write) for write in batch.writes if write.seq not in self._answered]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        refused = [self._answered.pop(write.seq) for write in batch.writes]
        if reasons := {index: each[0] for index, each in enumerate(refused) if each}:
            raise RefusedError(reasons)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._transport.close()

    async def _forward(self, request: OtlpRequest) -> list[str]:
        """Send a request, in halves where it is refused; return why parts of it were."""
        reasons: list[str] = []
        refused_in_a_row = 0
        parts = [request]
        while parts:
            part = parts.pop()
            try:
                if rejected := await self._transport.export(part):
                    reasons.append(rejected)
                refused_in_a_row = 0
            except PermanentError as error:
                two = halves(part) if refused_in_a_row < MAX_REFUSALS else None
                if two is None:
                    reasons.append(str(error))
                    refused_in_a_row += 1
                else:
                    parts += reversed(two)
        return reasons
