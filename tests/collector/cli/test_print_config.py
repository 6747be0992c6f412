"""`print-config`."""

import pytest
import yaml
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main


def test_files_environment_and_defaults_are_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", "127.0.0.1:1")
    text = "yaml:extensions: {api: {endpoint: '127.0.0.1:2', read_wait: 1s}}"

    result = CliRunner().invoke(main, ["print-config", "--config", text, "--set", "service.drain_timeout=3s"])

    shown = yaml.safe_load(result.stdout)
    assert shown["extensions"]["api"] == {
        "cors": {"allowed_origins": []},
        "endpoint": "127.0.0.1:1",
        "read_wait": 1.0,
    }
    assert shown["service"]["drain_timeout"] == 3.0
    assert shown["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"] == "127.0.0.1:4317"


def test_a_configuration_that_cannot_be_used_is_not_printed() -> None:
    result = CliRunner().invoke(main, ["print-config", "--config", "yaml:exporter: {}"])

    assert (result.exit_code, result.stdout) == (1, "")
