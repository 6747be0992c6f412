"""Readers of metrics, as the configuration says them."""

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.metrics import PeriodicReader
from otel_bridge_collector.errors import SettingsError


def reader(text: str) -> PeriodicReader:
    config = load_config(
        Sources(files=[f"yaml:service: {{telemetry: {{metrics: {{readers: [{{periodic: {text}}}]}}}}}}"])
    )
    telemetry = config.config.service and config.config.service.telemetry
    assert telemetry
    assert telemetry.metrics
    return telemetry.metrics.readers[0].periodic


@pytest.mark.parametrize(
    "written", [pytest.param("60000", id="number"), pytest.param("1m", id="with a unit")]
)
def test_intervals_are_milliseconds_as_in_the_collector(written: str) -> None:
    assert reader(f"{{interval: {written}, exporter: {{otlp: {{endpoint: 'http://x:1'}}}}}}").interval == 60


@pytest.mark.parametrize("written", ["0", "-1", "soon"])
def test_an_interval_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match="interval"):
        reader(f"{{interval: {written}, exporter: {{otlp: {{endpoint: 'http://x:1'}}}}}}")


def test_headers_are_secrets() -> None:
    read = reader("{exporter: {otlp: {endpoint: 'http://x:1', headers: {k: s3cret}}}}")

    assert "s3cret" not in repr(read)


def test_certificates_that_cannot_be_read_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(SettingsError, match=r"no certificates can be read from /nosuch\.pem: No such file"):
        reader("{exporter: {otlp: {endpoint: 'https://x:1', certificate: /nosuch.pem}}}")
