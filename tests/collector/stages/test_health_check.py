"""Probes on a port of their own: there before the data folder is read, and until all else has stopped."""

import json
import socket
import subprocess
import time
from pathlib import Path

import httpx

from tests.support.collector import ANY_PORTS, COMMAND, running_collector
from tests.support.keys import make_key
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import post, span


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def probe(port: int, path: str = "/") -> tuple[int, str]:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5)
    except httpx.HTTPError:
        return 0, ""
    return answer.status_code, answer.text


def until_ready(port: int) -> list[tuple[int, str]]:
    """What probes got while it starts."""
    seen = [probe(port)]
    while seen[-1][0] != 200:
        time.sleep(0.005)
        seen.append(probe(port))
    return seen


def until_closed(port: int) -> set[int]:
    """The statuses of `/livez` until nothing answers any more."""
    seen: set[int] = set()
    while status := probe(port, "/livez")[0]:
        seen.add(status)
    return seen


def test_it_says_what_readyz_says_and_needs_no_key(tmp_path: Path) -> None:
    port = free_port()
    with running_collector(tmp_path / "data", "--health-check", f"127.0.0.1:{port}") as collector:
        make_key(collector.data_dir, "admin")
        assert {path: probe(port, path)[0] for path in ("/", "/readyz", "/livez", "/v1/project")} == {
            "/": 200, "/readyz": 200, "/livez": 200, "/v1/project": 404,
        }  # fmt: skip


def test_it_is_there_from_the_start_to_the_end(tmp_path: Path) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        config = f"yaml:exporters: {{otlphttp: {{endpoint: 'http://127.0.0.1:{hanging.getsockname()[1]}'}}}}"
        with subprocess.Popen(
            [COMMAND, "serve", "--data-dir", tmp_path / "data", *ANY_PORTS, "--config", config,
             "--set", f"extensions.health_check.endpoint=127.0.0.1:{port}"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as process:  # fmt: skip
            try:
                seen = until_ready(port)
                assert process.stdout is not None
                ready = json.loads(process.stdout.readline())
                post(ready["otlp_http"], span())
                process.terminate()
                wait_until(lambda: "ends" in probe(port)[1], 10)
                lives = until_closed(port)
            finally:
                process.kill()

    assert lives == {200}
    assert ready["health_check"] == f"http://127.0.0.1:{port}"
    assert any(code == 503 and "the last process left" in text for code, text in seen), seen


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = subprocess.run(
            [COMMAND, "serve", "--data-dir", tmp_path / "data", *ANY_PORTS, "--health-check",
             f"127.0.0.1:{taken.getsockname()[1]}"],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    assert (done.returncode == 0, "with --health-check" in done.stderr) == (False, True), done.stderr
