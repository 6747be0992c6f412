"""The probes of an HTTP port: does the sidecar run, and does it take traffic. They need no key.

Source: Kubernetes, "API health endpoints" (`/livez`, `/readyz`, the older `/healthz`), read 2026-11-25.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from otel_bridge_collector.health import Health

PROBES: Final = frozenset({"/livez", "/readyz", "/healthz"})


class Probes:
    """Answers the probes; each asks anew."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def live(self, request: Request) -> Response:
        """Tell that the sidecar runs, or 503 and what of it has ended."""
        del request
        return _answer(self._health.not_live())

    async def ready(self, request: Request) -> Response:
        """Tell that the sidecar takes traffic, or 503 and why not."""
        del request
        return _answer(self._health.not_ready())

    def routes(self) -> list[Route]:
        """Return the routes of all probes; `/healthz` is another name of `/livez`."""
        handlers = {"/livez": self.live, "/readyz": self.ready, "/healthz": self.live}
        return [Route(path, handler, methods=["GET"]) for path, handler in handlers.items()]


def _answer(faults: Mapping[str, str]) -> Response:
    headers = {"cache-control": "no-store"}
    if not faults:
        return JSONResponse({"status": "ok"}, headers=headers)
    return JSONResponse(
        {"status": "unavailable", "reasons": dict(faults)}, HTTPStatus.SERVICE_UNAVAILABLE, headers=headers
    )
