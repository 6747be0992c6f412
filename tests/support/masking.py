"""Masking rules as a configuration has them."""

from collections.abc import Mapping

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.pipeline.masks import door_rules

KEY = "0123456789abcdef"


def config_of(
    *rules: str, more: str = "", before: str = "store", environment: Mapping[str, str] | None = None
) -> Config:
    """A configuration with one masking processor.

    Args:
        rules: each as YAML in one line, for example `{patterns: [emails]}`.
        more: settings of the processor beside its rules.
        before: the exporter that it stands before.
        environment: variables that it may name.
    """
    text = (
        f"yaml:processors: {{masking: {{rules: [{', '.join(rules)}]{more}}}}}\n"
        "exporters: {file: {directory: /f}, otlphttp: {endpoint: 'http://127.0.0.1:9'}}\n"
        f"service: {{pipelines: {{traces: {{receivers: [otlp, braintrust], processors: [masking], exporters: [{before}]}},"
        f" traces/rest: {{receivers: [otlp], exporters: [{', '.join({'file', 'otlphttp'} - {before})}]}}}}}}"
    )
    return load_config(Sources(files=[text], environment=environment or {})).config


def rules_of(*rules: str, more: str = "") -> RuleSet:
    """The rules of such a processor at the door."""
    built = door_rules(config_of(*rules, more=more))
    assert built is not None
    return built
