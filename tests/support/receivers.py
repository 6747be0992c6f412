"""The receivers over a real spool, on free ports, in an event loop on a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge_collector.access import current_access
from otel_bridge_collector.compiled import Library
from otel_bridge_collector.health import Health
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.ingest_protocols import Masks, NoMasks
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.auth import Authenticator
from otel_bridge_collector.receive.door import Door
from otel_bridge_collector.receive.guard import Guard
from otel_bridge_collector.receive.http_server import HttpServer, Way, bind
from otel_bridge_collector.receive.lane import Lane
from otel_bridge_collector.receive.otlp_express import OtlpExpress
from otel_bridge_collector.receive.otlp_grpc import GrpcServer
from otel_bridge_collector.receive.otlp_http import build_otlp_app, refuse_request
from otel_bridge_collector.receive.patience import Patience
from otel_bridge_collector.receive.rules import Rules
from otel_bridge_collector.settings import Address
from otel_bridge_collector.spool.limits import SpoolLimits
from otel_bridge_collector.spool.record import Record
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.telemetry import Counters
from tests.support.spool import open_spool, read_all

_T = TypeVar("_T")

ANY_PORT = Address(host="127.0.0.1", port=0)


@dataclass(frozen=True)
class Receivers:
    """Where they listen, and the spool behind them."""

    http: str
    grpc: str
    spool: Spool
    objects: Objects
    counters: Counters
    lane: Lane | None

    def records(self) -> list[Record]:
        return read_all(self.spool.reader(0))


@contextmanager
def receiving(  # noqa: PLR0913 - each test sets one of them
    folder: Path,
    *,
    max_body_bytes: int = 1 << 20,
    grpc: Address = ANY_PORT,
    max_inflight_bytes: int = 512 << 20,
    timeout_s: float = 30,
    quotas: Quotas | None = None,
    has_express: bool = True,
    compiled: Library | None = None,
    limits: SpoolLimits | None = None,
    masks: Masks | None = None,
) -> Iterator[Receivers]:
    with (
        open_spool(folder, limits=limits, compiled=compiled) as spool,
        closing(Objects(folder / "receivers.sqlite")) as objects,
        closing(KeyRing(folder / "receivers.sqlite")) as keys,
    ):
        gate = Gate(objects, current_access, default_parent=DEFAULT_PARENT)
        counters = Counters()
        pen = spool.pen
        ingest = Ingest(
            spool,
            counters,
            gate,
            masks or NoMasks(),
            quotas=quotas,
            now_ns=lambda: 77,
            compiled=compiled,
        )
        lane = Lane(compiled, pen, counters) if compiled and pen else None
        door = Door(
            authenticator=Authenticator(keys, is_required=False),
            admission=Admission(max_inflight_bytes),
            timeout_s=timeout_s,
            counters=counters,
        )
        serving = _serving(ingest, door, grpc, max_body_bytes, lane, has_express=has_express)
        with _on_a_thread(serving) as (http, taken):
            yield Receivers(
                http=f"http://{http}",
                grpc=str(taken),
                spool=spool,
                objects=objects,
                counters=counters,
                lane=lane,
            )


@asynccontextmanager
async def _serving(
    ingest: Ingest,
    door: Door,
    grpc_address: Address,
    max_body_bytes: int,
    lane: Lane | None,
    *,
    has_express: bool,
) -> AsyncIterator[tuple[Address, Address]]:
    grpc = GrpcServer(ingest, grpc_address, door, Health(), max_body_bytes=max_body_bytes)
    app = build_otlp_app(ingest, max_body_bytes=max_body_bytes)
    guard = Guard(app, door.authenticator, Rules(app.routes), refuse_request, door.admission, door.counters)
    express = OtlpExpress(ingest, door, max_body_bytes=max_body_bytes) if has_express else None
    http = HttpServer(
        Patience(guard, timeout_s=door.timeout_s),
        bind(ANY_PORT, "--otlp-http"),
        way=Way(express=express, lane=lane),
    )
    await http.start()
    await grpc.start()
    yield http.address, grpc.address
    await grpc.stop(drain_s=1)
    await http.stop(drain_s=1)


@contextmanager
def _on_a_thread(serving: AbstractAsyncContextManager[_T]) -> Iterator[_T]:
    """Enter and leave `serving` in one event loop that runs meanwhile."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(serving.__aenter__(), loop).result(timeout=20)
        asyncio.run_coroutine_threadsafe(serving.__aexit__(None, None, None), loop).result(timeout=20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
