"""The API's routes in an application, asked in process."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.routes import build_routes
from tests.support.rows import Asking


async def caught_up_at_once() -> bool:
    """Wait for nothing: what the store has is all there is."""
    return True


def client_of(example: Asking, caught_up: Callable[[], Awaitable[bool]] = caught_up_at_once) -> TestClient:
    """A client of the API over a store."""
    routes = build_routes(example.store, example.objects, caught_up)
    app = Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)
    return TestClient(app, raise_server_exceptions=False)
