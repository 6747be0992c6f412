"""Composition root of the sidecar: build the stages bottom-up, start them, stop them in reverse.

It is the only place that knows all stages; it does no work of its own. How the data folder, the work beside requests and the
ports are opened stands in `stages`.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opentelemetry.sdk.metrics.export import MetricReader
from starlette.applications import Starlette

from otel_bridge_collector.access import current_access
from otel_bridge_collector.api.backup import backup_operations
from otel_bridge_collector.api.delivery import delivery_operations
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.explain import explain_operations
from otel_bridge_collector.api.functions import FunctionsEndpoint, function_operations
from otel_bridge_collector.api.metrics import metrics_operations
from otel_bridge_collector.api.online_scores import online_score_operations
from otel_bridge_collector.api.probes import probe_operations
from otel_bridge_collector.api.quotas import quota_operations
from otel_bridge_collector.api.receipts import Receipts, receipt_operations
from otel_bridge_collector.api.retention import retention_operations
from otel_bridge_collector.api.routes import Plane, build_routes
from otel_bridge_collector.backup.running import Backups
from otel_bridge_collector.backup.stage import Stage
from otel_bridge_collector.canary.canary import Canary, Past
from otel_bridge_collector.canary.search import Kept
from otel_bridge_collector.canary.ways import Doors, Ways
from otel_bridge_collector.compiled import absence
from otel_bridge_collector.config import budget
from otel_bridge_collector.config.metrics import Metrics
from otel_bridge_collector.deliver.sight import Sight
from otel_bridge_collector.health import Health
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.metrics.meters import Meters
from otel_bridge_collector.metrics.process import Process
from otel_bridge_collector.pipeline.deliveries import Deliveries
from otel_bridge_collector.pipeline.gauges import Watched, gauges, metrics_config
from otel_bridge_collector.pipeline.quotas import StoreNames, quota_config
from otel_bridge_collector.providers.client import Providers
from otel_bridge_collector.quota.quotas import Quotas
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.door import Door
from otel_bridge_collector.receive.exposure import open_ports
from otel_bridge_collector.receive.http_server import Way
from otel_bridge_collector.receive.otlp_express import OtlpExpress
from otel_bridge_collector.receive.otlp_http import build_otlp_app, build_otlp_routes
from otel_bridge_collector.receive.pages import api_pages, otlp_pages
from otel_bridge_collector.receive.pressure import relieve_pressure, share_arenas
from otel_bridge_collector.receive.probes import Probes
from otel_bridge_collector.receive.tls import PortsTls
from otel_bridge_collector.receive.to_page import build_page_routes
from otel_bridge_collector.retention.sweep import Retention
from otel_bridge_collector.settings import Address, Settings
from otel_bridge_collector.shutdown import METRICS, Shutdown
from otel_bridge_collector.spool.record import CANARY_PROJECT
from otel_bridge_collector.spool.spool import Spool
from otel_bridge_collector.stages.functions import open_providers, start_functions
from otel_bridge_collector.stages.health_check import open_health_check
from otel_bridge_collector.stages.online_scoring import start_online_scoring
from otel_bridge_collector.stages.page import WebPage
from otel_bridge_collector.stages.ports import Ports, build_door, build_lane, guarded
from otel_bridge_collector.stages.proxy import start_proxy
from otel_bridge_collector.stages.reloading import Reloaded, Reloading, reload_on_request
from otel_bridge_collector.stages.storage import Storage, open_storage
from otel_bridge_collector.stages.work import ended, start_delivery, start_receipts, start_retention
from otel_bridge_collector.store.confined import ConfinedStore
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.telemetry import Counters

logger = logging.getLogger(__name__)

_METERS_STOP_S: Final = 2.0
"""How long it may take to send the last metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Where the sidecar takes traffic, with the ports that were really taken.

    Attributes:
        tls: which of them speak TLS.
        health_check: where probes are answered beside these; None for nowhere.
    """

    otlp_grpc: Address
    otlp_http: Address
    api: Address
    tls: PortsTls
    health_check: Address | None
    data_dir: Path


async def serve(
    settings: Settings,
    *,
    ready: Callable[[Ready], None],
    stop: asyncio.Event,
    reloading: Reloading | None = None,
) -> None:
    """Run the sidecar until `stop` is set; `ready` is called once it takes traffic.

    Stopping takes no more requests, lets running ones end and delivers what is there, all of it within
    `settings.drain_s`; what is left then stays in the spool for the next start.

    Raises:
        SettingsError: an address or the data folder cannot be used.
        SpoolError: another sidecar has the data folder, or the spool cannot be opened.
        StoreError: the store cannot be opened.
    """
    own = _Own(counters=Counters(), health=Health(), shutdown=Shutdown(settings.drain_s))
    share_arenas()
    # Whatever was built is stopped in reverse order, also when building fails half-way.
    async with AsyncExitStack() as stages:
        probed = await open_health_check(settings, own.health, stages)
        # On another thread, since probes are answered while the last process's files are read.
        storage = await asyncio.to_thread(open_storage, settings, own.shutdown, stages)
        door = build_door(settings, storage.keys, own.counters, compiled=storage.compiled)
        relieving = asyncio.create_task(relieve_pressure(door.admission, settings.memory_limit_mb << 20))
        stages.callback(relieving.cancel)
        deliveries = await start_delivery(settings, storage, own.counters, own.shutdown, stages)
        _add_checks(own.health, storage.spool, deliveries)
        meters = _start_meters(settings, own, storage.spool, deliveries, door.admission, stages)
        retention = start_retention(settings, storage, deliveries, own.counters, stages)
        quotas = Quotas(
            quota_config(settings),
            StoreNames(storage.objects),
            current_access,
            default_parent=settings.default_parent,
            # A canary that is refused would say that masking was not seen to work.
            free={CANARY_PROJECT},
        )
        providers = open_providers(settings, stages)
        working = _Working(deliveries=deliveries, retention=retention, quotas=quotas, providers=providers)
        seen = _Seen(own=own, meters=meters, probed=probed)
        taken, canary = await _start(settings, storage, working, door, seen, stages)
        if reloading:
            watching = asyncio.create_task(
                reload_on_request(
                    settings,
                    reloading,
                    Reloaded(
                        spool=storage.spool,
                        deliveries=deliveries,
                        retention=retention,
                        quotas=quotas,
                        tls=door.tls,
                        canary=canary,
                        providers=providers,
                    ),
                )
            )
            stages.callback(watching.cancel)
        _log_ports(
            taken, keys="needed" if settings.require_keys or not storage.keys.is_empty() else "none yet"
        )
        logger.info("the compiled receiver: %s", "in use" if storage.compiled else absence() or "turned off")
        _warn_of_strangers(settings, taken)
        own.health.begin_serving()
        ready(taken)
        await stop.wait()
        own.health.phase = "stopping"
    _log_counters(own.counters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """What the sidecar knows of itself."""

    counters: Counters
    health: Health
    shutdown: Shutdown


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What can be seen of the sidecar from outside."""

    own: _Own
    meters: Meters
    probed: Address | None


