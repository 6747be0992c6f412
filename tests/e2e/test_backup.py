"""Backup of a real sidecar under load, and what comes of it: a folder with which another one goes on."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from otel_bridge_collector.cli.main import main
from tests.support.collector import ANY_PORTS, COMMAND, Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.otlp_receiver import otlp_receiver, wait_until
from tests.support.otlp_request import post, span

pytestmark = pytest.mark.one_python

IDS = "select: id | from: project_logs('default-otel-project') spans | limit: 10000"


def send(collector: Collector, number: int) -> None:
    post(collector.otlp_http, span(number, name=f"n{number}"))


def ids(collector: Collector) -> list[int]:
    return sorted(int(str(row["id"]), 16) for row in collector.query(IDS))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def back_up(collector: Collector, file: Path) -> None:
    done = run("backup", file, "--url", collector.api)
    assert done.exit_code == 0, done.output


def restored(file: Path, folder: Path) -> Path:
    done = run("restore", file, "--data-dir", folder)
    assert done.exit_code == 0, done.output
    return folder


@contextmanager
def sending(collector: Collector, first: int) -> Iterator[list[int]]:
    """Send one span after another; gives the numbers of those that were acknowledged, in order."""
    acknowledged: list[int] = []
    over = threading.Event()

    def go_on() -> None:
        number = first
        while not over.is_set():
            send(collector, number)
            acknowledged.append(number)
            number += 1

    sender = threading.Thread(target=go_on)
    sender.start()
    try:
        yield acknowledged
    finally:
        over.set()
        sender.join()


def at_least(numbers: list[int], count: int) -> bool:
    return len(numbers) >= count


def test_what_was_acknowledged_before_it_began_is_restored_once(tmp_path: Path) -> None:
    file = tmp_path / "a.tar"
    with running_collector(tmp_path / "data") as collector, sending(collector, 1) as acknowledged:
        for count in (50, 100, 150):
            wait_until(partial(at_least, acknowledged, count), 60)
            before = list(acknowledged)
            back_up(collector, file)
            file.replace(tmp_path / "last.tar")

    with running_collector(restored(tmp_path / "last.tar", tmp_path / "new")) as collector:
        kept = ids(collector)
        assert kept == list(range(1, len(kept) + 1))
        assert set(before) <= set(kept)
        send(collector, 1_000_000)
        assert ids(collector) == [*kept, 1_000_000]


def test_a_destination_that_lagged_gets_what_it_lacked(tmp_path: Path) -> None:
    with otlp_receiver() as receiver:
        config = f"yaml:exporters: {{otlphttp: {{endpoint: '{receiver.url}'}}}}"
        receiver.status = 503
        with running_collector(tmp_path / "data", "--config", config) as collector:
            send(collector, 1)
            back_up(collector, tmp_path / "a.tar")
        receiver.status = 200
        receiver.requests.clear()
        with running_collector(restored(tmp_path / "a.tar", tmp_path / "new"), "--config", config):
            wait_until(lambda: [each.name for each in receiver.raw_spans] == ["n1"], 60)


def test_keys_and_attachments_are_restored(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        key = make_key(collector.data_dir, "admin", "read", "write", "ingest")
        rows = [
            {"id": "a", "project_id": "p", "log_id": "g", "input": f"data:image/png;base64,{'QUJD' * 999}"}
        ]
        httpx.post(f"{collector.api}/logs3", json={"rows": rows}, headers=bearer(key)).raise_for_status()
        attachment = {"key": "k", "filename": "f", "content_type": "text/plain", "org_id": ""}
        signed = httpx.post(f"{collector.api}/attachment", json=attachment, headers=bearer(key)).json()
        httpx.put(signed["signedUrl"], content=b"bytes").raise_for_status()
        done = CliRunner().invoke(
            main,
            ["backup", str(tmp_path / "a.tar"), "--url", collector.api],
            env={"OTEL_BRIDGE_API_KEY": key},
        )
        assert done.exit_code == 0, done.output

    with running_collector(restored(tmp_path / "a.tar", tmp_path / "new")) as collector:
        assert httpx.post(f"{collector.api}/btql", json={}).status_code == 401
        found = httpx.get(
            f"{collector.api}/attachment", params={"key": "k"}, headers=bearer(key), timeout=30
        ).json()
        assert httpx.get(found["downloadUrl"]).content == b"bytes"


def test_a_kill_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        send(collector, 1)
        attachment = {"key": "k", "filename": "f", "content_type": "text/plain", "org_id": ""}
        signed = httpx.post(f"{collector.api}/attachment", json=attachment).json()
        # More than what the sockets between them hold.
        httpx.put(signed["signedUrl"], content=bytes(64 << 20), timeout=60).raise_for_status()
        with httpx.stream("POST", f"{collector.api}/v1/backup", timeout=60) as backup:
            assert next(backup.iter_raw())
            collector.kill()
        assert (collector.data_dir / "backup.partial").exists()
    with running_collector(tmp_path / "data") as collector:
        assert not (collector.data_dir / "backup.partial").exists()
        assert ids(collector) == [1]


def test_a_folder_whose_restore_did_not_end_is_not_served(tmp_path: Path) -> None:
    (tmp_path / "data" / "restore.partial").mkdir(parents=True)

    done = subprocess.run(
        [COMMAND, "serve", "--data-dir", tmp_path / "data", *ANY_PORTS],
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert (done.returncode == 0, "did not end: remove the folder" in done.stderr) == (False, True), (
        done.stderr
    )
