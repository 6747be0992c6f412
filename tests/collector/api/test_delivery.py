"""`/v1/delivery`."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from otel_bridge_collector.access import OWNER, Access, Scope, asking
from otel_bridge_collector.api.delivery import delivery_operations
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.deliver.destination import Status
from otel_bridge_collector.deliver.replay import Replay, ReplayError
from tests.support.spool import ROUTING, open_spool

STATUS = Status(
    name="file", state="retrying", next_seq=2, waiting_records=1, waiting_bytes=9, lag_s=1.5, sent=4, buried=0,
    last_error="no", retry_in_s=0.5,
)  # fmt: skip


@dataclass
class Running:
    """One delivery, under the name `file`."""

    next_seq: int = 2
    last_replay: Replay | None = None
    begun: list[Replay] = field(default_factory=list)

    def replay(self, replay: Replay) -> None:
        if self.begun:
            raise ReplayError("another replay is running")
        self.begun.append(replay)
        self.last_replay = replay

    def statuses(self) -> Sequence[Status]:
        return [STATUS]

    def get(self, name: str) -> "Running | None":
        return self if name == "file" else None


@pytest.fixture
def running() -> Running:
    return Running()


@pytest.fixture
def client(tmp_path: Path, running: Running) -> Iterator[TestClient]:
    with open_spool(tmp_path) as spool:
        for received_s in (100, 200):
            asyncio.run(spool.append(replace(ROUTING, received_ns=received_s * 10**9), b"x"))
        routes = [each.route() for each in delivery_operations(running, spool)]
        with asking(OWNER):
            yield TestClient(Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS))


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/delivery"), ("POST", "/v1/delivery/replay")])
def test_a_key_of_single_projects_neither_sees_nor_replays(
    client: TestClient, running: Running, method: str, path: str
) -> None:
    with asking(Access(scopes=frozenset({Scope.ADMIN}), projects=frozenset({"p"}))):
        answer = client.request(method, path, json={"sink": "file", "dead_letters": True})

    assert (answer.status_code, running.begun) == (403, [])


def test_each_destination_is_shown(client: TestClient) -> None:
    shown = client.get("/v1/delivery").json()

    assert shown["end_seq"] == 3
    assert [
        (each["name"], each["state"], each["lag_s"], each["replay"]) for each in shown["destinations"]
    ] == [("file", "retrying", 1.5, None)]


def test_a_replay_begins_at_a_time_and_ends_where_delivery_is(client: TestClient, running: Running) -> None:
    response = client.post("/v1/delivery/replay", json={"sink": "file", "since": "1970-01-01T00:02:30Z"})

    assert response.status_code == 202
    assert [(replay.next_seq, replay.until_seq) for replay in running.begun] == [(2, 2)]
    assert client.get("/v1/delivery").json()["destinations"][0]["replay"]["is_done"] is False


def test_dead_letters_are_replayed_on_request(client: TestClient, running: Running) -> None:
    client.post("/v1/delivery/replay", json={"sink": "file", "dead_letters": True})

    assert running.begun == [Replay(dead_letters=True)]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        pytest.param(
            {"sink": "nobody"}, 404, 'there is no destination "nobody"; there are file', id="unknown"
        ),
        pytest.param({"sink": "file", "since": "soon"}, 400, '"since" is no time', id="no time"),
        pytest.param({"sink": "file"}, 400, '"since" is no time', id="nothing said"),
    ],
)
def test_what_cannot_be_replayed_is_told(
    client: TestClient, body: dict[str, str], status: int, message: str
) -> None:
    response = client.post("/v1/delivery/replay", json=body)

    assert (response.status_code, message in response.json()["Message"]) == (status, True)


def test_one_replay_at_a_time(client: TestClient) -> None:
    body = {"sink": "file", "since": "1970-01-01"}
    client.post("/v1/delivery/replay", json=body)

    assert client.post("/v1/delivery/replay", json=body).status_code == 409
