"""`validate`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main


def test_a_configuration_that_can_be_used_passes(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("exporters: {file: {directory: /f}}")

    result = CliRunner().invoke(main, ["validate", str(file)])

    assert (result.exit_code, result.stdout) == (0, "the configuration can be used\n")


def test_every_fault_is_a_line_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("exporter: {}\nservice: {drain_timeout: soon}\n")

    result = CliRunner().invoke(main, ["validate", str(file)])

    assert result.exit_code == 1
    assert [line.removeprefix(f"{file}:").split(": ")[0] for line in result.stderr.splitlines()] == [
        "1:1",
        "2:11",
    ]


def test_the_environment_names_a_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_CONFIG", "yaml:exporter: {}")

    assert CliRunner().invoke(main, ["validate"]).exit_code == 1


def test_the_schema_is_json() -> None:
    result = CliRunner().invoke(main, ["validate", "--schema"])

    assert json.loads(result.stdout)["title"] == "Config"


def test_a_condition_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(
        "processors: {filter: {keep: 'eror = 1'}}\nexporters: {file: {directory: /f}}\n"
        "service: {pipelines: {traces: {receivers: [otlp], processors: [filter], exporters: [file]}}}"
    )

    result = CliRunner().invoke(main, ["validate", str(file)])

    assert (result.exit_code, "rows have no field eror" in result.stderr) == (1, True)


def test_what_serve_would_refuse_is_a_fault(tmp_path: Path) -> None:
    missing = f"extensions.tls={{cert_file: {tmp_path}/none, key_file: {tmp_path}/none}}"

    result = CliRunner().invoke(main, ["validate", "--set", missing])

    assert (result.exit_code, "cannot speak TLS on --otlp-grpc" in result.stderr) == (1, True)
