"""What goes on beside requests: delivery, the count of receipts, retention. Each begins here and ends before what it stands on."""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import Final, NoReturn

from otel_bridge_collector.compiled import absence
from otel_bridge_collector.cores import usable_cores
from otel_bridge_collector.deliver.dead_letter import DeadLetters
from otel_bridge_collector.deliver.destination import Destination
from otel_bridge_collector.deliver.housekeeping import trim_regularly
from otel_bridge_collector.deliver.media import MediaKeeper
from otel_bridge_collector.deliver.request_rows import RequestTranslator, python_rows, request_rows
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.routed_rows import RoutedRows
from otel_bridge_collector.deliver.shared_translation import SharedTranslation
from otel_bridge_collector.metrics.catalog import TRANSLATED_APART
from otel_bridge_collector.pipeline.build import Ground
from otel_bridge_collector.pipeline.deliveries import Deliveries
from otel_bridge_collector.pipeline.retention import build_retention
from otel_bridge_collector.receipt.keeper import ReceiptKeeper
from otel_bridge_collector.retention.sweep import Retention
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.shutdown import DESTINATIONS, Shutdown
from otel_bridge_collector.spool.cursor import Cursor
from otel_bridge_collector.stages.storage import Storage
from otel_bridge_collector.telemetry import Counters
from otel_bridge_collector.translate.cost import estimated_cost

logger = logging.getLogger(__name__)

_CORES_FOR_TWO: Final = 1.5


async def start_delivery(
    settings: Settings, storage: Storage, counters: Counters, shutdown: Shutdown, stages: AsyncExitStack
) -> Deliveries:
    """Deliver to the store and to what the configuration names; the spool makes room behind the slowest of them."""
    folder = settings.data_dir / "delivery"
    sink = storage.sink
    router = Router(storage.objects, default_parent=settings.default_parent)
    media = (
        MediaKeeper(storage.attachments, min_bytes=settings.media_min_bytes)
        if settings.media_as_attachments
        else None
    )
    translate_request = _translation(settings, counters, stages)
    store = Destination(
        name="store",
        sink=sink,
        cursor=Cursor(folder / "store.cursor", at=storage.store.next_seq()),
        dead_letters=DeadLetters(folder / "store.dead.jsonl"),
        new_preparation=lambda: RoutedRows(router, media, translate_request),
        replay_file=folder / "store.replay",
        again=sink.again,
        losses=storage.receipts,
    )
    ground = Ground(
        folder=folder,
        objects=storage.objects,
        attachments=storage.attachments,
        router=router,
        media=media,
        translate_request=translate_request,
        end_seq=lambda: storage.spool.end_seq,
        price=estimated_cost,
    )
    deliveries = Deliveries(storage.spool, store, ground, counters)
    await deliveries.start(settings.config)
    stages.push_async_callback(lambda: deliveries.stop(drain_s=shutdown.left_s(DESTINATIONS)))
    storage.spool.on_full(deliveries.passed_seq)
    trimming = asyncio.create_task(trim_regularly(storage.spool, deliveries.passed_seq))
    stages.callback(trimming.cancel)
    return deliveries


def _translation(settings: Settings, counters: Counters, stages: AsyncExitStack) -> RequestTranslator:
    """Return what translates: this process alone, or with one beside it where there is a core for that."""
    is_native = settings.native_translation == "auto"
    logger.info("the compiled translator: %s", absence() or "in use" if is_native else "turned off")
    if settings.translation_process == "off" or usable_cores() < _CORES_FOR_TWO:
        return request_rows if is_native else python_rows
    shared = SharedTranslation(is_native=is_native)
    stages.callback(shared.close)
    counters.follow(TRANSLATED_APART, (), shared.translated_apart)
    return shared


def start_receipts(storage: Storage, deliveries: Deliveries, stages: AsyncExitStack) -> ReceiptKeeper:
    """Count what became of the spans of each process."""
    keeper = ReceiptKeeper(storage.spool, deliveries.store, storage.receipts)
    counting = asyncio.create_task(keeper.run())
    stages.callback(counting.cancel)
    return keeper


def start_retention(
    settings: Settings, storage: Storage, deliveries: Deliveries, counters: Counters, stages: AsyncExitStack
) -> Retention:
    """Remove regularly what is older or more than the configuration keeps."""
    retention = build_retention(
        settings,
        store=storage.store,
        sink=storage.sink,
        objects=storage.objects,
        attachments=storage.attachments,
        spool=storage.spool,
        deliveries=deliveries,
        counters=counters,
    )
    passes = asyncio.create_task(retention.run_regularly())
    stages.push_async_callback(ended, passes)
    return retention


async def ended(task: asyncio.Task[NoReturn]) -> None:
    """Cancel a task, and return when it is over."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
