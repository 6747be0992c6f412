"""Connections that fail, to real sidecars that speak TLS, and to one that does not."""

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from otel_bridge_collector.doctor.connection import explain_failure
from otel_bridge_collector.doctor.finding import Finding
from tests.support.collector import Collector, running_collector
from tests.support.tls import Authority, expired


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Collector]:
    """A sidecar that asks for certificates on every port."""
    options = (*authority.issue("sidecar").options(), "--tls-client-ca-file", str(authority.ca_file))
    with running_collector(tmp_path_factory.mktemp("connection") / "data", *options) as running:
        yield running


def explained(url: str, authority: Authority) -> Finding:
    with (
        httpx.Client(verify=authority.client_context(), timeout=10) as client,
        pytest.raises(httpx.HTTPError) as caught,
    ):
        client.get(f"{url}/readyz")
    return explain_failure(url, caught.value)


def test_a_port_that_wants_a_certificate_of_ours(collector: Collector, authority: Authority) -> None:
    finding = explained(collector.api, authority)

    assert finding.found.endswith("ends connections without a certificate of ours")
    assert "--cert-file CERT.pem --key-file KEY.pem" in finding.remedy


def test_a_certificate_of_an_authority_that_is_not_known(collector: Collector, tmp_path: Path) -> None:
    finding = explained(collector.api, Authority(tmp_path))

    assert f"the certificate of {collector.api} does not pass" in finding.found
    assert finding.remedy.startswith("--ca-file CA.pem, or OTEL_BRIDGE_CA_FILE")


def test_a_certificate_for_another_name(tmp_path: Path, authority: Authority) -> None:
    files = authority.issue("elsewhere", hosts=["sidecar.example"])

    with running_collector(tmp_path / "data", *files.options()) as elsewhere:
        finding = explained(elsewhere.api, authority)

    assert "does not pass: IP address mismatch" in finding.found
    assert "a name that is in the certificate" in finding.remedy


def test_a_certificate_that_has_expired(authority: Authority) -> None:
    files = authority.issue("old", not_after=expired())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.cert, files.key)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=shake_hands, args=(listener, context))
        thread.start()
        finding = explained(f"https://127.0.0.1:{listener.getsockname()[1]}", authority)
        thread.join(10)

    assert finding.found.endswith("does not pass: certificate has expired")
    assert finding.remedy.startswith("a new certificate")


def shake_hands(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Take one connection, whose client will not like the certificate."""
    connection, _ = listener.accept()
    with connection, pytest.raises(ssl.SSLError):
        context.wrap_socket(connection, server_side=True)
