"""Files, texts and single settings to one configuration."""

from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.errors import SettingsError


def test_later_files_are_merged_over_earlier_ones(tmp_path: Path) -> None:
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    first.write_text("extensions: {file_storage: {directory: /a, keep: 1h}}")
    second.write_text("extensions: {file_storage: {keep: 2h}}")

    config = load_config(Sources(files=[str(first), str(second)])).config

    assert config.extensions is not None
    assert config.extensions.file_storage is not None
    assert (config.extensions.file_storage.directory, config.extensions.file_storage.keep) == (
        Path("/a"),
        7200.0,
    )


def test_a_single_setting_counts_more_than_the_files() -> None:
    sources = Sources(
        files=["yaml:exporters: {braintrust: {timeout: 1s}}"],
        assignments=["exporters.braintrust.timeout=2s", "exporters.braintrust.projects={a: b}"],
    )

    exporter = load_config(sources).config.exporters["braintrust"]

    assert exporter.model_dump()["timeout"] == 2.0
    assert exporter.model_dump()["projects"] == {"a": "b"}


def test_variables_of_the_environment_are_filled_in() -> None:
    sources = Sources(
        files=["yaml:service: {telemetry: {logs: {level: '${env:LEVEL}'}}}"], environment={"LEVEL": "debug"}
    )

    config = load_config(sources).config

    assert config.model_dump(exclude_none=True)["service"]["telemetry"] == {"logs": {"level": "debug"}}


@pytest.mark.parametrize("text", ["a", "=1", "a.b"])
def test_a_single_setting_that_cannot_be_read_says_its_form(text: str) -> None:
    with pytest.raises(SettingsError, match="expected PATH=VALUE"):
        load_config(Sources(assignments=[text]))


def test_a_fault_of_a_single_setting_names_it() -> None:
    with pytest.raises(SettingsError, match=r"^--set service.drain_timeout: expected a duration"):
        load_config(Sources(assignments=["service.drain_timeout=soon"]))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read the configuration .*none\.yaml"):
        load_config(Sources(files=[str(tmp_path / "none.yaml")]))


def test_faults_come_in_the_order_of_the_file() -> None:
    with pytest.raises(SettingsError) as caught:
        load_config(Sources(files=["yaml:service: {x: 1}\nexporters:\n  kafka:\n  otlphttp: {}\n"]))

    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == ["yaml:1:11", "yaml:3:3"]
