"""Components that report no metrics of their own."""

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from otel_bridge.exporter.unreported import unreported


def reporting(name: str, meter_provider: MeterProvider) -> str:
    meter_provider.get_meter("m").create_counter("c").add(1)
    return name


def silent(name: str) -> str:
    return name


def test_what_can_report_reports_nowhere() -> None:
    reader = InMemoryMetricReader()
    MeterProvider([reader])

    assert unreported(reporting)("a") == "a"
    assert reader.get_metrics_data() is None


def test_what_knows_no_metrics_is_made_as_it_is() -> None:
    assert unreported(silent)("a") == "a"
