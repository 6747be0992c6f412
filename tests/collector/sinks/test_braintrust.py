"""Rows to a server that takes them as Braintrust does."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.errors import RefusedError, RetryableError
from otel_bridge_collector.sinks.base import Batch
from otel_bridge_collector.sinks.braintrust import BraintrustSink
from otel_bridge_collector.sinks.braintrust_client import BraintrustClient
from otel_bridge_collector.sinks.braintrust_objects import Named, RemoteObjects
from otel_bridge_collector.sinks.braintrust_upload import AttachmentUploads
from otel_bridge_collector.store.attachments import Attachments
from tests.support.braintrust_server import BraintrustServer, braintrust_server


def row(row_id: str, **fields: Any) -> Row:
    return cast("Row", {"id": row_id, "project_id": "p-1", "log_id": "g", "_xact_id": "7", **fields})


def send(
    server: BraintrustServer,
    folder: Path,
    rows: Sequence[Row],
    *,
    max_bytes: int = 10_000,
    max_rows: int = 1000,
    attachments: Attachments | None = None,
) -> None:
    async def run() -> None:
        client = BraintrustClient(
            api_url=server.url, app_url=server.url, api_key="k-1", org_name=None, timeout_s=10
        )
        objects = RemoteObjects(
            client, lambda kind, _: Named(name=f"my {kind}"), names={}, path=folder / "objects"
        )
        uploads = AttachmentUploads(client, attachments, folder / "waiting") if attachments else None
        sink = BraintrustSink(client, objects, uploads, max_bytes=max_bytes, max_rows=max_rows)
        try:
            await sink.send(Batch(writes=rows, next_seq=1))
        finally:
            await sink.close()

    asyncio.run(run())


def test_rows_arrive_in_the_project_of_the_same_name_without_what_the_store_adds(tmp_path: Path) -> None:
    with braintrust_server() as server:
        send(server, tmp_path, [row("a", input="hi", org_id="o", audit_data=[])])

    assert server.rows == [{"id": "a", "project_id": "project-my project", "log_id": "g", "input": "hi"}]
    assert server.headers[0]["authorization"] == "Bearer k-1"


@pytest.mark.parametrize(
    ("limit", "requests"), [pytest.param(0, 1, id="at the limit"), pytest.param(-1, 2, id="just under it")]
)
def test_requests_are_as_large_as_the_server_says_and_no_larger(
    tmp_path: Path, limit: int, requests: int
) -> None:
    rows = [row(name, input="x" * 500) for name in "abcd"]
    with braintrust_server() as server:
        send(server, tmp_path, rows)
        whole = server.sizes[0]
        server.sizes.clear()
        server.version = {"logs3_payload_max_bytes": whole + limit}
        send(server, tmp_path, rows)

    assert len(server.sizes) == requests
    assert max(server.sizes) <= whole + limit


def test_a_request_has_no_more_rows_than_it_may(tmp_path: Path) -> None:
    with braintrust_server() as server:
        send(server, tmp_path, [row(name) for name in "abcde"], max_rows=2)

    assert [[each["id"] for each in batch] for batch in server.batches] == [["a", "b"], ["c", "d"], ["e"]]


def test_rows_of_one_id_go_one_after_the_other(tmp_path: Path) -> None:
    with braintrust_server() as server:
        send(server, tmp_path, [row("a"), row("b"), row("a", _is_merge=True, scores={"s": 1})])

    assert [[each["id"] for each in batch] for batch in server.batches] == [["a", "b"], ["a"]]


def test_a_row_that_is_too_large_takes_the_way_round(tmp_path: Path) -> None:
    with braintrust_server() as server:
        send(server, tmp_path, [row("a"), row("big", input="x" * 20_000), row("c")])

    assert [[each["id"] for each in batch] for batch in server.batches] == [["a"], ["big"], ["c"]]
    ((_, described),) = [each for each in server.objects if each[0] == "overflow"]
    assert described["rows"][0]["object_ids"] == {"project_id": "project-my project", "log_id": "g"}


def test_without_a_limit_there_is_no_way_round_and_a_refused_row_stays_behind_alone(tmp_path: Path) -> None:
    with braintrust_server() as server:
        server.version, server.max_bytes = None, 15_000
        with pytest.raises(RefusedError) as caught:
            send(server, tmp_path, [row("a"), row("big", input="x" * 20_000), row("c")], max_bytes=50_000)

    assert sorted(each["id"] for each in server.rows) == ["a", "c"]
    assert list(caught.value.reasons) == [1]


def test_only_the_row_at_fault_stays_behind(tmp_path: Path) -> None:
    with braintrust_server() as server:
        server.poison = frozenset("f")
        with pytest.raises(RefusedError, match="poison") as caught:
            send(server, tmp_path, [row(name) for name in "abcdefgh"])

    assert "".join(sorted(each["id"] for each in server.rows)) == "abcdegh"
    assert list(caught.value.reasons) == [5]


@pytest.mark.parametrize(
    ("good", "asked"), [pytest.param(0, 140, id="none"), pytest.param(100, 600, id="half")]
)
def test_rows_at_fault_cost_no_others_however_many_they_are(tmp_path: Path, good: int, asked: int) -> None:
    rows = [row(f"good-{number}") for number in range(good)] + [row(f"bad-{number}") for number in range(100)]
    rows.sort(key=lambda each: each.get("id", "").partition("-")[2])
    with braintrust_server() as server:
        server.poison = frozenset(f"bad-{number}" for number in range(100))
        with pytest.raises(RefusedError) as caught:
            send(server, tmp_path, rows, max_bytes=50_000)

    assert {rows[index].get("id") for index in caught.value.reasons} == server.poison
    assert len(server.rows) == good
    assert server.asked < asked


def test_updates_of_many_rows_take_as_many_requests_as_one_row_has_updates(tmp_path: Path) -> None:
    rows = [row(f"r{number}", output=turn) for number in range(20) for turn in range(3)]
    with braintrust_server() as server:
        send(server, tmp_path, rows)

    assert [len(batch) for batch in server.batches] == [20, 20, 20]
    assert [each["output"] for each in server.rows if each["id"] == "r7"] == [0, 1, 2]


def test_what_was_answered_is_not_sent_again_when_the_rest_is_tried_again(tmp_path: Path) -> None:
    rows = [row("bad"), row("a"), row("b"), row("c")]

    async def run(server: BraintrustServer) -> None:
        client = BraintrustClient(
            api_url=server.url, app_url=server.url, api_key="k-1", org_name=None, timeout_s=10
        )
        objects = RemoteObjects(client, lambda kind, _: Named(name=kind), names={}, path=tmp_path / "objects")
        sink = BraintrustSink(client, objects, None, max_bytes=10_000, max_rows=2)
        batch = Batch(writes=rows, next_seq=1)
        server.poison, server.busy = frozenset({"bad"}), frozenset({"c"})
        with pytest.raises(RetryableError):
            await sink.send(batch)
        server.busy = frozenset()
        with pytest.raises(RefusedError) as caught:
            await sink.send(batch)
        assert list(caught.value.reasons) == [0]
        await sink.close()

    with braintrust_server() as server:
        asyncio.run(run(server))

    assert [each["id"] for each in server.rows] == ["a", "b", "c"]


def test_comments_are_rows_of_their_own(tmp_path: Path) -> None:
    comment = {"id": "c-1", "comment": {"text": "nice"}, "source": "app"}
    with braintrust_server() as server:
        send(server, tmp_path, [row("a", comments=[comment])])

    assert server.rows[1] == {
        "id": "c-1",
        "comment": {"text": "nice"},
        "origin": {"id": "a"},
        "_audit_source": "app",
        "project_id": "project-my project",
        "log_id": "g",
    }


def test_attachments_follow_when_their_bytes_are_here(tmp_path: Path) -> None:
    attachments = Attachments(tmp_path / "attachments")
    reference = {
        "type": "braintrust_attachment",
        "key": "k1",
        "filename": "a.txt",
        "content_type": "text/plain",
    }
    with braintrust_server() as server:
        send(server, tmp_path, [row("a", input={"file": [reference]})], attachments=attachments)
        before = dict(server.attachments)
        attachments.path("k1").write_bytes(b"bytes")
        send(server, tmp_path, [row("b")], attachments=attachments)

    assert (before, server.attachments) == ({}, {"k1": b"bytes"})
    assert server.statuses == [{"key": "k1", "org_id": "o-1", "status": {"upload_status": "done"}}]


def test_a_server_that_is_not_there_may_come_back(tmp_path: Path) -> None:
    with braintrust_server() as server:
        pass

    with pytest.raises(RetryableError):
        send(server, tmp_path, [row("a")])
