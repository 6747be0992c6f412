"""Metrics of the SDK as Prometheus reads them, by its own client library. It collects nothing.

Names stay as they are, but for `_total` behind those of counters. Source: OpenTelemetry specification, "Prometheus and OpenMetrics
Compatibility", read 2026-11-25.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from opentelemetry.sdk.metrics.export import (
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    Sum,
)
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector


def encode(data: MetricsData | None, *, accept: str) -> tuple[bytes, str]:
    """Return the text and its content type: OpenMetrics where `accept`, a header, asks for it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(list(_families(data)) if data else []))
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type


class _Collected(Collector):
    def __init__(self, families: Sequence[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Family]:
        return self._families


def _families(data: MetricsData) -> Iterator[Family]:
    for resource in data.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                if family := _family(metric):
                    yield family


def _family(metric: Metric) -> Family | None:
    match metric.data:
        case Sum(data_points=points):
            return _numbers(
                CounterMetricFamily(metric.name, metric.description or "", labels=_labels(points)), points
            )
        case Gauge(data_points=points):
            return _numbers(
                GaugeMetricFamily(metric.name, metric.description or "", labels=_labels(points)), points
            )
        case Histogram(data_points=points):
            family = HistogramMetricFamily(metric.name, metric.description or "", labels=_labels(points))
            for point in points:
                family.add_metric(_values(point.attributes), _buckets(point), point.sum)
            return family
        case _:  # the sidecar has no others
            return None


def _numbers(
    family: CounterMetricFamily | GaugeMetricFamily, points: Iterable[NumberDataPoint]
) -> CounterMetricFamily | GaugeMetricFamily:
    for point in points:
        family.add_metric(_values(point.attributes), point.value)
    return family


def _labels(points: Iterable[NumberDataPoint | HistogramDataPoint]) -> list[str]:
    first = next(iter(points), None)
    return sorted(first.attributes or {}) if first else []


def _values(attributes: Mapping[str, object] | None) -> list[str]:
    return [str(value) for _, value in sorted((attributes or {}).items())]


def _buckets(point: HistogramDataPoint) -> list[tuple[str, float]]:
    """Return the upper end of each bucket and how many values lie below it."""
    total = 0
    buckets: list[tuple[str, float]] = []
    bounds = [*(str(float(bound)) for bound in point.explicit_bounds), "+Inf"]
    for bound, count in zip(bounds, point.bucket_counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets
