"""`/v1/retention`."""

import asyncio
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from otel_bridge_collector.access import OWNER, Access, asking
from otel_bridge_collector.access import Scope as KeyScope
from otel_bridge_collector.api.errors import EXCEPTION_HANDLERS
from otel_bridge_collector.api.retention import retention_operations
from otel_bridge_collector.retention.sweep import Removal, Report

REPORT = Report(started="t", removals=[Removal(project_id="p", object_type="project_logs", units=1, rows=2)])


class Passes:
    """Passes that end when they are told to."""

    def __init__(self) -> None:
        self.running = False
        self.last: Report | None = None
        self.may_end = asyncio.Event()

    async def run(self) -> Report:
        self.running = True
        await self.may_end.wait()
        self.running = False
        self.last = REPORT
        return REPORT

    async def plan(self) -> Report:
        return Report(kind="plan", started="t")


def app_for(passes: Passes, access: Access) -> ASGIApp:
    routes = [each.route() for each in retention_operations(passes)]
    app = Starlette(routes=routes, exception_handlers=EXCEPTION_HANDLERS)

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        with asking(access):
            await app(scope, receive, send)

    return asked


@pytest.fixture
def passes() -> Passes:
    return Passes()


@pytest.fixture
def client(passes: Passes) -> Iterator[TestClient]:
    with TestClient(app_for(passes, OWNER)) as client:
        yield client


def test_before_the_first_pass_there_is_no_report(client: TestClient) -> None:
    assert client.get("/v1/retention").json() == {"is_running": False, "last": None}


def test_a_dry_run_is_answered_with_its_plan(client: TestClient, passes: Passes) -> None:
    answer = client.post("/v1/retention", json={"dry_run": True})

    assert (answer.status_code, answer.json()["kind"], passes.running) == (200, "plan", False)


def test_a_pass_runs_on_after_the_answer_and_there_is_one_at_a_time(
    client: TestClient, passes: Passes
) -> None:
    begun = client.post("/v1/retention", json={})
    second = client.post("/v1/retention", json={})
    passes.may_end.set()

    assert (begun.status_code, begun.json()["is_running"]) == (202, True)
    assert (second.status_code, second.json()["code"]) == (409, "conflict")
    assert client.get("/v1/retention").json()["last"]["removals"][0]["rows"] == 2


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_key_of_one_project_neither_sees_nor_begins_it(passes: Passes, method: str) -> None:
    access = Access(scopes=frozenset({KeyScope.ADMIN}), projects=frozenset({"p"}))

    answer = TestClient(app_for(passes, access)).request(method, "/v1/retention", json={})

    assert (answer.status_code, passes.running) == (403, False)


def test_a_dry_run_that_is_no_boolean_begins_nothing(client: TestClient, passes: Passes) -> None:
    answer = client.post("/v1/retention", json={"dry_run": {}})

    assert answer.status_code == 400
    assert not passes.running


def test_a_pass_that_goes_on_is_described() -> None:
    begun = retention_operations(Passes())[1].described()

    assert {"200", "202"} <= begun["responses"].keys()  # type: ignore[union-attr]
