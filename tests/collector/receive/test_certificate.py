"""Certificates: read, and refused where clients would refuse them."""

import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.certificate import load_certificate
from otel_bridge_collector.receive.tls_files import TlsFiles
from tests.support.tls import Authority, Files, expired


def tls(files: Files, client_ca_file: Path | None = None) -> TlsFiles:
    return TlsFiles(
        option="--api",
        cert_file=files.cert,
        key_file=files.key,
        client_ca_file=client_ca_file,
        min_version="1.2",
        reload_interval_s=0,
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def files(authority: Authority) -> Files:
    return authority.issue("server")


def test_a_certificate_is_read_for_both_libraries(files: Files) -> None:
    certificate = load_certificate(tls(files))

    assert (certificate.cert, certificate.key) == (files.cert.read_bytes(), files.key.read_bytes())
    assert certificate.context.verify_mode is ssl.CERT_NONE


def test_clients_are_asked_where_it_is_said_who_signs_for_them(authority: Authority, files: Files) -> None:
    certificate = load_certificate(tls(files, authority.ca_file))

    assert certificate.context.verify_mode is ssl.CERT_REQUIRED
    assert certificate.client_ca == authority.ca_file.read_bytes()


def test_a_missing_file_is_named(files: Files) -> None:
    files.key.unlink()

    with pytest.raises(SettingsError, match=r"cannot read .*server\.key\.pem: No such file or directory"):
        load_certificate(tls(files))


def test_a_key_of_another_certificate_is_refused(authority: Authority, files: Files) -> None:
    files.key.write_bytes(authority.issue("other").key.read_bytes())

    with pytest.raises(SettingsError, match=r"the key in .* is not that of"):
        load_certificate(tls(files))


@pytest.mark.parametrize("part", ["cert", "key"])
def test_what_is_no_pem_is_refused(files: Files, part: str) -> None:
    getattr(files, part).write_text("nonsense")

    with pytest.raises(SettingsError, match="expected a certificate and its key as PEM"):
        load_certificate(tls(files))


def test_a_client_authority_that_is_no_pem_is_refused(files: Files, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("nonsense")

    with pytest.raises(SettingsError, match=r"expected certificates as PEM in .*broken\.pem"):
        load_certificate(tls(files, tmp_path / "broken.pem"))


def test_a_certificate_that_has_expired_is_refused(authority: Authority) -> None:
    with pytest.raises(SettingsError, match=r"no client would take .*certificate has expired"):
        load_certificate(tls(authority.issue("old", not_after=expired())))


def test_nobody_is_asked_for_a_password(files: Files) -> None:
    key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )

    with pytest.raises(SettingsError, match="is encrypted, and nobody is there to say its password"):
        load_certificate(tls(files))