def _start_meters(
    settings: Settings,
    own: _Own,
    spool: Spool,
    deliveries: Deliveries,
    admission: Admission,
    stages: AsyncExitStack,
) -> Meters:
    watched = Watched(
        spool=spool,
        folder=settings.data_dir,
        deliveries=deliveries,
        admission=admission,
        health=own.health,
        process=Process(),
    )
    meters = Meters(own.counters, gauges(watched), _metric_readers(metrics_config(settings)))
    stages.push_async_callback(
        lambda: asyncio.to_thread(meters.stop, min(_METERS_STOP_S, own.shutdown.left_s(METRICS)))
    )
    spool.on_sync(meters.record_sync)
    return meters


def _metric_readers(config: Metrics) -> Sequence[MetricReader]:
    if not config.readers:
        return []
    # Imported where metrics are sent somewhere: the exporter brings an HTTP client of its own.
    from otel_bridge_collector.metrics.otlp import build_readers  # noqa: PLC0415 - see above

    return build_readers(config)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Working:
    """What goes on beside requests, or from one to the next."""

    deliveries: Deliveries
    retention: Retention
    quotas: Quotas
    providers: Providers


def _add_checks(health: Health, spool: Spool, deliveries: Deliveries) -> None:
    """Name what has to be well; what else a probe should know is added here."""

    def deliver() -> str | None:
        ended = len(deliveries.ended()) if health.phase == "serving" else 0
        return f"{ended} destinations deliver no more" if ended else None

    def write() -> str | None:
        # At the end of a shutdown it has to end, and nobody should start the sidecar anew for it.
        return None if spool.is_alive or health.phase == "stopping" else "its thread has ended"

    health.add_live("spool_writer", write)
    health.add_live("delivery", deliver)
    health.add_ready("spool", spool.refusal)


