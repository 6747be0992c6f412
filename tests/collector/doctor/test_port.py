"""What ports speak: those of real sidecars, with TLS, with TLS for known clients, and without."""

import socket
from collections.abc import Iterator

import pytest

from otel_bridge_collector.doctor.port import speaks_grpc_alone, speaks_tls
from tests.support.collector import Collector, running_collector
from tests.support.tls import Authority


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("plain") / "data") as running:
        yield running


@pytest.fixture(scope="module", params=["TLS", "mTLS"])
def secured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    folder = tmp_path_factory.mktemp("secured")
    authority = Authority(folder)
    asking = ("--tls-client-ca-file", str(authority.ca_file)) if request.param == "mTLS" else ()
    with running_collector(folder / "data", *authority.issue("sidecar").options(), *asking) as running:
        yield running


def at(url: str) -> tuple[str, int]:
    host, _, port = url.rpartition("/")[2].rpartition(":")
    return host, int(port)


def ports(collector: Collector) -> list[str]:
    return [collector.otlp_grpc, collector.otlp_http, collector.api]


def test_ports_of_tls_speak_it(secured: Collector) -> None:
    assert [speaks_tls(*at(url)) for url in ports(secured)] == [True, True, True]


def test_ports_without_tls_do_not_speak_it(plain: Collector) -> None:
    assert [speaks_tls(*at(url)) for url in ports(plain)] == [False, False, False]


def test_of_a_port_where_nothing_listens_it_is_not_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    assert speaks_tls("127.0.0.1", port) is None


def test_the_port_of_grpc_is_told_from_those_of_http(secured: Collector) -> None:
    assert [speaks_grpc_alone(*at(url)) for url in ports(secured)] == [True, False, False]
