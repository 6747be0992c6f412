"""What receipts report is what happened, with real apps and real sidecars, whatever goes wrong between them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
import httpx
import pytest
from click.testing import CliRunner

from otel_bridge.contract.receipt import RECEIPT_HEADER
from otel_bridge_collector.cli.main import main
from tests.support.collector import Collector, running_collector, start_collector
from tests.support.keys import bearer, make_key
from tests.support.otlp_request import span, traces

pytestmark = pytest.mark.one_python

APP: Final = """
import os, signal, sys
from requests.adapters import HTTPAdapter
import otel_bridge

class KilledAt(HTTPAdapter):
    left = int(os.environ.get("KILLED_AT", 0))

    def send(self, *arguments, **more):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().send(*arguments, **more)

otel_bridge.set_http_adapter(KilledAt())
logger = otel_bridge.init_logger(project="p")

for line in sys.stdin:
    number, _, text = line.strip().partition(" ")
    for _ in range(int(number)):
        logger.start_span("work", input=text).end()
    otel_bridge.flush()
    print("done", flush=True)
"""


class App:
    """An app that ends as many spans as it is told to."""

    def __init__(self, url: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", APP],
            env={
                "PATH": os.defpath,
                "OTEL_BRIDGE_ENDPOINT": url,
                "OTEL_BRIDGE_SCHEDULE_DELAY_MS": "600000",
                "OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS": "20000",
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def end_spans(self, number: int, text: str = "") -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{number} {text}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


@contextmanager
def app_at(url: str, **environment: str) -> Iterator[App]:
    app = App(url, **environment)
    try:
        yield app
    finally:
        app.process.kill()
        app.process.wait(30)
        for pipe in (app.process.stdin, app.process.stdout):
            if pipe:
                pipe.close()


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    data_dir = tmp_path_factory.mktemp("receipts") / "data"
    with running_collector(data_dir, env={"OTEL_BRIDGE_MAX_BODY_BYTES": "40000"}) as running:
        yield running


def receipts(collector: Collector, **asked: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{collector.api}/v1/receipts", params=asked, timeout=60).json()
    assert answer["is_current"]
    found: list[dict[str, Any]] = answer["receipts"]
    return found


def receipt_of(collector: Collector, app: App) -> dict[str, Any]:
    (found,) = receipts(collector, process=str(app.process.pid))
    return found


def shown(told: dict[str, Any], *names: str) -> list[Any]:
    return [told[name] for name in names]


def stored(collector: Collector, text: str) -> int:
    query = f"select: count(1) as n | from: project_logs('p') spans | filter: input = '{text}'"
    (row,) = collector.query(query)
    return int(str(row["n"]))


def test_a_full_queue(collector: Collector) -> None:
    with app_at(collector.otlp_http, OTEL_BRIDGE_QUEUE_SIZE="30") as app:
        app.end_spans(100, "full")
        app.leave()
        told = receipt_of(collector, app)

    arrived = stored(collector, "full")
    assert 30 <= arrived < 100  # The queue may empty itself meanwhile.
    assert shown(told, "state", "ended", "queue_full", "arrived", "stored", "never_arrived") == [
        "ended", 100, 100 - arrived, arrived, arrived, 0,
    ]  # fmt: skip


def test_a_span_that_is_too_large_for_the_sidecar(collector: Collector) -> None:
    with app_at(collector.otlp_http) as app:
        app.end_spans(4, "fits")
        app.end_spans(1, "x" * 60_000)
        app.leave()
        told = receipt_of(collector, app)

    assert shown(told, "ended", "refused", "unsent", "arrived", "stored", "never_arrived") == [
        5,
        1,
        0,
        4,
        4,
        0,
    ]
    assert stored(collector, "fits") == 4


def test_an_app_that_is_killed(collector: Collector) -> None:
    # Each span travels alone, and the app dies as it sends the eleventh.
    with app_at(collector.otlp_http, OTEL_BRIDGE_BATCH_BYTES="1", KILLED_AT="11") as app:
        assert app.process.stdin is not None
        app.process.stdin.write("25 killed\n")
        app.process.stdin.flush()
        assert app.process.wait(30) == -signal.SIGKILL
        told = receipt_of(collector, app)

    assert shown(told, "state", "ended", "arrived", "stored", "in_flight") == ["running", 25, 10, 10, 15]
    assert told["says"].endswith("15 are still on their way")
    assert stored(collector, "killed") == 10


@pytest.mark.parametrize(
    ("variables", "lost"),
    [
        pytest.param({}, 0, id="waited out"),
        pytest.param({"OTEL_BRIDGE_RETRY_TIMEOUT_MS": "0"}, 7, id="asked once"),
    ],
)
def test_a_sidecar_that_is_killed_in_between(tmp_path: Path, variables: dict[str, str], lost: int) -> None:
    first = start_collector(tmp_path / "data")
    with app_at(first.otlp_http, OTEL_EXPORTER_OTLP_TIMEOUT="2", **variables) as app:
        app.end_spans(10, "before")
        first.kill()
        assert first.process.stdout is not None
        first.process.stdout.close()
        app.end_spans(7, "meanwhile")
        address = first.otlp_http.removeprefix("http://")
        with running_collector(tmp_path / "data", "--otlp-http", address) as second:
            app.end_spans(5, "after")
            app.leave()
            told = receipt_of(second, app)
            rows = [stored(second, text) for text in ("before", "meanwhile", "after")]

    assert rows == [10, 7 - lost, 5]
    assert shown(told, "state", "ended", "unsent", "arrived", "stored", "never_arrived") == [
        "ended", 22, lost, 22 - lost, 22 - lost, 0,
    ]  # fmt: skip
    assert told["missing_batches"] == bool(lost)


def post(collector: Collector, body: bytes, receipt: str, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{collector.otlp_http}/v1/traces",
        content=body,
        headers={"content-type": "application/x-protobuf", RECEIPT_HEADER: receipt, **headers},
    )


def test_a_part_of_a_request_that_is_rejected(collector: Collector) -> None:
    broken = span(3)
    broken.span_id = b"abc"
    body = traces(span(1), span(2), broken).SerializeToString()
    process = "c1" * 16

    for _ in range(2):  # the answer to the first is lost
        post(collector, body, f"process={process};batch=1;spans=3;ended=3;waiting=3")
    post(collector, b"", f"process={process};batch=2;ended=3;is_last=1")
    (told,) = receipts(collector, process=process)

    assert shown(told, "state", "ended", "arrived", "stored", "never_arrived") == ["ended", 3, 2, 2, 0]
    assert told["rejected"] == {"the span id has 3 bytes, expected 8": 1}


def test_a_batch_that_never_came(collector: Collector) -> None:
    process = "c2" * 16

    post(collector, traces(span(1)).SerializeToString(), f"process={process};batch=1;spans=1;ended=1")
    post(collector, traces(span(2)).SerializeToString(), f"process={process};batch=3;spans=1;ended=4")
    post(collector, b"", f"process={process};batch=4;ended=4;is_last=1")
    (told,) = receipts(collector, process=process)

    assert shown(told, "ended", "stored", "never_arrived", "missing_batches") == [4, 2, 2, 1]


def test_a_trace_of_a_process_that_lost_spans_is_incomplete(collector: Collector) -> None:
    process = "c3" * 16
    body = traces(span(77)).SerializeToString()
    post(collector, body, f"process={process};pid=7;batch=1;spans=1;ended=4;is_last=1")

    answer = httpx.get(f"{collector.api}/v1/explain/{77:016x}", timeout=60).json()
    printed = CliRunner().invoke(main, ["explain", f"{77:016x}", "--url", collector.api]).output

    assert "of 4 spans of process 7 of a service without a name, 3 never arrived" in answer["incomplete"]
    assert "incomplete: of 4 spans of process 7" in printed


def test_receipts_come_over_grpc_too(collector: Collector) -> None:
    process = "c4" * 16
    with grpc.insecure_channel(collector.otlp_grpc) as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export", None, None
        )
        metadata = ((RECEIPT_HEADER, f"process={process};batch=1;spans=1;ended=1"),)
        export(traces(span(5)).SerializeToString(), metadata=metadata, timeout=30)

    (told,) = receipts(collector, process=process)
    assert shown(told, "ended", "stored") == [1, 1]


def test_a_sender_without_receipts_is_counted_as_far_as_it_can_be(collector: Collector) -> None:
    program = """
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider(resource=Resource.create({"service.name": "plain", "service.instance.id": "i-1"}))
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
for _ in range(3):
    provider.get_tracer("t").start_span("a").end()
"""
    environment = {"PATH": os.defpath, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.otlp_http}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)

    (told,) = receipts(collector, process="plain i-1")
    assert shown(told, "state", "arrived", "stored", "service") == ["plain", 3, 3, "plain"]


def test_no_tenant_sees_the_processes_of_another(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        for project in ("alpha", "beta"):
            httpx.post(f"{collector.api}/v1/project", json={"name": project})
        keys = {
            project: make_key(tmp_path / "data", "ingest", "read", projects=(project,))
            for project in ("alpha", "beta")
        }
        everywhere = make_key(tmp_path / "data", "read")
        for number, project in enumerate(keys, 1):
            receipt = f"process={number:032x};batch=1;spans=1;ended=9"
            post(collector, traces(span(number)).SerializeToString(), receipt, **bearer(keys[project]))

        def seen(key: str) -> list[str]:
            answer = httpx.get(f"{collector.api}/v1/receipts", headers=bearer(key), timeout=60).json()
            return sorted(each["process"] for each in answer["receipts"])

        assert seen(keys["alpha"]) == [f"{1:032x}"]
        assert seen(keys["beta"]) == [f"{2:032x}"]
        assert seen(everywhere) == [f"{1:032x}", f"{2:032x}"]