async def _start(
    settings: Settings,
    storage: Storage,
    working: _Working,
    door: Door,
    seen: _Seen,
    stages: AsyncExitStack,
) -> tuple[Ready, Canary]:
    gate = Gate(storage.objects, current_access, default_parent=settings.default_parent)
    ingest = Ingest(
        storage.spool,
        seen.own.counters,
        gate,
        working.deliveries.masks,
        ledger=storage.receipts,
        quotas=working.quotas,
        max_messages=budget.messages(settings.memory_limit_mb),
        compiled=storage.compiled,
    )
    keeper = start_receipts(storage, working.deliveries, stages)

    async def caught_up() -> bool:
        return await working.deliveries.store.reached(storage.spool.end_seq, timeout_s=settings.read_wait_s)

    async def counted() -> bool:
        return await caught_up() and await keeper.reached(
            storage.spool.end_seq, timeout_s=settings.read_wait_s
        )

    sees = ConfinedStore(storage.store, current_access)
    receipts = Receipts(storage.receipts, current_access)
    scoring = start_online_scoring(settings, storage, ingest, seen.own.counters, working.providers, stages)
    probes = Probes(seen.own.health)
    page = WebPage(door)
    plane = Plane(
        store=sees,
        objects=storage.objects.seen_by(current_access),
        attachments=storage.attachments.seen_by(current_access),
        feedback_secrets=storage.feedback_secrets,
        caught_up=caught_up,
        keep_rows=ingest.rows,
        row_fault=ingest.row_fault,
        masked=ingest.masked,
        next_xact=storage.xacts.next,
    )
    invoker = start_functions(settings, plane, ingest, working.providers, stages)
    api_routes = build_routes(
        plane,
        [
            *explain_operations(
                sees, storage.spool, Sight(gate, default_parent=settings.default_parent), counted, receipts
            ),
            *receipt_operations(receipts, counted),
            *delivery_operations(working.deliveries, storage.spool),
            *quota_operations(working.quotas),
            *retention_operations(working.retention),
            *backup_operations(
                Backups(Stage(settings.data_dir, storage.spool, storage.store, storage.sink.on_writer))
            ),
            *online_score_operations(scoring, storage.objects.seen_by(current_access)),
            *function_operations(FunctionsEndpoint(invoker, plane.objects, plane.reader)),
            *probe_operations(probes.live, probes.ready),
            *metrics_operations(seen.meters.collect),
        ],
    )
    api_app = Starlette(
        routes=[
            *api_routes,
            *build_otlp_routes(ingest, max_body_bytes=settings.max_body_bytes),
            *start_proxy(settings, plane, ingest, storage.spool, working.providers, stages),
            *page.routes(plane, ingest, invoker),
        ],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    ports = Ports(settings)
    stages.push_async_callback(ports.stop, seen.own.shutdown)
    stages.callback(page.close)
    api_way = Way(tls=door.tls.api, allowed=api_pages(settings))
    api = await ports.start_http(guarded(api_app, door, working.quotas, page.sessions), settings.api, api_way)
    to_page = build_page_routes(api, is_tls=door.tls.api is not None)
    otlp_app = build_otlp_app(
        ingest, max_body_bytes=settings.max_body_bytes, more=[*probes.routes(), *to_page]
    )
    otlp_way = Way(
        tls=door.tls.otlp_http,
        allowed=otlp_pages(settings),
        express=OtlpExpress(ingest, door, max_body_bytes=settings.max_body_bytes),
        lane=build_lane(storage.compiled, storage.spool.pen, door, working.deliveries.masks),
    )
    otlp_http = await ports.start_http(guarded(otlp_app, door, working.quotas), settings.otlp_http, otlp_way)
    page.otlp.address = otlp_http
    otlp_grpc = await ports.start_grpc(ingest, door, seen.own.health)
    doors = Doors(otlp=otlp_app, api=api_app, grpc=otlp_grpc.keeps, admission=door.admission)
    canary = await _start_canary(settings, storage, working.deliveries, doors, seen.own.health, stages)
    for tls in door.tls.all():
        stages.callback(asyncio.create_task(tls.watch()).cancel)
    addresses = {"otlp_grpc": otlp_grpc.address, "otlp_http": otlp_http, "api": api}
    return Ready(**addresses, tls=door.tls, health_check=seen.probed, data_dir=settings.data_dir), canary


async def _start_canary(
    settings: Settings,
    storage: Storage,
    deliveries: Deliveries,
    doors: Doors,
    health: Health,
    stages: AsyncExitStack,
) -> Canary:
    """Try masking at the door before anything is taken, and from then on regularly."""

    async def reached(seq: int, timeout_s: float) -> bool:
        return await deliveries.store.reached(seq, timeout_s=timeout_s)

    past = Past(
        kept=Kept(spool=storage.spool, store=storage.store),
        objects=storage.objects,
        reached=reached,
        dead_letters=deliveries.dead_letters,
        on_writer=storage.sink.on_writer,
    )
    canary = Canary(Ways(doors), past, settings.config, interval_s=settings.canary_interval_s)
    health.add_ready("masking", canary.fault)
    await canary.run()
    stages.push_async_callback(ended, asyncio.create_task(canary.run_regularly()))
    return canary


def _log_ports(taken: Ready, *, keys: str) -> None:
    ports = (
        ("OTLP over gRPC", taken.otlp_grpc, taken.tls.otlp_grpc),
        ("OTLP over HTTP", taken.otlp_http, taken.tls.otlp_http),
        ("the API and its page", taken.api, taken.tls.api),
    )
    told = "; ".join(f"{name} on {address}{' with TLS' if tls else ''}" for name, address, tls in ports)
    logger.info("takes traffic: %s; keys: %s", told, keys)


def _warn_of_strangers(settings: Settings, taken: Ready) -> None:
    if settings.allow_anyone and (ports := open_ports(taken.otlp_grpc, taken.otlp_http, taken.api)):
        logger.warning(
            "as --allow-anyone says, everyone who reaches %s can read and write while there is no key",
            ", ".join(ports),
        )


def _log_counters(counters: Counters) -> None:
    counted = ", ".join(f"{name} {value:.6g}" for name, value in sorted(counters.totals().items()))
    logger.info("stopped; %s", counted or "nothing came in")
