"""A configuration as text."""

import yaml

from otel_bridge_collector.config.address import Address
from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.render import render


def test_keys_and_headers_are_hidden() -> None:
    text = (
        "yaml:exporters: {braintrust: {api_key: k-1}, otlphttp: {endpoint: 'https://a', headers: {x: k-2}}}"
    )

    shown = render(load_config(Sources(files=[text])).config, {})

    assert "k-1" not in shown
    assert "k-2" not in shown
    assert "[hidden]" in shown


def test_what_is_shown_can_be_used() -> None:
    text = "yaml:exporters: {file: {directory: /f}}\nprocessors: {filter: {keep: 'true'}}\nservice: {pipelines: {traces: {receivers: [otlp], processors: [filter], exporters: [file]}}}"
    config = load_config(Sources(files=[text])).config

    shown = render(
        config, {"extensions.api.endpoint": Address(host="::1", port=1), "exporters.store.memory_mib": 5}
    )

    assert load_config(Sources(files=[f"yaml:{shown}"])).config.exporters["file"] == config.exporters["file"]
    assert yaml.safe_load(shown)["extensions"] == {"api": {"endpoint": "[::1]:1"}}


def test_a_reader_of_metrics_that_is_shown_is_the_same() -> None:
    reader = (
        "{periodic: {interval: 2s, timeout: 1500, exporter: {otlp: {endpoint: 'http://127.0.0.1:4318'}}}}"
    )
    config = load_config(
        Sources(files=[f"yaml:service: {{telemetry: {{metrics: {{readers: [{reader}]}}}}}}"])
    ).config

    shown = render(config, {})

    assert load_config(Sources(files=[f"yaml:{shown}"])).config.service == config.service
