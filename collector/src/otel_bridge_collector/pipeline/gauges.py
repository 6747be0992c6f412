"""Where the gauges of the catalog come from. It counts nothing itself."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from otel_bridge_collector.config.metrics import Metrics
from otel_bridge_collector.deliver.destination import Status
from otel_bridge_collector.health import Health
from otel_bridge_collector.metrics import catalog
from otel_bridge_collector.metrics.catalog import Gauge
from otel_bridge_collector.metrics.meters import Source, Values
from otel_bridge_collector.metrics.process import Process
from otel_bridge_collector.settings import Settings
from otel_bridge_collector.spool.spool import Spool


class Delivering(Protocol):
    """All destinations."""

    def statuses(self) -> Sequence[Status]:
        """Return how far each is."""
        ...


class Admitting(Protocol):
    """The room for request bodies."""

    max_bytes: int

    @property
    def used_bytes(self) -> int:
        """Bytes that are held now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The parts of a sidecar that are looked at."""

    spool: Spool
    folder: Path
    deliveries: Delivering
    admission: Admitting
    health: Health
    process: Process


def gauges(watched: Watched) -> Mapping[Gauge, Source]:
    """Return the source of each gauge."""
    spool, admission, process = watched.spool, watched.admission, watched.process
    ask = watched.deliveries.statuses
    return {
        catalog.QUEUE_SIZE: _of_each(ask, lambda status: status.waiting_bytes),
        catalog.QUEUE_CAPACITY: _of_each(ask, lambda _: spool.limits.max_bytes),
        catalog.WAITING: _of_each(ask, lambda status: status.waiting_records),
        catalog.LAG: _of_each(ask, lambda status: status.lag_s),
        catalog.CIRCUIT_OPEN: _of_each(ask, lambda status: status.state == "down"),
        catalog.SPOOL_SIZE: _one(lambda: spool.size_bytes),
        catalog.SPOOL_LIMIT: _one(lambda: spool.limits.max_bytes),
        catalog.INFLIGHT: _one(lambda: admission.used_bytes),
        catalog.INFLIGHT_LIMIT: _one(lambda: admission.max_bytes),
        catalog.READY: _one(lambda: not watched.health.not_ready()),
        catalog.FAILING: lambda: [
            ((name,), float(fails)) for name, fails in watched.health.failing().items()
        ],
        catalog.FREE: _one(lambda: shutil.disk_usage(watched.folder).free),
        catalog.CLOCK: _one(time.time),
        catalog.UPTIME: _one(process.uptime_s),
        catalog.CPU: _one(process.cpu_s),
        catalog.RSS: _one(process.rss_bytes),
    }


def metrics_config(settings: Settings) -> Metrics:
    """Return what the configuration says of sending the metrics."""
    service = settings.config.service
    return (service and service.telemetry and service.telemetry.metrics) or Metrics()


def _of_each(ask: Callable[[], Sequence[Status]], read: Callable[[Status], float]) -> Source:
    return lambda: [((status.name,), float(read(status))) for status in ask()]


def _one(read: Callable[[], float | None]) -> Source:
    def values() -> Values:
        value = read()
        return [] if value is None else [((), float(value))]

    return values
