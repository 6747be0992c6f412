"""Processors to steps."""

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.deliver.step import ChangeFields, Keep, Sample
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.pipeline.steps import build_steps, check_conditions


def config_with(processors: str) -> Config:
    names = "[filter, probabilistic_sampler, fields]" if "fields" in processors else "[filter]"
    text = (
        f"yaml:processors: {{{processors}}}\nexporters: {{file: {{directory: /f}}}}\n"
        f"service: {{pipelines: {{traces: {{receivers: [otlp], processors: {names}, exporters: [file]}}}}}}"
    )
    return load_config(Sources(files=[text])).config


def test_each_processor_is_a_step_in_its_order() -> None:
    config = config_with(
        "filter: {keep: 'true'}, probabilistic_sampler: {sampling_percentage: 25}, fields: {remove: [input]}"
    )

    steps = build_steps(
        config, {"traces": ("fields", "probabilistic_sampler", "filter"), "logs": ()}, lambda _: None
    )

    fields, sample, keep = steps["traces"]
    assert isinstance(fields, ChangeFields)
    assert sample == Sample(0.25)
    assert isinstance(keep, Keep)
    assert steps["logs"] == ()


def test_a_condition_that_cannot_be_read_is_told_with_its_place() -> None:
    with pytest.raises(
        SettingsError, match=r"processors.filter.keep: rows have no field eror at character 1 of 'eror"
    ):
        check_conditions(config_with("filter: {keep: eror IS NULL}"))
