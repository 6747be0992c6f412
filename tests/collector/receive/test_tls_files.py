"""Which files a port's TLS is made of."""

from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.tls_files import TlsFiles, tls_changes, tls_files
from otel_bridge_collector.settings import Settings, load_settings


def settings(*assignments: str) -> Settings:
    return load_settings(Sources(assignments=list(assignments)))


ALL = ("extensions.tls.cert_file=all.pem", "extensions.tls.key_file=all.key")


def test_a_port_speaks_plain_text_unless_told_otherwise() -> None:
    assert set(tls_files(settings()).values()) == {None}


def test_one_certificate_serves_all_ports() -> None:
    found = tls_files(settings(*ALL))

    assert found["otlp_grpc"] == TlsFiles(
        option="--otlp-grpc",
        cert_file=Path("all.pem"),
        key_file=Path("all.key"),
        client_ca_file=None,
        min_version="1.2",
        reload_interval_s=10.0,
    )
    assert {files.cert_file for files in found.values() if files} == {Path("all.pem")}


def test_the_environment_names_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"CERT_FILE": "e.pem", "KEY_FILE": "e.key", "CLIENT_CA_FILE": "e.ca"}.items():
        monkeypatch.setenv(f"OTEL_BRIDGE_TLS_{name}", value)
    monkeypatch.setenv("OTEL_BRIDGE_TLS_RELOAD_INTERVAL_S", "3")

    api = tls_files(load_settings())["api"]

    assert api is not None
    assert api.paths() == (Path("e.pem"), Path("e.key"), Path("e.ca"))
    assert api.reload_interval_s == 3.0


def test_a_variable_that_is_empty_names_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_TLS_CERT_FILE", "")

    assert set(tls_files(load_settings()).values()) == {None}


def test_what_a_port_says_itself_counts_more() -> None:
    own = "receivers.otlp.protocols.http.tls"
    http = tls_files(settings(*ALL, f"{own}.min_version=1.3", f"{own}.cert_file=own.pem"))["otlp_http"]

    assert http is not None
    assert (http.cert_file, http.key_file, http.min_version) == (Path("own.pem"), Path("all.key"), "1.3")


@pytest.mark.parametrize("part", ["cert_file=c", "key_file=k", "client_ca_file=a"])
def test_a_part_alone_is_refused(part: str) -> None:
    with pytest.raises(SettingsError, match="TLS on --api needs both cert_file and key_file"):
        tls_files(settings(f"extensions.api.tls.{part}"))


def test_other_files_need_a_new_start() -> None:
    changes = tls_changes(settings(), settings("extensions.api.tls={cert_file: c, key_file: k}"))

    assert changes == ["TLS on --api stays as it was: its new settings need a new start"]
