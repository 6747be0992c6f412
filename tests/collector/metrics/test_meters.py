"""The metrics as the SDK gives them to its readers."""

from opentelemetry.sdk.metrics.export import Histogram, InMemoryMetricReader, MetricsData, Sum

from otel_bridge_collector.metrics.catalog import ACCEPTED, READY, SYNC_TIME, UPTIME
from otel_bridge_collector.metrics.meters import Meters
from otel_bridge_collector.telemetry import Counters


def found(data: MetricsData | None) -> dict[str, object]:
    assert data is not None
    (resource,) = data.resource_metrics
    (scope,) = resource.scope_metrics
    return {metric.name: metric.data for metric in scope.metrics}


def test_what_was_counted_is_a_sum_with_its_labels() -> None:
    counters = Counters()
    meters = Meters(counters, {})

    counters.add(ACCEPTED["traces"], 3, "otlp", "grpc")
    data = found(meters.collect())["otelcol_receiver_accepted_spans"]

    assert isinstance(data, Sum)
    assert data.is_monotonic
    (point,) = data.data_points
    assert (point.value, point.attributes) == (3, {"receiver": "otlp", "transport": "grpc"})


def test_a_gauge_is_asked_for_at_each_reading() -> None:
    values = [1.0, 0.0]
    meters = Meters(Counters(), {READY: lambda: [((), values.pop(0))]})

    read = [found(meters.collect())[READY.name] for _ in range(2)]

    assert [point.value for data in read for point in data.data_points] == [1.0, 0.0]  # type: ignore[attr-defined]


def test_what_only_grows_is_a_sum_and_what_has_no_source_is_not_there() -> None:
    read = found(Meters(Counters(), {UPTIME: lambda: [((), 5.0)]}).collect())

    assert isinstance(read[UPTIME.name], Sum)
    assert READY.name not in read


def test_the_time_of_a_sync_falls_into_its_bucket() -> None:
    meters = Meters(Counters(), {})

    meters.record_sync(0.002)
    data = found(meters.collect())[SYNC_TIME.name]

    assert isinstance(data, Histogram)
    (point,) = data.data_points
    assert point.explicit_bounds == SYNC_TIME.bounds
    assert [index for index, count in enumerate(point.bucket_counts) if count] == [3]


def test_a_further_reader_gets_the_same_and_is_asked_a_last_time_at_the_end() -> None:
    class Sent(InMemoryMetricReader):
        last: MetricsData | None = None

        def shutdown(self, timeout_millis: float = 0, **kwargs: object) -> None:
            del timeout_millis, kwargs
            self.last = self.get_metrics_data()

    sent = Sent()
    counters = Counters()
    meters = Meters(counters, {}, [sent])
    counters.add(ACCEPTED["logs"], 1, "otlp", "http")
    meters.stop(1)

    assert "otelcol_receiver_accepted_log_records" in found(sent.last)
