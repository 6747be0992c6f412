"""What stands before the ports and the ports themselves. It knows no stage behind them but `Ingest`."""

import asyncio

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from otel_bridge_collector.api.errors import refusal
from otel_bridge_collector.api.proxy import is_proxied, openai_refusal
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.health import Health
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.pipeline.masks import DoorMasks
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.auth import Authenticator
from otel_bridge_collector.receive.door import Door
from otel_bridge_collector.receive.exposure import refuse_strangers
from otel_bridge_collector.receive.fault import Fault
from otel_bridge_collector.receive.guard import Guard
from otel_bridge_collector.receive.http_server import HttpServer, Way, bind
from otel_bridge_collector.receive.lane import MEMORY_BYTES, Lane
from otel_bridge_collector.receive.metered import Metered
from otel_bridge_collector.receive.otlp_grpc import GrpcServer
from otel_bridge_collector.receive.otlp_http import (
    is_otlp,
    refuse_request,
)
from otel_bridge_collector.receive.patience import Patience
from otel_bridge_collector.receive.rules import Rules
from otel_bridge_collector.receive.tls import build_tls
from otel_bridge_collector.settings import Address, Settings
from otel_bridge_collector.shutdown import REQUESTS, Shutdown
from otel_bridge_collector.spool.pen import Pen
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.telemetry import Counters
from otel_bridge_collector.ui.entrance import refuse_page
from otel_bridge_collector.ui.session import SessionKeys, Sessions, is_page


def build_door(
    settings: Settings, keys: KeyRing, counters: Counters, *, compiled: Library | None = None
) -> Door:
    """Return what each port asks before it lets a request in.

    Args:
        settings: of the sidecar.
        keys: those that there are.
        counters: of what was refused.
        compiled: the compiled receiver, whose lane holds a part of the requests in flight; None where there is none.

    Raises:
        SettingsError: a port would be open to others than this machine, and nobody said so in plain words; or a
            certificate cannot be used.
    """
    refuse_strangers(settings, has_keys=not keys.is_empty())
    lane_bytes = MEMORY_BYTES if compiled else 0
    return Door(
        authenticator=Authenticator(keys, is_required=settings.require_keys),
        # Room for one of the largest requests there has to be.
        admission=Admission(max(settings.max_inflight_bytes - lane_bytes, settings.max_body_bytes)),
        timeout_s=settings.read_timeout_s,
        tls=build_tls(settings),
        counters=counters,
    )


def build_lane(compiled: Library | None, pen: Pen | None, door: Door, masks: DoorMasks) -> Lane | None:
    """Return the lane of OTLP over HTTP, which reads plain text alone; None where there is none."""
    if compiled is None or pen is None or door.tls.otlp_http:
        return None
    lane = Lane(compiled, pen, door.counters)
    masks.on_change = lane.doubt
    return lane


def guarded(app: Starlette, door: Door, quotas: Quotas, sessions: Sessions | None = None) -> ASGIApp:
    """Return an application behind everything that a request has to pass first.

    Args:
        app: what answers.
        door: what asks first.
        quotas: how much may be sent.
        sessions: who has logged in to the page; None for an application without one.
    """
    rules = Rules(app.routes)
    metered = Metered(app, quotas, rules, _refuse, door.counters)
    guard = Guard(metered, door.authenticator, rules, _refuse, door.admission, door.counters)
    known = SessionKeys(guard, sessions) if sessions else guard
    return Patience(known, timeout_s=door.timeout_s)


def _refuse(request: Request, fault: Fault) -> Response:
    """Answer a refused request as its protocol does; the API's port takes OTLP too."""
    if is_otlp(request.url.path):
        return refuse_request(request, fault)
    if is_page(request.url.path):
        return refuse_page(request, fault)
    if is_proxied(request.url.path):
        return openai_refusal(fault.http_status, fault.message, retry_after_s=fault.retry_after_s)
    return refusal(fault.http_status, fault.message, retry_after_s=fault.retry_after_s)


class Ports:
    """The ports that take traffic, which are closed at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._servers: list[HttpServer | GrpcServer] = []

    async def start_http(self, app: ASGIApp, address: Address, way: Way) -> Address:
        """Serve an application, and return the address that was really taken.

        Raises:
            SettingsError: it cannot be taken.
        """
        option = "--api" if address is self._settings.api else "--otlp-http"
        server = HttpServer(app, bind(address, option), way=way)
        self._servers.append(server)
        await server.start()
        return server.address

    async def start_grpc(self, ingest: Ingest, door: Door, health: Health) -> GrpcServer:
        """Serve OTLP over gRPC.

        Raises:
            SettingsError: the address cannot be taken.
        """
        settings = self._settings
        server = GrpcServer(ingest, settings.otlp_grpc, door, health, max_body_bytes=settings.max_body_bytes)
        self._servers.append(server)
        await server.start()
        return server

    async def stop(self, shutdown: Shutdown) -> None:
        """Take no more requests, and let running ones end within their share."""
        drain_s = shutdown.left_s(REQUESTS)
        await asyncio.gather(*(server.stop(drain_s=drain_s) for server in self._servers))
