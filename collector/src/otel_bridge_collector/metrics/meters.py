"""The metrics of one sidecar, as OpenTelemetry's SDK gives them to its readers. It knows no format.

What happens often is added to `Counters`, which costs less than an instrument of the SDK, and read from there when a reader asks.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Final, TypeAlias

from opentelemetry.metrics import CallbackOptions, Meter, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricReader, MetricsData
from opentelemetry.sdk.resources import Resource

from otel_bridge_collector.metrics.catalog import COUNTED, GAUGES, SYNC_TIME, Gauge
from otel_bridge_collector.telemetry import Counted, Counters

NAME: Final = "otel-bridge-collector"

Values: TypeAlias = Iterable[tuple[Sequence[str], float]]
"""Values of the labels, in the order of the catalog, each with the value of the metric."""

Source: TypeAlias = Callable[[], Values]


class Meters:
    """The metrics and those who read them. Any thread may read."""

    def __init__(
        self, counters: Counters, sources: Mapping[Gauge, Source], readers: Sequence[MetricReader] = ()
    ) -> None:
        """Begin to observe; readers that send begin to send.

        Args:
            counters: what is counted.
            sources: give the gauges when a reader asks; one without a source is not there.
            readers: beside the one that `collect` asks.
        """
        self._reader = InMemoryMetricReader()
        self._sent_by = readers
        self._sources = dict(sources)
        resource = Resource.create({"service.name": NAME, "service.version": version(NAME)})
        self._provider = MeterProvider([self._reader, *readers], resource, shutdown_on_exit=False)
        meter = self._provider.get_meter("otel_bridge_collector", version(NAME))
        for counted in COUNTED:
            _observe_counted(meter, counters, counted)
        for gauge in GAUGES:
            if gauge in sources:
                _observe_gauge(meter, gauge, self._sources)
        self._sync_time = meter.create_histogram(
            SYNC_TIME.name, SYNC_TIME.unit, SYNC_TIME.description,
            explicit_bucket_boundaries_advisory=SYNC_TIME.bounds,
        )  # fmt: skip

    def record_sync(self, duration_s: float) -> None:
        """Take note of how long a group of the spool took to be durable."""
        self._sync_time.record(duration_s)

    def collect(self) -> MetricsData | None:
        """Return all values as they are now; None when there are none."""
        return self._reader.get_metrics_data()

    def stop(self, timeout_s: float) -> None:
        """Let all readers send a last time, side by side, and end; what takes longer goes on by itself, and ends with the process."""
        # Not by the provider: it ends its readers one after the other, and leaves out those for which no time is left.
        ending = [
            threading.Thread(target=_end, args=(reader, timeout_s * 1000), daemon=True)
            for reader in self._sent_by
        ]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()
        # A reader that still waits for its backend holds the instruments, and would hold the store through them.
        self._sources.clear()


def _end(reader: MetricReader, timeout_ms: float) -> None:
    reader.shutdown(timeout_millis=timeout_ms)  # pyright: ignore[reportUnknownMemberType]  # its **kwargs


def _observe_counted(meter: Meter, counters: Counters, counted: Counted) -> None:
    def values(_: CallbackOptions) -> Iterable[Observation]:
        return _observations(counted.labels, counters.values(counted).items())

    meter.create_observable_counter(counted.name, [values], counted.unit, counted.description)


def _observe_gauge(meter: Meter, gauge: Gauge, sources: Mapping[Gauge, Source]) -> None:
    def values(_: CallbackOptions) -> Iterable[Observation]:
        source = sources.get(gauge)
        return _observations(gauge.labels, source()) if source else []

    create = meter.create_observable_counter if gauge.only_grows else meter.create_observable_gauge
    create(gauge.name, [values], gauge.unit, gauge.description)


def _observations(labels: Sequence[str], values: Values) -> list[Observation]:
    return [Observation(value, dict(zip(labels, given, strict=True))) for given, value in values]
