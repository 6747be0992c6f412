"""One provider: one call, once, bounded in time and size. Who tries again and whom else to ask is decided above.

Source: OpenAI API reference, "Authentication" and "Error codes".
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import httpx

from otel_bridge_collector.config.provider import Provider
from otel_bridge_collector.errors import OverloadedError, ProviderError
from otel_bridge_collector.pipeline.tls import build_context
from otel_bridge_collector.providers.answer import Answer
from otel_bridge_collector.providers.circuit import Circuit

_REFUSED_KEY: Final = 401
_REDIRECTS: Final = range(300, 400)
_TIMEOUT: Final = 504
_CONNECT_S: Final = 10.0


class BrokenError(ProviderError):
    """A connection failed or broke off, or what came is no answer: the same call may pass next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a provider is asked.

    Attributes:
        path: below its base URL, without a slash at the beginning.
        body: JSON, or None for a GET.
        is_streamed: whether the answer is wanted piece by piece.
    """

    path: str
    body: bytes | None
    is_streamed: bool = False


class Endpoint:
    """A provider of the configuration; its client is made when it is first asked."""

    def __init__(self, name: str, settings: Provider, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.name: Final = name
        self.settings: Final = settings
        self.circuit: Final = Circuit(clock=clock)
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()
        self._running = 0

    async def ask(self, call: Call) -> Answer:
        """Return the answer, of which a streamed one is still to come and any other is there.

        Raises:
            OverloadedError: as many calls run as may.
            ProviderError: it cannot be reached, is silent for too long, breaks off, refuses our key or leads elsewhere.
        """
        if self._running >= self.settings.max_calls:
            raise OverloadedError(
                f"{self._running} calls of the provider {self.name} are running, which is as many as may (max_calls)"
            )
        self._running += 1
        ended = _Once(self._ended)
        try:
            answer = await self._asked(call, ended)
            if call.is_streamed and answer.is_good:
                return answer
            body = await answer.read()
        except BaseException:
            ended()
            raise
        return answer.with_body(body)

    @property
    def is_idle(self) -> bool:
        """Whether no call runs."""
        return self._running == 0

    async def close(self) -> None:
        """Close the connections; calls that run end."""
        if self._client is not None:
            await self._client.aclose()

    def _ended(self) -> None:
        self._running -= 1

    async def _asked(self, call: Call, ended: Callable[[], None]) -> Answer:
        deadline_s = self._clock() + self.settings.max_duration
        client = await self._opened()
        request = client.build_request(
            "GET" if call.body is None else "POST",
            f"{self.settings.base_url.rstrip('/')}/{call.path}",
            content=call.body,
            headers={"accept": "text/event-stream" if call.is_streamed else "application/json"},
        )
        try:
            async with asyncio.timeout(self.settings.max_duration):
                response = await client.send(request, stream=True)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise self._late(error) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            # Others than these may show a header, which may be secret.
            why = f" {error}" if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol) else ""
            raise BrokenError(
                f"the provider {self.name} cannot be reached: {type(error).__name__}{why}"
            ) from error

        async def end() -> None:
            ended()
            await response.aclose()

        try:
            self._check(response)
        except ProviderError:
            await end()
            raise
        pieces = self._pieces(response, deadline_s)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(
            provider=self.name, status=response.status_code, headers=headers, pieces=pieces, end=end
        )

    def _check(self, response: httpx.Response) -> None:
        if response.status_code == _REFUSED_KEY:
            # What it says may show a part of the key, and the caller's own key is not what was refused.
            raise ProviderError(
                f"the provider {self.name} refused the sidecar's key (401): look at providers.{self.name}.api_key"
            )
        if response.status_code in _REDIRECTS:
            raise ProviderError(
                f"the provider {self.name} leads elsewhere ({response.status_code}): look at providers.{self.name}.base_url"
            )

    async def _pieces(self, response: httpx.Response, deadline_s: float) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for piece in response.aiter_bytes():
                size += len(piece)
                if size > self.settings.max_response_size:
                    raise ProviderError(
                        f"the provider {self.name} answered more than {self.settings.max_response_size} bytes (max_response_size)"
                    )
                if self._clock() > deadline_s:
                    raise self._late(None)
                yield piece
        except httpx.TimeoutException as error:
            raise self._late(error) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise BrokenError(
                f"the provider {self.name} broke off in the middle of its answer: {type(error).__name__}"
            ) from error

    async def _opened(self) -> httpx.AsyncClient:
        async with self._making:
            if self._client is None:
                settings = self.settings
                context = await asyncio.to_thread(build_context, settings.tls)
                key = settings.api_key.get_secret_value()
                headers = {
                    "content-type": "application/json",
                    "accept-encoding": "identity",  # so that sizes are what comes over the wire
                    "user-agent": f"otel-bridge-collector/{version('otel-bridge-collector')}",
                    **({"authorization": f"Bearer {key}"} if key else {}),
                    **{name: secret.get_secret_value() for name, secret in settings.headers.items()},
                }
                self._client = httpx.AsyncClient(
                    headers=headers,
                    verify=context,
                    timeout=httpx.Timeout(settings.timeout, connect=min(_CONNECT_S, settings.timeout)),
                    limits=httpx.Limits(max_connections=None),
                )
            return self._client

    def _late(self, error: BaseException | None) -> ProviderError:
        if isinstance(error, httpx.ConnectTimeout):
            return ProviderError(f"the provider {self.name} could not be reached in time", status=_TIMEOUT)
        was = f"was silent for {self.settings.timeout:g} s (timeout)"
        if error is None or isinstance(error, TimeoutError):
            was = f"took longer than {self.settings.max_duration:g} s (max_duration)"
        return ProviderError(f"the provider {self.name} {was}", status=_TIMEOUT)


class _Once:
    """Calls something the first time only."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call: Callable[[], None] | None = call

    def __call__(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call()
