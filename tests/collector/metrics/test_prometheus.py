"""The text that Prometheus reads, read by its own parser."""

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from otel_bridge_collector.metrics.catalog import ACCEPTED, READY, REFUSED, SYNC_TIME
from otel_bridge_collector.metrics.meters import Meters
from otel_bridge_collector.metrics.prometheus import encode
from otel_bridge_collector.telemetry import Counters

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


@pytest.fixture
def meters() -> Meters:
    counters = Counters()
    counters.add(ACCEPTED["traces"], 3, "otlp", "grpc")
    counters.add(REFUSED["traces"], 1, "otlp", "http", "invalid")
    meters = Meters(counters, {READY: lambda: [((), 1.0)]})
    for duration_s in (0.002, 0.002, 100.0):
        meters.record_sync(duration_s)
    return meters


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_both_formats_say_what_was_counted(meters: Meters, accept: str) -> None:
    text, content_type = encode(meters.collect(), accept=accept)

    parse = parse_openmetrics if accept else parse_text
    samples = {
        (s.name, *s.labels.values()): s.value for family in parse(text.decode()) for s in family.samples
    }
    assert content_type.startswith("application/openmetrics-text" if accept else "text/plain")
    assert samples["otelcol_receiver_accepted_spans_total", "otlp", "grpc"] == 3
    assert samples["otelcol_receiver_refused_spans_total", "invalid", "otlp", "http"] == 1
    assert samples["otel_bridge_ready",] == 1
    assert samples[f"{SYNC_TIME.name}_bucket", "0.001"] == 0
    assert samples[f"{SYNC_TIME.name}_bucket", "0.003"] == 2
    assert samples[f"{SYNC_TIME.name}_bucket", "+Inf"] == 3
    assert samples[f"{SYNC_TIME.name}_count",] == 3


def test_nothing_is_an_empty_text() -> None:
    assert encode(None, accept="")[0] == b""
