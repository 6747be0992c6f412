"""`/v1/backup`, asked of a real sidecar."""

import asyncio
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message, Scope

from otel_bridge_collector.access import OWNER, asking
from otel_bridge_collector.api.backup import BackupEndpoint
from otel_bridge_collector.backup.running import Backups
from otel_bridge_collector.backup.stage import STAGE, Stage
from otel_bridge_collector.stages.storage import Storage
from tests.collector.backup.test_stage import with_storage
from tests.support.collector import running_collector
from tests.support.keys import bearer, make_key
from tests.support.otlp_receiver import wait_until

pytestmark = pytest.mark.one_python


def test_a_second_one_is_refused_and_a_reader_that_leaves_ends_the_first(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        attachment = {"key": "k", "filename": "f", "content_type": "text/plain", "org_id": ""}
        signed = httpx.post(f"{collector.api}/attachment", json=attachment).json()
        # More than what the sockets between them hold.
        httpx.put(signed["signedUrl"], content=bytes(64 << 20), timeout=60).raise_for_status()
        url, stage = f"{collector.api}/v1/backup", collector.data_dir / "backup.partial"
        with httpx.stream("POST", url, timeout=60) as first:
            received = first.iter_raw()
            assert next(received)
            assert httpx.post(url, timeout=60).status_code == 409
        wait_until(lambda: not stage.exists(), 30)
        assert httpx.post(url, timeout=60).status_code == 200


def test_without_room_it_is_refused(tmp_path: Path) -> None:
    with running_collector(
        tmp_path / "data", env={"OTEL_BRIDGE_SPOOL_MIN_FREE_BYTES": str(1 << 60)}
    ) as collector:
        answer = httpx.post(f"{collector.api}/v1/backup", timeout=60)

        assert (answer.status_code, "MiB are free" in answer.text) == (503, True), answer.text
        assert not (collector.data_dir / "backup.partial").exists()


def test_one_project_is_not_enough(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data") as collector:
        key = make_key(collector.data_dir, "admin", projects=("shop",))
        assert httpx.post(f"{collector.api}/v1/backup", headers=bearer(key)).status_code == 403


def test_a_reader_that_takes_nothing_is_hung_up_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def never(_: object = None) -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def use(storage: Storage, stage: Stage) -> None:
        del storage
        backups = Backups(stage)
        scope: Scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/backup",
            "headers": [],
            "query_string": b"",
        }
        with asking(OWNER):
            answer = await BackupEndpoint(backups, stalled_s=0.05).make(Request(scope))
            await answer(scope, never, never)  # type: ignore[arg-type]  # it never returns anything

        assert (backups.is_running, (tmp_path / STAGE).exists()) == (False, False)

    with_storage(tmp_path, use)
    assert "its reader took nothing for 0.05 s" in caplog.text
