"""`/logs3` and the way round for large batches."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from otel_bridge.contract.row import Row
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.logs3 import Logs3Endpoint
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.receive.admission import Admission
from otel_bridge_collector.receive.auth import Authenticator
from otel_bridge_collector.receive.fault import Fault
from otel_bridge_collector.receive.guard import Guard
from otel_bridge_collector.receive.rules import Rules
from otel_bridge_collector.store.keys import KeyRing
from otel_bridge_collector.store.objects import Objects
from tests.support.rows import Asking


def test_rows_are_kept_and_answered_with_their_ids(client: TestClient, example: Asking) -> None:
    rows = [{"id": "new", "project_id": example.project_id, "log_id": "g", "input": 1}]

    answer = client.post("/logs3", json={"rows": rows, "api_version": 2}).json()

    assert answer["ids"] == ["new"]
    assert int(answer["xact_id"]) > 0
    assert example.rows("select: input | filter: id = 'new'") == [{"input": 1}]


def test_a_row_that_cannot_be_kept_is_named(client: TestClient, example: Asking) -> None:
    rows = [{"id": "good", "project_id": example.project_id}, {"id": "bad", "project_id": 5}]

    answer = client.post("/logs3", json={"rows": rows}).json()

    assert answer["ids"] == ["good"]
    assert answer["refused"] == [{"index": 1, "id": "bad", "error": '"project_id" is a text, not a number'}]


def test_a_row_is_kept_without_what_does_not_fit(client: TestClient, example: Asking) -> None:
    """A masking function may have made a text of it; the SDK drops a batch that is refused."""
    rows = [
        {"id": "masked", "project_id": example.project_id, "metrics": "***", "context": "***", "output": 1}
    ]

    response = client.post("/logs3", json={"rows": rows})

    assert response.json()["ids"] == ["masked"]
    (kept,) = example.rows("select: metrics, context, output, metadata | filter: id = 'masked'")
    assert (kept["metrics"], kept["context"], kept["output"]) == (None, "***", 1)
    assert kept["metadata"] == {"otel_bridge.left_out": {"metrics": '"metrics" is an object, not a text'}}


def test_a_batch_without_a_good_row_is_refused(client: TestClient) -> None:
    response = client.post("/logs3", json={"rows": [{"id": "a"}]})

    assert response.status_code == 400
    assert "row 0 cannot be kept: it names no object" in response.json()["error"]


def test_a_large_batch_is_uploaded_first(client: TestClient, example: Asking) -> None:
    way = client.post("/logs3/overflow", json={"size_bytes": 1}).json()
    batch = {"rows": [{"id": "big", "project_id": example.project_id}]}
    client.put(way["signedUrl"], json=batch, headers=way["headers"])

    pointer = {"rows": {"type": "logs3_overflow", "key": way["key"], "size_bytes": 1}}
    answer, again = client.post("/logs3", json=pointer), client.post("/logs3", json=pointer)

    assert answer.json()["ids"] == ["big"]
    assert again.json() == answer.json()


def test_an_upload_that_nobody_asked_for_is_refused(client: TestClient) -> None:
    assert client.put("/logs3/overflow/guessed", content=b"{}").status_code == 404
    assert client.post("/logs3", json={"rows": {"type": "logs3_overflow", "key": "x"}}).status_code == 404


class Uploading:
    """`/logs3` behind a real door, with room for so many bytes."""

    def __init__(self, folder: Path, room_bytes: int, *, body_lifetime_s: float = 300) -> None:
        self.admission = Admission(room_bytes, wait_s=0)
        endpoint = Logs3Endpoint(RowWriter(self._keep, lambda _: ""), body_lifetime_s=body_lifetime_s)
        routes = [
            Route("/logs3", endpoint.post, methods=["POST"]),
            Route("/logs3/overflow", endpoint.overflow, methods=["POST"]),
            Route("/logs3/overflow/{key}", endpoint.upload, methods=["PUT"]),
        ]
        app = Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)
        self._objects = Objects(folder / "objects.sqlite")
        self._keys = KeyRing(folder / "objects.sqlite")
        door = Authenticator(self._keys, is_required=False)
        guard = Guard(app, door, Rules(app.routes), refuse, self.admission)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://127.0.0.1")

    async def upload(self, size_bytes: int) -> tuple[int, str]:
        """Upload a batch of so many bytes; return the answer's status, and the key."""
        way = (await self.client.post("/logs3/overflow", json={})).json()
        batch = json.dumps({"rows": [{"id": "r", "project_id": "p", "input": ""}]})
        body = batch.replace('""', f'"{"x" * (size_bytes - len(batch))}"').encode()
        return (await self.client.put(way["signedUrl"], content=body)).status_code, way["key"]

    async def keep(self, key: str) -> int:
        body = {"rows": {"type": "logs3_overflow", "key": key}}
        return (await self.client.post("/logs3", json=body)).status_code

    async def close(self) -> None:
        await self.client.aclose()
        self._keys.close()
        self._objects.close()

    async def _keep(self, rows: Sequence[Row]) -> int:
        return len(rows)


def refuse(request: Request, fault: Fault) -> Response:
    del request
    return Response(status_code=fault.http_status)


def test_uploads_hold_room_until_their_rows_are_kept(tmp_path: Path) -> None:
    async def scenario() -> list[Any]:
        uploading = Uploading(tmp_path, 9_000)
        status, key = await uploading.upload(3_000)
        held = uploading.admission.used_bytes
        answers = [status, held, await uploading.keep(key), uploading.admission.used_bytes]
        await uploading.close()
        return answers

    assert asyncio.run(scenario()) == [200, 3_000, 200, 0]


def test_uploads_for_which_there_is_no_room_are_told_to_come_back(tmp_path: Path) -> None:
    async def scenario() -> list[int]:
        uploading = Uploading(tmp_path, 9_000)
        first, key = await uploading.upload(4_000)
        refused, _ = await uploading.upload(1_000)
        await uploading.keep(key)
        second, _ = await uploading.upload(1_000)
        await uploading.close()
        return [first, refused, second]

    assert asyncio.run(scenario()) == [200, 429, 200]


def test_an_upload_that_nobody_comes_back_for_gives_its_room_back(tmp_path: Path) -> None:
    async def scenario() -> int:
        uploading = Uploading(tmp_path, 9_000, body_lifetime_s=0)
        _, key = await uploading.upload(3_000)
        async with asyncio.timeout(10):
            while uploading.admission.used_bytes:  # noqa: ASYNC110 - a timer's own pace
                await asyncio.sleep(0.001)
        answer = await uploading.keep(key)
        await uploading.close()
        return answer

    assert asyncio.run(scenario()) == 404


def test_the_oldest_of_too_many_uploads_makes_room(tmp_path: Path) -> None:
    async def scenario() -> int:
        uploading = Uploading(tmp_path, 900_000)
        for _ in range(17):
            await uploading.upload(1_000)
        used = uploading.admission.used_bytes
        await uploading.close()
        return used

    assert asyncio.run(scenario()) == 16_000
