"""The proxy of models over what a sidecar has: its providers, a cache in the data folder, its objects and its one door for rows."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import cast

from starlette.routing import Route

from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.proxy import build_proxy_routes
from otel_bridge_collector.api.routes import Plane
from otel_bridge_collector.config.proxy import Proxy as Config
from otel_bridge_collector.decode.native import row_fault
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.providers.client import Providers
from otel_bridge_collector.proxy.cache import Cache
from otel_bridge_collector.proxy.places import Places
from otel_bridge_collector.proxy.proxy import Proxy, Ways
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.spool.spool import Spool


def start_proxy(
    settings: Settings,
    plane: Plane,
    ingest: Ingest,
    spool: Spool,
    providers: Providers,
    stages: AsyncExitStack,
) -> list[Route]:
    """Let models be asked, and return the routes."""
    config = proxy_config(settings)
    cache = Cache(settings.data_dir / "proxy_cache.sqlite", max_bytes=config.cache_size)
    stages.callback(cache.close)
    rows = _Rows(plane, ingest, spool)
    ways = Ways(
        providers=providers,
        cache=cache,
        places=Places(config),
        resolve=rows.resolve,
        fits=rows.fits,
        keep=rows.keep,
    )
    return build_proxy_routes(Proxy(ways), providers, max_request_bytes=config.max_request_size)


def proxy_config(settings: Settings) -> Config:
    """Return what the configuration says."""
    return (settings.config.extensions and settings.config.extensions.proxy) or Config()


class _Rows:
    """The rows of calls; see `proxy.proxy.Ways`."""

    def __init__(self, plane: Plane, ingest: Ingest, spool: Spool) -> None:
        self._plane = plane
        self._ingest = ingest
        self._spool = spool
        self._writer = plane.writer

    async def resolve(self, parent: Parent) -> Mapping[str, str]:
        self._ingest.admit(str(parent))
        if reason := self._spool.refusal():
            raise RequestError(f"cannot keep rows now: {reason}", code="overloaded", status=503)
        return await asyncio.to_thread(self._plane.objects.resolve, parent)

    def fits(self, row: Mapping[str, Json]) -> None:
        if fault := row_fault(cast("Json", row)):
            raise RequestError(f"the row of this call could not be kept: {fault}", code="badRow")

    async def keep(self, row: Mapping[str, Json]) -> None:
        await self._writer.write([cast("Json", row)])
