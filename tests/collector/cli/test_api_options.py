"""The options of commands that ask a sidecar."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from otel_bridge_collector.cli.api_client import send
from otel_bridge_collector.cli.api_options import api_options
from tests.support.tls import Authority


@click.command()
@api_options
def asking(url: str) -> None:
    send(url, "GET", "/")


def test_the_url_is_that_of_the_api_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", "127.0.0.1:1")

    assert "no sidecar answers at http://127.0.0.1:1:" in CliRunner().invoke(asking).output


def test_an_api_with_a_certificate_is_asked_over_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    files = Authority(tmp_path).issue("server")
    monkeypatch.setenv("OTEL_BRIDGE_API", "127.0.0.1:1")
    monkeypatch.setenv("OTEL_BRIDGE_TLS_CERT_FILE", str(files.cert))
    monkeypatch.setenv("OTEL_BRIDGE_TLS_KEY_FILE", str(files.key))

    assert "no sidecar answers at https://127.0.0.1:1:" in CliRunner().invoke(asking).output


@pytest.mark.parametrize("option", ["--ca-file", "--cert-file"])
def test_a_file_of_an_option_counts_more_than_that_of_a_variable(
    monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_CA_FILE", "")
    monkeypatch.setenv("OTEL_BRIDGE_CLIENT_CERT_FILE", "/variable.pem")

    result = CliRunner().invoke(asking, ["--url", "https://127.0.0.1:1", option, "/option.pem"])

    assert "cannot use the certificates" in result.output
    assert "/option.pem" in result.output


def test_a_file_of_a_variable_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_CA_FILE", "/variable.pem")

    result = CliRunner().invoke(asking, ["--url", "https://127.0.0.1:1"])

    assert "cannot use the certificates /variable.pem" in result.output
