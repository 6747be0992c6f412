"""Destinations in a configuration."""

from otel_bridge_collector.config.load import Sources, load_config


def test_the_target_of_a_call_may_be_written_as_a_url() -> None:
    config = load_config(Sources(files=["yaml:exporters: {otlp: {endpoint: 'https://tempo:4317'}}"])).config

    assert config.exporters["otlp"].model_dump()["endpoint"] == "tempo:4317"
