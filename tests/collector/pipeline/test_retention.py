"""Retention over what a sidecar has."""

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.pipeline.retention import retention_config
from otel_bridge_collector.settings import Settings, load_settings

CONFIG = "yaml:extensions: {retention: {interval: 5m, logs: {max_age: 30d}, datasets: {max_size: 1KiB}}}"


def settings(**environment: str) -> Settings:
    return load_settings(Sources(files=[CONFIG], assignments=[], environment=environment))


def test_the_configuration_says_what_is_kept() -> None:
    config = retention_config(settings())

    assert (config.interval, config.logs.max_age, config.datasets.max_size) == (300, 30 * 86_400, 1024)


def test_without_a_word_everything_is_kept() -> None:
    config = retention_config(Settings())

    assert (config.logs.max_age, config.logs.max_size, config.interval) == (None, None, 3600)


def test_a_setting_counts_more_than_the_configuration() -> None:
    given = load_settings(
        Sources(files=[CONFIG], assignments=[], environment={}), retention_logs_s=60, retention_logs_bytes=9
    )

    assert retention_config(given).logs.model_dump() == {"max_age": 60, "max_size": 9}
