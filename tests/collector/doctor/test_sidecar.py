"""Address, readiness and key, asked of real ports."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from otel_bridge_collector.doctor.finding import Finding
from otel_bridge_collector.doctor.sidecar import check_sidecar
from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.tls import Authority

pytestmark = pytest.mark.one_python


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("doctor") / "data", "--require-keys") as running:
        yield running


def found(url: str, key: str = "", **headers: str) -> list[Finding]:
    with httpx.Client(headers={**(bearer(key) if key else {}), **headers}, timeout=10) as client:
        return check_sidecar(client, url)


def test_a_key_that_may_read_is_fine(collector: Collector) -> None:
    key = make_key(collector.data_dir, "read")

    assert [each.verdict for each in found(collector.api, key)] == ["ok", "ok", "ok"]


@pytest.mark.parametrize(
    ("scope", "says"), [("", "there is none"), ("wrong", "is wrong"), ("ingest", "may not read")]
)
def test_a_key_that_may_not_read_is_found(collector: Collector, scope: str, says: str) -> None:
    key = make_key(collector.data_dir, scope) if scope == "ingest" else scope

    last = found(collector.api, key)[-1]

    assert (last.check, last.verdict) == ("key", "finding")
    assert says in last.found
    assert "keys create --name doctor --scope read" in last.remedy


def test_each_wrong_address_is_named(collector: Collector) -> None:
    told = {
        collector.otlp_http: "answers the OTLP port of a sidecar",
        f"http://{collector.otlp_grpc}": "is no HTTP/1.1; port 4317 is for gRPC alone",
        "http://127.0.0.1:9": "nothing answers at",
        collector.api.replace("http", "https"): "is asked over TLS, and that port speaks plain HTTP",
        "http://h:x": "is no URL",
        "ftp://h": "is no URL",
    }

    for url, says in told.items():
        (finding,) = found(url, make_key(collector.data_dir, "read"))
        assert (finding.check, finding.verdict) == ("address", "finding")
        assert says in finding.found


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Collector]:
    with running_collector(
        tmp_path_factory.mktemp("tls") / "data", *authority.issue("sidecar").options()
    ) as running:
        yield running


def found_over_tls(url: str, authority: Authority) -> list[Finding]:
    with httpx.Client(verify=authority.client_context(), timeout=10) as client:
        return check_sidecar(client, url)


def test_a_wrong_port_of_a_sidecar_with_tls_is_named_and_the_remedy_keeps_tls(
    over_tls: Collector, authority: Authority
) -> None:
    told = {
        over_tls.otlp_grpc: "is no HTTP/1.1; port 4317 is for gRPC alone",
        over_tls.otlp_http: "answers the OTLP port of a sidecar",
    }

    for url, says in told.items():
        (finding,) = found_over_tls(url, authority)
        assert says in finding.found
        assert finding.remedy.endswith("--url https://127.0.0.1:8585")


def test_an_api_over_tls_is_fine(over_tls: Collector, authority: Authority) -> None:
    assert [each.verdict for each in found_over_tls(over_tls.api, authority)] == ["ok", "ok", "ok"]


def test_plain_http_to_a_port_that_speaks_tls_is_found(over_tls: Collector) -> None:
    (finding,) = found(over_tls.api.replace("https", "http"))

    assert "is asked in plain HTTP, and that port speaks TLS" in finding.found
    assert finding.remedy == f"--url {over_tls.api}"


def test_a_sidecar_that_takes_no_traffic_says_why(tmp_path: Path) -> None:
    full = {"OTEL_BRIDGE_SPOOL_MIN_FREE_BYTES": str(1 << 60)}

    with running_collector(tmp_path / "data", env=full) as collector:
        _, ready, _ = found(collector.api)

    assert (ready.check, ready.verdict) == ("ready", "finding")
    assert "the disk of the data folder is short of room" in ready.found


def test_a_name_that_the_sidecar_does_not_go_by_is_found(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        (finding,) = found(collector.api, host="sidecar.example")

    assert "is a name that the sidecar does not go by" in finding.found


def test_another_server_is_no_sidecar(tmp_path: Path) -> None:
    page = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    (tmp_path / "readyz").write_text("ok")
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "receipts").write_text("[]")
    with ThreadingHTTPServer(("127.0.0.1", 0), page) as server:
        Thread(target=server.serve_forever).start()
        try:
            (finding,) = found(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()

    assert "answers something else than a sidecar" in finding.found
