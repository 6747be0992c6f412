"""Certificates towards destinations."""

import ssl
from pathlib import Path

import pytest

from otel_bridge_collector.config.exporter import Tls
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.pipeline.tls import build_context, build_credentials


def test_certificates_are_checked_unless_told_otherwise() -> None:
    assert build_context(Tls()).verify_mode is ssl.CERT_REQUIRED
    assert build_context(Tls(insecure_skip_verify=True)).verify_mode is ssl.CERT_NONE


def test_a_channel_has_tls_unless_told_otherwise() -> None:
    assert build_credentials(Tls()) is not None
    assert build_credentials(Tls(insecure=True)) is None


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    tls = Tls(ca_file=tmp_path / "ca.pem")

    for build in (build_context, build_credentials):
        with pytest.raises(SettingsError, match=r"ca\.pem"):
            build(tls)
