"""The proxy of models over HTTP: OpenAI's API below `/v1/proxy`, as Braintrust has it. What becomes of a call, `proxy` decides.

Its shapes are OpenAI's, so it stands in no OpenAPI description of ours; docs/proxy.md lists headers and paths.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from http import HTTPStatus
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from otel_bridge.contract.parent import ParentError
from otel_bridge.contract.row import Json
from otel_bridge_collector.access import current_access
from otel_bridge_collector.api.body import json_response, read_bytes
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.writing import json_object
from otel_bridge_collector.errors import ForbiddenError, NoProviderError, OverloadedError, ProviderError
from otel_bridge_collector.providers.client import Operation, Providers
from otel_bridge_collector.proxy.call import Call, CallError, read_call
from otel_bridge_collector.proxy.proxy import Proxy, Reply

_PREFIXES: Final = ("/v1/proxy", "/v1/proxy/v1")
_OPERATIONS: Final[tuple[Operation, ...]] = (
    "chat/completions", "completions", "responses", "embeddings", "moderations",
)  # fmt: skip

_REFUSALS: Final = (RequestError, ProviderError, OverloadedError, ForbiddenError)

T = TypeVar("T")


def build_proxy_routes(proxy: Proxy, providers: Providers, *, max_request_bytes: int) -> list[Route]:
    """Return the routes of the proxy."""
    endpoint = ProxyEndpoint(proxy, providers, max_request_bytes=max_request_bytes)
    handlers: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "auto": partial(endpoint.post, None),
        **{operation: partial(endpoint.post, operation) for operation in _OPERATIONS},
    }
    return [
        *(
            Route(f"{prefix}/{path}", handler, methods=["POST"])
            for prefix in _PREFIXES
            for path, handler in handlers.items()
        ),
        *(Route(f"{prefix}/models", endpoint.models, methods=["GET"]) for prefix in _PREFIXES),
    ]


class ProxyEndpoint:
    """Answers what clients of OpenAI's API ask."""

    def __init__(self, proxy: Proxy, providers: Providers, *, max_request_bytes: int) -> None:
        self._proxy = proxy
        self._providers = providers
        self._max_request_bytes = max_request_bytes

    async def post(self, operation: Operation | None, request: Request) -> Response:
        """Ask a provider; without an operation the body says which it is: one with messages is a chat."""
        try:
            return _Passing(await self._asked(operation, request))
        except _REFUSALS as error:
            return _told(error)

    async def models(self, request: Request) -> Response:
        """List the models that can be asked."""
        try:
            models = await while_there(request, self._providers.models())
        except _REFUSALS as error:
            return _told(error)
        data: list[Json] = [dict(model) for model in models]
        return json_response({"object": "list", "data": data})

    async def _asked(self, operation: Operation | None, request: Request) -> Reply:
        text = await read_bytes(request, max_bytes=self._max_request_bytes)
        asked = await anyio.to_thread.run_sync(json_object, text)
        call = _call(
            operation or ("chat/completions" if "messages" in asked else "completions"), asked, text, request
        )
        return await while_there(request, self._proxy.ask(call, current_access().name))


async def while_there(request: Request, doing: Coroutine[Any, Any, T]) -> T:
    """Return what comes of something, unless the caller leaves before: then it is cancelled, and has ended.

    Raises:
        ClientDisconnect: the caller has left.
    """
    work = asyncio.create_task(doing)
    leaving = asyncio.create_task(_left(request.receive))
    try:
        await asyncio.wait({work, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        raise ClientDisconnect
    finally:
        for task in (work, leaving):
            task.cancel()
        await asyncio.gather(work, leaving, return_exceptions=True)


class _Passing(StreamingResponse):
    """Passes a reply on piece by piece, and ends its call however that goes."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.pieces, status_code=reply.status, headers=reply.headers)
        self._reply = reply

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._reply.close()


def _call(operation: Operation, asked: Any, text: bytes, request: Request) -> Call:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        return read_call(operation, asked, text, headers)
    except (CallError, ParentError) as error:
        raise RequestError(f"{error}: docs/proxy.md lists the headers", code="badHeader") from error


def is_proxied(path: str) -> bool:
    """Tell whether a path is one of the proxy, whose callers expect OpenAI's words."""
    return path.startswith(f"{_PREFIXES[0]}/")


def openai_refusal(
    status: int, message: str, *, code: str = "refused", retry_after_s: float | None = None
) -> Response:
    """Return an error as OpenAI's clients read it, with what our own read beside it."""
    error = {"message": message, "type": "proxy_error", "param": None, "code": code}
    headers = None if retry_after_s is None else {"retry-after": str(math.ceil(retry_after_s))}
    body = {"error": error, "Message": message, "code": code}
    return JSONResponse(body, status_code=status, headers=headers)


def _told(error: Exception) -> Response:
    match error:
        case RequestError():
            is_busy = error.status == HTTPStatus.SERVICE_UNAVAILABLE
            return openai_refusal(
                error.status, str(error), code=error.code, retry_after_s=1 if is_busy else None
            )
        case NoProviderError():
            return openai_refusal(error.status, str(error), code="noProvider")
        case ProviderError():
            return openai_refusal(
                error.status, str(error), code="providerFailed", retry_after_s=error.retry_after_s
            )
        case OverloadedError():
            status, code = (429, "tooManyRequests") if error.is_own else (503, "overloaded")
            return openai_refusal(status, str(error), code=code, retry_after_s=error.retry_after_s)
        case _:
            return openai_refusal(403, str(error), code="forbidden")


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
