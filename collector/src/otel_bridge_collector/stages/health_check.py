"""The probes on a port of their own: opened before anything else is, and closed after all else.

Source: the OpenTelemetry Collector's `healthcheckextension`, whose port and path these are.
"""

from contextlib import AsyncExitStack
from typing import Final

from starlette.applications import Starlette
from starlette.routing import Route

from otel_bridge_collector.health import Health
from otel_bridge_collector.receive.http_server import HttpServer, bind
from otel_bridge_collector.receive.probes import Probes
from otel_bridge_collector.settings import Address, Settings

_DRAIN_S: Final = 0.2
"""How long a probe may still take when everything else has stopped."""


async def open_health_check(settings: Settings, health: Health, stages: AsyncExitStack) -> Address | None:
    """Answer probes, if the settings name a port; return the address that was really taken.

    Raises:
        SettingsError: it cannot be taken.
    """
    if settings.health_check is None:
        return None
    probes = Probes(health)
    app = Starlette(routes=[Route("/", probes.ready, methods=["GET"]), *probes.routes()])
    server = HttpServer(app, bind(settings.health_check, "--health-check"))
    await server.start()

    async def stop() -> None:
        await server.stop(drain_s=_DRAIN_S)

    stages.push_async_callback(stop)
    return server.address
