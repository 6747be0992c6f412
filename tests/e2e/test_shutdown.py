"""A shutdown keeps its deadline, whatever hangs, and loses nothing."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import grpc
import httpx
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_health.v1.health_pb2_grpc import HealthStub

from tests.support.collector import Collector, running_command
from tests.support.otlp_receiver import otlp_receiver, wait_until
from tests.support.otlp_request import span, traces

DEADLINE_S: Final = 2.0
SLACK_S: Final = 15.0
"""For what ends after the deadline: the store is closed and the interpreter leaves. Stages one after the other would take longer."""
NAMES: Final = ("otlphttp/a", "otlphttp/b", "otlphttp/c")


def configuration(folder: Path, url: str) -> str:
    config = {
        "receivers": {"otlp": {"read_timeout": "60s"}},
        "exporters": {name: {"endpoint": url} for name in NAMES},
        "service": {
            "drain_timeout": f"{DEADLINE_S}s",
            "pipelines": {"traces": {"receivers": ["otlp"], "exporters": list(NAMES)}},
        },
    }
    file = folder / "config.yaml"
    file.write_text(json.dumps(config))
    return str(file)


@contextmanager
def silent_receiver() -> Iterator[str]:
    """Accepts connections, and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def half_request(otlp_http: str) -> Iterator[socket.socket]:
    """A request whose body does not come."""
    host, port = otlp_http.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
            b"Content-Length: 1000\r\n\r\nhalf"
        )
        yield connection


@contextmanager
def open_grpc_calls(address: str) -> Iterator[None]:
    """One call that watches the health, and one whose message does not come."""
    done = threading.Event()

    def no_message() -> Iterator[bytes]:
        done.wait(60)
        yield from ()

    with grpc.insecure_channel(address) as channel:
        watching = HealthStub(channel).Watch(HealthCheckRequest())
        next(watching)
        export = channel.stream_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            request_serializer=bytes,
            response_deserializer=bytes,
        )
        export.future(no_message())
        yield
        done.set()


def send(collector: Collector, number: int) -> None:
    response = httpx.post(
        f"{collector.otlp_http}/v1/traces",
        content=traces(span(number)).SerializeToString(),
        headers={"content-type": "application/x-protobuf"},
        timeout=60,
    )
    assert response.status_code == 200


@pytest.mark.slow
def test_a_shutdown_with_all_that_hangs_keeps_its_deadline_and_loses_nothing(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with ExitStack() as stack:
        url = stack.enter_context(silent_receiver())
        collector = stack.enter_context(running_command(data_dir, "--config", configuration(tmp_path, url)))
        for number in range(1, 6):
            send(collector, number)
        stack.enter_context(half_request(collector.otlp_http))
        stack.enter_context(half_request(collector.api))
        stack.enter_context(open_grpc_calls(collector.otlp_grpc))

        began = time.monotonic()
        code = collector.stop()
        took_s = time.monotonic() - began

    assert code == 0
    assert took_s < DEADLINE_S + SLACK_S
    assert "Traceback" not in collector.log.read_text()

    with (
        otlp_receiver() as receiver,
        running_command(data_dir, "--config", configuration(tmp_path, receiver.url)) as again,
    ):
        rows = again.query("SELECT id FROM project_logs('default-otel-project')")
        wait_until(lambda: len(receiver.raw_spans) == len(NAMES) * len(rows), timeout_s=60)

    assert sorted(str(row["id"]) for row in rows) == [f"{number:016x}" for number in range(1, 6)]
