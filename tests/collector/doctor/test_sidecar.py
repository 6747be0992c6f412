"""Address, readiness and key, asked of real ports."""

from collections.abc import Iterator

import httpx
import pytest

from otel_bridge_collector.doctor.finding import Finding
from otel_bridge_collector.doctor.sidecar import check_sidecar
from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("doctor") / "data", "--require-keys") as running:
        yield running


def found(url: str, key: str = "") -> list[Finding]:
    with httpx.Client(headers=bearer(key) if key else {}, timeout=10) as client:
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
    }

    for url, says in told.items():
        (finding,) = found(url, make_key(collector.data_dir, "read"))
        assert (finding.check, finding.verdict) == ("address", "finding")
        assert says in finding.found
