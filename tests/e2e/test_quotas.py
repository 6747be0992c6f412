"""Two tenants of one sidecar, one of which sends many times what it may: the other loses nothing."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import grpc
import httpx
import pytest

from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import span, traces

pytestmark = pytest.mark.one_python

RATE: Final = 200
BURST_S: Final = 1
BATCH: Final = 100
NOISY_REQUESTS: Final = 200
QUIET_REQUESTS: Final = 20
SENDERS: Final = 4
EXPORT: Final = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
PROTOBUF: Final = {"content-type": "application/x-protobuf"}

CONFIG: Final = f"yaml:extensions: {{quotas: {{spans_per_second: {RATE}, burst: {BURST_S}s}}}}"


@pytest.fixture
def collector(tmp_path: Path) -> Iterator[Collector]:
    with running_collector(tmp_path / "data", "--config", CONFIG) as running:
        yield running


def make_noise(collector: Collector, key: str) -> Counter[int]:
    """Send as fast as it goes, over all ways in turn, and never wait; return how often each status was the answer."""
    body = traces(*(span(number) for number in range(1, BATCH + 1))).SerializeToString()
    rows = [{"id": str(number), "project_id": "", "log_id": "g"} for number in range(BATCH)]
    statuses: Counter[int] = Counter()

    def send(number: int) -> int:
        if number % 2:
            return client.post(f"{collector.otlp_http}/v1/traces", content=body, headers=PROTOBUF).status_code
        return client.post(f"{collector.api}/logs3", json={"rows": rows}).status_code

    with httpx.Client(headers=bearer(key), timeout=60) as client, ThreadPoolExecutor(SENDERS) as pool:
        (project,) = client.get(f"{collector.api}/v1/project", params={"project_name": "noisy"}).json()[
            "objects"
        ]
        for row in rows:
            row["project_id"] = project["id"]
        statuses.update(pool.map(send, range(NOISY_REQUESTS)))
    return statuses


def test_a_noisy_key_costs_the_quiet_one_nothing(collector: Collector) -> None:
    noisy = make_key(collector.data_dir, "ingest", "write", projects=("noisy",))
    quiet = make_key(collector.data_dir, "ingest", "read", projects=("quiet",))
    heard: list[Counter[int]] = []
    start_s = time.monotonic()
    noise = threading.Thread(target=lambda: heard.append(make_noise(collector, noisy)))
    noise.start()

    with grpc.insecure_channel(collector.otlp_grpc) as channel, httpx.Client(headers=bearer(quiet)) as client:
        export = channel.unary_unary(EXPORT, None, None)
        for number in range(1, QUIET_REQUESTS + 1):
            one = traces(span(number, name="over grpc")).SerializeToString()
            export(one, metadata=tuple(bearer(quiet).items()), timeout=60)
            two = traces(span(1000 + number, name="over http")).SerializeToString()
            client.post(
                f"{collector.otlp_http}/v1/traces", content=two, headers=PROTOBUF, timeout=60
            ).raise_for_status()
        noise.join()
        lasted_s = time.monotonic() - start_s
        query = {"query": "select: name | from: project_logs() | limit: 1000", "fmt": "json"}
        kept = client.post(f"{collector.api}/btql", json=query, timeout=60).json()["data"]

    statuses = heard[0]
    assert set(statuses) == {200, 429}
    assert statuses[200] * BATCH <= RATE * (lasted_s + BURST_S) + BATCH
    assert Counter(row["name"] for row in kept) == {"over grpc": QUIET_REQUESTS, "over http": QUIET_REQUESTS}


def test_who_may_send_no_more_is_told_before_its_rows_are_read(tmp_path: Path) -> None:
    config = "yaml:extensions: {quotas: {projects: {spent: {spans_per_second: 0.001}}}}"
    with running_collector(tmp_path / "data", "--config", config) as collector:
        key = bearer(make_key(collector.data_dir, "ingest", projects=("spent",)))
        two = traces(span(1), span(2)).SerializeToString()

        sent = httpx.post(f"{collector.api}/v1/traces", content=two, headers=key | PROTOBUF, timeout=60)
        refused = httpx.post(f"{collector.api}/logs3", content="no JSON", headers=key, timeout=60)

    assert sent.status_code == 200, sent.text
    assert (refused.status_code, refused.json()["code"]) == (429, "tooManyRequests")
    assert int(refused.headers["retry-after"]) > 1_900


def test_a_reload_changes_quotas(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("extensions: {quotas: {spans_per_second: 0.001}}")
    body = traces(span()).SerializeToString()
    with running_collector(tmp_path / "data", "--config", str(config)) as collector:

        def send() -> int:
            return httpx.post(
                f"{collector.otlp_http}/v1/traces", content=body, headers=PROTOBUF, timeout=60
            ).status_code

        statuses = [send(), send()]
        config.write_text("extensions: {quotas: {}}")
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "was read again" in collector.log.read_text(), timeout_s=30)

        assert statuses == [200, 429]
        assert send() == 200
        assert "needs a new start" not in collector.log.read_text()
