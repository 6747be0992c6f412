"""`/metrics`."""

from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.api.metrics import metrics_operations
from otel_bridge_collector.metrics.catalog import ACCEPTED
from otel_bridge_collector.metrics.meters import Meters
from otel_bridge_collector.telemetry import Counters


def test_a_scrape_is_answered_with_what_was_counted() -> None:
    counters = Counters()
    counters.add(ACCEPTED["traces"], 3, "otlp", "grpc")
    operations = metrics_operations(Meters(counters, {}).collect)

    response = TestClient(Starlette(routes=[each.route() for each in operations])).get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    (family,) = text_string_to_metric_families(response.text)
    assert [sample.value for sample in family.samples] == [3]
