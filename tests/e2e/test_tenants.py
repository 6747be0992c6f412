"""A key of one project against every endpoint, with another project behind it: nothing is seen, nothing is changed."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import httpx
import pytest

from otel_bridge_collector.receive.rules import RULES
from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.tenants import (
    ANSWERED_WITH_NO,
    ENDPOINTS,
    OVERWRITTEN,
    SECRET,
    Victim,
    attempts,
    overwrite_attachment,
    settle,
)

pytestmark = pytest.mark.one_python

SCOPES = ("ingest", "read", "write", "admin")


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("tenants") / "data") as running:
        yield running


def client_of(collector: Collector, *projects: str) -> httpx.Client:
    key = make_key(collector.data_dir, *SCOPES, projects=projects)
    return httpx.Client(base_url=collector.api, headers=bearer(key), timeout=30)


@pytest.fixture(scope="module")
def victim(collector: Collector) -> Iterator[Victim]:
    with client_of(collector, "beta") as client:
        yield settle(client, "beta")


@pytest.fixture(scope="module")
def world(victim: Victim) -> list[object]:
    """All of the victim's, before anybody else has come."""
    return victim.world()


@pytest.fixture(scope="module")
def stranger(collector: Collector, world: list[object]) -> Iterator[httpx.Client]:
    assert SECRET in str(world)
    with client_of(collector, "alpha") as client:
        yield client


@pytest.mark.slow
def test_no_endpoint_tells_or_changes_what_is_anothers(
    stranger: httpx.Client, victim: Victim, world: list[object]
) -> None:
    answers = [(key, stranger.request(**attempt)) for key in ENDPOINTS for attempt in attempts(victim, *key)]

    assert [key for key, answer in answers if SECRET in answer.text] == []
    assert [key for key, answer in answers if answer.status_code == 500] == []
    assert victim.world() == world


def test_every_operation_that_is_described_has_a_rule(collector: Collector) -> None:
    paths = httpx.get(f"{collector.api}/openapi.json").json()["paths"]
    described = {(method.upper(), path) for path, methods in paths.items() for method in methods}

    assert len(described) > 50
    assert described - set(RULES) == set(), "say in receive/rules.py what each of these needs"


@pytest.mark.parametrize("service", ["trace.v1.TraceService", "logs.v1.LogsService"])
@pytest.mark.parametrize("named", ["project_id", "project_name"])
def test_no_call_over_grpc_writes_to_what_is_anothers(
    collector: Collector, victim: Victim, world: list[object], service: str, named: str
) -> None:
    key = make_key(collector.data_dir, *SCOPES, projects=("alpha",))
    parent = f"project_id:{victim.project_id}" if named == "project_id" else "project_name:beta"
    request = traces(span(1)) if service.startswith("trace") else logs(log_record())
    metadata = (("authorization", f"Bearer {key}"), ("x-bt-parent", parent))

    with grpc.insecure_channel(collector.otlp_grpc) as channel:
        call = channel.unary_unary(f"/opentelemetry.proto.collector.{service}/Export", None, None)
        with pytest.raises(grpc.RpcError) as caught:
            call(request.SerializeToString(), metadata=metadata, timeout=10)

    assert isinstance(caught.value, grpc.Call)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
    assert victim.world() == world


def test_a_feedback_token_of_one_says_nothing_of_anothers_row(
    collector: Collector, stranger: httpx.Client, victim: Victim, world: list[object]
) -> None:
    """A token may name any id: it is looked for in the token's own project only."""
    (own,) = stranger.get("/v1/project", params={"project_name": "alpha"}).json()["objects"]
    asked = {"id": victim.ids["row"], "scores": ["up"], "fields": ["comment"]}
    made = stranger.post(f"/v1/project_logs/{own['id']}/feedback/token", json=asked).json()

    said = {"token": made["token"], "scores": {"up": 1}, "comment": OVERWRITTEN}
    answer = httpx.post(f"{collector.api}/v1/feedback", json=said)

    assert answer.status_code == 200
    assert victim.world() == world


def test_an_attachment_of_another_is_neither_found_nor_overwritten(
    stranger: httpx.Client, victim: Victim, world: list[object]
) -> None:
    found = stranger.get("/attachment", params={"key": victim.ids["attachment"]})
    overwrite_attachment(stranger, victim.ids["attachment"])

    assert found.status_code == 404
    assert victim.world() == world


@pytest.mark.slow
def test_each_endpoint_would_have_told_or_changed_something_for_its_owner(tmp_path: Path) -> None:
    def order(key: tuple[str, str]) -> tuple[bool, bool, bool]:
        """Rename the project first, and delete it last."""
        method, path = key
        return (method == "DELETE" or "delete" in path, method != "PATCH", path == "/v1/project/{project_id}")

    with running_collector(tmp_path / "data") as collector, client_of(collector) as owner:
        owner.post("/v1/project", json={"name": "beta"})
        victim = settle(owner, "beta")
        unreached = {
            key
            for key in sorted(ENDPOINTS, key=order)
            if not any(owner.request(**attempt).is_success for attempt in attempts(victim, *key))
        }

    assert unreached == set(ANSWERED_WITH_NO)
