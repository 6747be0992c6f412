"""Metrics sent to a backend: to one that is there, one that refuses, one that hangs, and to the sidecar itself."""

import logging
import socket
import time
from pathlib import Path
from typing import Final

import httpx
import pytest

from otel_bridge_collector.config.metrics import Metrics
from otel_bridge_collector.metrics.meters import Meters
from otel_bridge_collector.metrics.otlp import build_readers
from otel_bridge_collector.telemetry import Counters
from tests.support.collector import running_collector
from tests.support.otlp_receiver import otlp_receiver, wait_until

pytestmark = pytest.mark.one_python

EVERY_MS: Final = 50


def metrics_to(url: str, interval: object = EVERY_MS) -> Metrics:
    exporter = {"otlp": {"endpoint": url, "headers": {"x-key": "s3cret"}}}
    return Metrics.model_validate({"readers": [{"periodic": {"interval": interval, "exporter": exporter}}]})


def config_to(url: str, interval: object = EVERY_MS) -> str:
    reader = f"{{periodic: {{interval: {interval}, exporter: {{otlp: {{endpoint: '{url}'}}}}}}}}"
    return f"yaml:service: {{telemetry: {{metrics: {{readers: [{reader}]}}}}}}"


def test_a_backend_gets_what_a_scrape_gets(tmp_path: Path) -> None:
    with (
        otlp_receiver() as backend,
        running_collector(tmp_path / "data", "--config", config_to(backend.url)) as collector,
    ):
        wait_until(lambda: bool(backend.metrics))
        scraped = httpx.get(f"{collector.api}/metrics").text

    assert all(f"# HELP {name}" in scraped for name in backend.metrics[-1])
    assert {"otel_bridge_ready", "otelcol_process_uptime"} <= backend.metrics[-1]


def test_headers_go_along_and_a_path_is_added() -> None:
    with otlp_receiver() as backend:
        meters = Meters(Counters(), {}, build_readers(metrics_to(backend.url, interval="1h")))
        meters.record_sync(0.1)
        meters.stop(5)

    ((path, headers),) = backend.requests
    assert (path, headers["x-key"]) == ("/v1/metrics", "s3cret")


def test_a_backend_that_refuses_is_told_of_once_without_its_answer(caplog: pytest.LogCaptureFixture) -> None:
    with otlp_receiver() as backend, caplog.at_level(logging.INFO, "otel_bridge_collector"):
        backend.status = 400
        meters = Meters(Counters(), {}, build_readers(metrics_to(backend.url)))
        meters.record_sync(0.1)
        wait_until(lambda: len(backend.requests) > 2)
        backend.status = 200
        wait_until(lambda: bool(backend.metrics))
        meters.stop(5)

    place = backend.url.removeprefix("http://")
    assert [text for text in caplog.messages if "127.0.0.1" in text] == [
        f"the metrics do not reach {place}; the next are sent all the same",
        f"the metrics reach {place} again",
    ]


def test_a_backend_that_hangs_does_not_hold_up_the_shutdown(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        with running_collector(
            tmp_path / "data", "--config", config_to(url), "--set", "service.drain_timeout=4s"
        ) as collector:
            assert httpx.get(f"{collector.api}/readyz").status_code == 200
            began_s = time.monotonic()
            assert collector.stop() == 0
            took_s = time.monotonic() - began_s

    assert took_s < 4
    last = collector.log.read_text()
    assert f"{url.removeprefix('http://')} has not taken the last metrics in time" in last
    assert "leaked" not in last


def test_a_sidecar_that_sends_to_itself_stays_well(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running_collector(
        tmp_path / "data",
        "--config",
        config_to(f"http://127.0.0.1:{port}"),
        "--otlp-http",
        f"127.0.0.1:{port}",
    ) as collector:
        wait_until(lambda: "metrics are not kept here" in collector.log.read_text())
        assert httpx.get(f"{collector.api}/readyz").status_code == 200

    assert collector.log.read_text().count("metrics are not kept here") == 1
