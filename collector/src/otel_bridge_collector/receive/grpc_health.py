"""`grpc.health.v1.Health` on the gRPC port: SERVING while the sidecar is ready. It needs no key.

Source: gRPC, "GRPC Health Checking Protocol", read 2026-11-25. The service of the library keeps a status and tells those who
watch; here it is set from the checks once a second.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the stubs of grpc_health leave types open)

import asyncio
from typing import Final, NoReturn

import grpc.aio
from grpc_health.v1 import health as library
from grpc_health.v1.health_pb2 import HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server

from otel_bridge_collector.health import Health

_INTERVAL_S: Final = 1.0
_SERVING: Final = HealthCheckResponse.SERVING
_NOT_SERVING: Final = HealthCheckResponse.NOT_SERVING


class GrpcHealth:
    """The health service of one server; belongs to one event loop."""

    def __init__(self, health: Health, services: tuple[str, ...], *, interval_s: float = _INTERVAL_S) -> None:
        """Make the service; nothing is told before `start`.

        Args:
            health: the checks.
            services: names that are asked for, beside the empty one for all.
            interval_s: seconds after which the checks are asked again.
        """
        self._health = health
        self._services = ("", *services)
        self._interval_s = interval_s
        self._servicer = library.aio.HealthServicer()  # type: ignore[attr-defined]  # newer than the stubs
        self._following: asyncio.Task[NoReturn] | None = None

    def add_to(self, server: grpc.aio.Server) -> None:
        """Let a server answer for it."""
        add_HealthServicer_to_server(self._servicer, server)

    async def start(self) -> None:
        """Tell how things are, now and from now on."""
        await self._tell()
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Tell that it serves no more, for good."""
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self._servicer.enter_graceful_shutdown()

    async def _follow(self) -> NoReturn:
        while True:
            await asyncio.sleep(self._interval_s)
            await self._tell()

    async def _tell(self) -> None:
        status = _NOT_SERVING if self._health.not_ready() else _SERVING
        for service in self._services:
            await self._servicer.set(service, status)
