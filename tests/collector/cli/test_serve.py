"""The command `serve`, as a process."""

import json
import signal
import socket
import subprocess
from pathlib import Path

import grpc
import httpx
import pytest

from tests.support.collector import ANY_PORTS, COMMAND, running_collector
from tests.support.otlp_request import span, traces


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, "serve", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_ready_line_names_addresses_that_take_traffic(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        with grpc.insecure_channel(collector.otlp_grpc) as channel:
            grpc.channel_ready_future(channel).result(timeout=10)
        for url in (collector.otlp_http, collector.api):
            assert httpx.post(
                f"{url}/v1/traces", headers={"content-type": "application/x-protobuf"}
            ).is_success

        assert (tmp_path / "data" / "rows.duckdb").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_ends_with_zero(tmp_path: Path, number: signal.Signals) -> None:
    with running_collector(tmp_path / "data") as collector:
        httpx.post(
            f"{collector.otlp_http}/v1/traces",
            content=traces(span()).SerializeToString(),
            headers={"content-type": "application/x-protobuf"},
        )
        collector.process.send_signal(number)

        assert collector.process.wait(timeout=30) == 0

    assert (tmp_path / "data" / "delivery" / "store.cursor").read_text() == "2\n"
    assert collector.log.read_text().endswith("stopped; store_rows 1, traces_accepted 1\n")


@pytest.mark.parametrize("option", ["--otlp-grpc", "--otlp-http", "--api"])
def test_a_busy_port_is_an_error_that_says_what_to_do(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        busy = f"127.0.0.1:{other.getsockname()[1]}"

        result = run("--data-dir", str(tmp_path), *ANY_PORTS, option, busy)

    assert result.returncode == 1
    assert f"cannot listen on {busy}" in result.stderr
    assert f"choose another address with {option}" in result.stderr
    assert result.stdout == ""


def test_two_sidecars_do_not_share_a_data_folder(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data"):
        result = run("--data-dir", str(tmp_path / "data"), *ANY_PORTS)

    assert result.returncode == 1
    assert "another sidecar uses the data folder" in result.stderr


def test_a_data_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = run("--data-dir", str(tmp_path / "file" / "data"), *ANY_PORTS)

    assert result.returncode == 1
    assert "name another with --data-dir" in result.stderr


def test_an_address_that_is_none_is_a_clear_error(tmp_path: Path) -> None:
    result = run("--data-dir", str(tmp_path), "--api", "nowhere")

    assert result.returncode == 1
    assert "api: " in result.stderr
    assert "expected HOST:PORT" in result.stderr


def test_the_environment_is_read(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", env={"OTEL_BRIDGE_MAX_BODY_BYTES": "10"}) as collector:
        response = httpx.post(
            f"{collector.otlp_http}/v1/traces",
            content=b"{" * 11,
            headers={"content-type": "application/json"},
        )

    assert (response.status_code, json.loads(response.content)["code"]) == (413, 8)
