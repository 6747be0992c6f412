"""The health service, asked over a real connection."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import grpc.aio
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from otel_bridge_collector.health import Health
from otel_bridge_collector.receive.grpc_health import GrpcHealth

SERVING = HealthCheckResponse.SERVING
NOT_SERVING = HealthCheckResponse.NOT_SERVING


@asynccontextmanager
async def answering(health: Health) -> AsyncIterator[tuple[GrpcHealth, HealthStub]]:
    server = grpc.aio.server()
    service = GrpcHealth(health, ("traces",), interval_s=0.01)
    service.add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await service.start()
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield service, HealthStub(channel)
    await service.stop()
    await server.stop(None)


async def status(stub: HealthStub, service: str) -> int:
    answer = await stub.Check(HealthCheckRequest(service=service))
    return int(answer.status)


async def becomes(stub: HealthStub, wanted: int) -> None:
    async with asyncio.timeout(20):
        async for told in stub.Watch(HealthCheckRequest(service="")):
            if told.status == wanted:
                return


def test_it_serves_while_the_sidecar_is_ready_and_only_then() -> None:
    async def run() -> None:
        health = Health()
        async with answering(health) as (_, stub):
            assert [await status(stub, name) for name in ("", "traces")] == [NOT_SERVING, NOT_SERVING]
            health.phase = "serving"
            await becomes(stub, SERVING)
            assert await status(stub, "traces") == SERVING
            health.add_ready("spool", lambda: "it is full")
            await becomes(stub, NOT_SERVING)

    asyncio.run(run())


def test_who_watches_learns_that_it_stops() -> None:
    async def run() -> None:
        health = Health()
        health.phase = "serving"
        async with answering(health) as (service, stub):
            watching = asyncio.create_task(becomes(stub, NOT_SERVING))
            await becomes(stub, SERVING)
            await service.stop()
            await watching

    asyncio.run(run())


def test_a_service_that_is_not_there_is_not_found() -> None:
    async def run() -> None:
        async with answering(Health()) as (_, stub):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await status(stub, "metrics")
            assert caught.value.code() is grpc.StatusCode.NOT_FOUND

    asyncio.run(run())
