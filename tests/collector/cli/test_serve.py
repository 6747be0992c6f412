"""The command `serve`, as a process."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest

from tests.support.collector import ANY_PORTS, COMMAND, running_collector, running_command
from tests.support.otlp_receiver import wait_until
from tests.support.otlp_request import span, traces


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, "serve", *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_ready_line_names_addresses_that_take_traffic(tmp_path: Path) -> None:
    with running_command(tmp_path / "data") as collector:
        with grpc.insecure_channel(collector.otlp_grpc) as channel:
            grpc.channel_ready_future(channel).result(timeout=10)
        for url in (collector.otlp_http, collector.api):
            assert httpx.post(
                f"{url}/v1/traces", headers={"content-type": "application/x-protobuf"}
            ).is_success

        assert (tmp_path / "data" / "rows.duckdb").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_ends_with_zero(tmp_path: Path, number: signal.Signals) -> None:
    with running_command(tmp_path / "data") as collector:
        httpx.post(
            f"{collector.otlp_http}/v1/traces",
            content=traces(span()).SerializeToString(),
            headers={"content-type": "application/x-protobuf"},
        )
        collector.process.send_signal(number)

        assert collector.process.wait(timeout=30) == 0

    assert (tmp_path / "data" / "delivery" / "store.cursor").read_text() == "2\n"
    assert collector.log.read_text().endswith(
        "otelcol_exporter_sent_spans 1, otelcol_receiver_accepted_spans 1\n"
    )


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
    with running_command(tmp_path / "data"):
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
    assert "--api: " in result.stderr
    assert "expected HOST:PORT" in result.stderr


def test_the_environment_is_read(tmp_path: Path) -> None:
    with running_command(tmp_path / "data", env={"OTEL_BRIDGE_MAX_BODY_BYTES": "10"}) as collector:
        response = httpx.post(
            f"{collector.otlp_http}/v1/traces",
            content=b"{" * 11,
            headers={"content-type": "application/json"},
        )

    assert (response.status_code, json.loads(response.content)["code"]) == (413, 8)


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_nobody_else_may_read_what_it_keeps(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with running_collector(folder) as collector:
        httpx.post(
            f"{collector.otlp_http}/v1/traces",
            content=traces(span()).SerializeToString(),
            headers={"content-type": "application/x-protobuf"},
        )
        assert len(collector.query("SELECT id FROM project_logs('default-otel-project')")) == 1

        made = [folder, *folder.rglob("*")]
        open_to_others = [path for path in made if path.stat().st_mode & 0o077]

    assert {"rows.duckdb", "objects.sqlite", "spool", "delivery"} <= {path.name for path in made}
    assert any(path.suffix == ".seg" for path in made)
    assert open_to_others == []


def test_a_page_of_another_name_reads_no_rows(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        for url in (collector.api, collector.otlp_http):
            response = httpx.post(f"{url}/btql", json={"query": "limit: 1"}, headers={"host": "evil.com"})

            assert (response.status_code, response.json()["code"]) == (421, "hostNotAllowed")


def test_a_port_for_others_is_refused_without_keys(tmp_path: Path) -> None:
    result = run("--data-dir", str(tmp_path), *ANY_PORTS, "--api", "0.0.0.0:0")

    assert result.returncode == 1
    assert "refusing to listen on --api 0.0.0.0:0 without keys" in result.stderr
    for way in ("keys create", "--require-keys", "--allow-anyone"):
        assert way in result.stderr


def test_a_port_for_everyone_is_warned_of_and_takes_any_name(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", "--api", "0.0.0.0:0", "--allow-anyone") as collector:
        port = collector.api.rpartition(":")[2]
        response = httpx.get(f"http://127.0.0.1:{port}/healthz", headers={"host": "sidecar:8585"})

        assert response.status_code == 200
        (warning,) = [line for line in collector.log.read_text().splitlines() if "WARNING" in line]
        assert f"everyone who reaches --api 0.0.0.0:{port} can read and write" in warning


def test_where_keys_are_required_nobody_comes_in_before_there_is_one(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", "--api", "0.0.0.0:0", "--require-keys") as collector:
        url = f"http://127.0.0.1:{collector.api.rpartition(':')[2]}"
        before = httpx.post(f"{url}/api/apikey/login", headers={"authorization": "Bearer anything"})
        key = subprocess.run(
            [COMMAND, "keys", "create", "--name", "k", "--scope", "read", "--data-dir", collector.data_dir],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        after = httpx.post(f"{url}/api/apikey/login", headers={"authorization": f"Bearer {key}"})

    assert (before.status_code, after.status_code) == (401, 200)


def test_a_port_of_this_machine_is_no_reason_to_warn(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        assert "WARNING" not in collector.log.read_text()


def test_a_data_folder_that_cannot_be_written_is_a_clear_error() -> None:
    result = run("--data-dir", "/sys", *ANY_PORTS)  # a folder in which nobody makes another

    assert result.returncode == 1
    assert "cannot write to the data folder /sys: " in result.stderr
    assert "name another with --data-dir" in result.stderr


def test_a_failing_start_tells_what_was_begun_and_why_it_ended() -> None:
    result = run("--data-dir", "/sys", *ANY_PORTS)

    begun, reason = result.stderr.splitlines()
    assert "starts; data folder /sys" in begun
    assert reason.startswith("Error: ")


def test_the_log_says_what_has_started_and_which_ports_are_open(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("service: {drain_timeout: 9s}")
    text = "yaml:extensions: {keys: {required: true}}"
    with running_collector(
        tmp_path / "data", "--config", str(tmp_path / "c.yaml"), "--config", text
    ) as collector:
        log = collector.log.read_text()
        assert f"OTLP over gRPC on {collector.otlp_grpc}" in log

    assert f"data folder {tmp_path / 'data'}; configuration: {tmp_path / 'c.yaml'}, text of --config" in log
    assert "keys: needed" in log


def test_a_log_in_json_is_one_object_a_line(tmp_path: Path) -> None:
    with running_command(tmp_path / "data", "--log-encoding", "json", "--log-level", "debug") as collector:
        pass

    lines = [json.loads(line) for line in collector.log.read_text().splitlines()]
    assert {"ts", "level", "logger", "msg"} <= set.intersection(*(set(line) for line in lines))


def test_a_reload_names_what_changed_without_its_value(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("extensions: {retention: {logs: {max_age: 30d}}}")
    with running_collector(tmp_path / "data", "--config", str(file)) as collector:
        file.write_text(
            "extensions: {retention: {logs: {max_age: 20d}}}\n"
            f"exporters: {{file: {{directory: '{tmp_path}/s3cret'}}}}\n"
            "service: {pipelines: {traces: {receivers: [otlp], exporters: [file]}}}"
        )
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "was read again" in collector.log.read_text())

    (line,) = [line for line in collector.log.read_text().splitlines() if "was read again" in line]
    assert line.endswith(
        "changed: extensions.retention.logs.max_age, exporters.file, service.pipelines.traces"
    )
    assert "s3cret" not in collector.log.read_text()


def test_a_reload_that_makes_the_log_quieter_is_told_first(tmp_path: Path) -> None:
    file = tmp_path / "c.yaml"
    file.write_text("service: {telemetry: {logs: {level: info}}}")
    with running_collector(tmp_path / "data", "--config", str(file)) as collector:
        file.write_text("service: {telemetry: {logs: {level: error}}}")
        collector.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "changed: service.telemetry.logs.level" in collector.log.read_text())

    assert "destinations begun" not in collector.log.read_text()
