"""Feedback from a page of another origin, with a token, to a sidecar that has keys."""

from collections.abc import Iterator

import httpx
import pytest
from click.testing import CliRunner

from otel_bridge_collector.cli.main import main
from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key

pytestmark = pytest.mark.one_python

PAGE = "https://app.example.com"
SPAN = "ab" * 8


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    origins = {"OTEL_BRIDGE_API_ORIGINS": PAGE, "OTEL_BRIDGE_OTLP_HTTP_ORIGINS": PAGE}
    with running_collector(tmp_path_factory.mktemp("feedback") / "data", env=origins) as running:
        yield running


@pytest.fixture(scope="module")
def owner(collector: Collector) -> Iterator[httpx.Client]:
    key = make_key(collector.data_dir, "ingest", "read", projects=("shop",))
    with httpx.Client(base_url=collector.api, headers=bearer(key), timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def project_id(owner: httpx.Client) -> str:
    (found,) = owner.get("/v1/project", params={"project_name": "shop"}).json()["objects"]
    owner.post(
        "/logs3", json={"rows": [{"id": SPAN, "span_id": SPAN, "project_id": found["id"], "log_id": "g"}]}
    )
    return str(found["id"])


@pytest.fixture
def token(owner: httpx.Client, project_id: str) -> str:
    asked = {"id": SPAN, "scores": ["helpful"], "fields": ["comment"]}
    return str(owner.post(f"/v1/project_logs/{project_id}/feedback/token", json=asked).json()["token"])


def from_page(collector: Collector, token: str, origin: str = PAGE, *, helpful: float = 1) -> httpx.Response:
    body = {"token": token, "scores": {"helpful": helpful}}
    return httpx.post(f"{collector.api}/v1/feedback", json=body, headers={"origin": origin})


def test_a_page_on_the_list_gives_feedback_without_a_key(
    collector: Collector, owner: httpx.Client, project_id: str, token: str
) -> None:
    answer = from_page(collector, token)

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    query = f"select: scores | from: project_logs('{project_id}') | filter: id = '{SPAN}'"
    rows = owner.post("/btql", json={"query": query, "fmt": "json"}).json()["data"]
    assert rows == [{"scores": {"helpful": 1}}]


def test_a_token_has_one_voice_also_after_a_replay(
    collector: Collector, owner: httpx.Client, project_id: str
) -> None:
    span = "cd" * 8
    owner.post("/logs3", json={"rows": [{"id": span, "project_id": project_id, "log_id": "g"}]})
    asked = {"id": span, "scores": ["helpful"]}
    token = owner.post(f"/v1/project_logs/{project_id}/feedback/token", json=asked).json()["token"]
    for helpful in (0.25, 1):
        assert from_page(collector, token, helpful=helpful).is_success
    admin = make_key(collector.data_dir, "admin")

    replayed = CliRunner().invoke(
        main, ["replay", "--url", collector.api, "--since", "1h"], env={"OTEL_BRIDGE_API_KEY": admin}
    )

    assert replayed.output.endswith("nothing changed\n"), replayed.output
    query = f"select: scores | from: project_logs('{project_id}') | filter: id = '{span}'"
    rows = owner.post("/btql", json={"query": query, "fmt": "json"}).json()["data"]
    assert rows == [{"scores": {"helpful": 0.25}}]


def test_another_page_gives_none_though_it_has_the_token(collector: Collector, token: str) -> None:
    assert from_page(collector, token, "https://evil.com").status_code == 403


def test_a_token_is_no_key(collector: Collector, token: str) -> None:
    asked = [
        httpx.post(f"{collector.api}{path}", headers=bearer(token), json={})
        for path in ("/btql", "/logs3", "/v1/insert", "/v1/traces", "/attachment")
    ]

    assert {answer.status_code for answer in asked} == {401}


def test_a_key_makes_no_token_for_another_project(collector: Collector, project_id: str) -> None:
    stranger = bearer(make_key(collector.data_dir, "ingest", projects=("other",)))
    asked = {"id": SPAN, "scores": ["helpful"]}

    answer = httpx.post(
        f"{collector.api}/v1/project_logs/{project_id}/feedback/token", headers=stranger, json=asked
    )

    assert answer.status_code == 404


def test_who_only_reads_makes_no_token(collector: Collector, project_id: str) -> None:
    reader = bearer(make_key(collector.data_dir, "read", projects=("shop",)))
    url = f"{collector.api}/v1/project_logs/{project_id}/feedback/token"

    assert httpx.post(url, headers=reader, json={"id": SPAN, "scores": ["s"]}).status_code == 403


def test_a_page_on_the_list_sends_spans_with_a_key(collector: Collector) -> None:
    headers = {"origin": PAGE, "content-type": "application/json"}
    sender = bearer(make_key(collector.data_dir, "ingest", projects=("shop",)))
    asks = {"origin": PAGE, "access-control-request-method": "POST"}
    url = f"{collector.otlp_http}/v1/traces"

    preflight = httpx.options(url, headers=asks)
    answers = [httpx.post(url, headers=each, content=b"{}") for each in ({**headers, **sender}, headers)]

    assert (preflight.status_code, [each.status_code for each in answers]) == (204, [200, 401])
    assert {each.headers["access-control-allow-origin"] for each in (preflight, *answers)} == {PAGE}


def test_the_api_sends_no_page_to_queries(owner: httpx.Client) -> None:
    asks = {"origin": PAGE, "access-control-request-method": "POST"}

    assert owner.options("/btql", headers=asks).status_code == 403
    assert owner.post("/btql", json={"query": "limit: 1"}, headers={"origin": PAGE}).status_code == 403
