"""Who may invoke what, and where it may be logged; what a quota and masking at the door do to it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.collector import Collector, running_collector
from tests.support.keys import bearer, make_key

pytestmark = pytest.mark.one_python

MASKED = """
processors: {masking: {rules: [{patterns: [emails]}]}}
service: {pipelines: {traces: {receivers: [otlp, braintrust], processors: [masking], exporters: [store]}}}
"""
SCORE = {"global_function": "ExactMatch", "input": {"output": "x", "expected": "x"}}


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("access") / "data") as running:
        yield running


def client_of(
    collector: Collector, *projects: str, scopes: tuple[str, ...] = ("read", "write", "proxy")
) -> httpx.Client:
    key = make_key(collector.data_dir, *scopes, projects=projects)
    return httpx.Client(base_url=collector.api, headers=bearer(key), timeout=30)


@pytest.fixture(scope="module")
def beta(collector: Collector) -> Iterator[httpx.Client]:
    with client_of(collector, "beta") as client:
        (project,) = client.get("/v1/project").json()["objects"]
        body = {
            "project_id": project["id"], "name": "Score", "slug": "score", "function_type": "scorer",
            "function_data": {"type": "global", "name": "ExactMatch"},
        }  # fmt: skip
        assert client.put("/v1/function", json=body).status_code == 200
        yield client


NAMED = {"project_name": "beta", "slug": "score", "input": SCORE["input"]}


def test_its_own_project_may(beta: httpx.Client) -> None:
    assert beta.post("/function/invoke", json={**NAMED, "parent": "project_name:beta"}).json()["score"] == 1


def test_a_key_of_another_project_finds_no_function(collector: Collector, beta: httpx.Client) -> None:
    assert beta.post("/function/invoke", json=NAMED).status_code == 200
    with client_of(collector, "alpha") as stranger:
        answer = stranger.post("/function/invoke", json=NAMED)

    assert (answer.status_code, answer.json()["Message"]) == (404, 'there is no project "beta"')


@pytest.mark.usefixtures("beta")
def test_nothing_is_logged_where_the_caller_may_not_write(collector: Collector) -> None:
    with client_of(collector, "alpha") as stranger:
        answer = stranger.post("/function/invoke", json={**SCORE, "parent": "project_name:beta"})

    assert answer.status_code == 403


def test_overrides_bring_no_code_past_that(collector: Collector) -> None:
    data = {"type": "inline", "code": "def handler(x): return x", "runtime_context": {"runtime": "python"}}
    body = {"global_function": "ExactMatch", "overrides": {"type": "code", "data": data}}
    with client_of(collector, "beta", scopes=("proxy",)) as client:
        answer = client.post("/function/invoke", json=body)

    assert (answer.status_code, "scope write" in answer.text) == (403, True)


def test_code_that_a_caller_brings_needs_a_key_that_may_save_it(collector: Collector) -> None:
    code = {"code": "def handler(x): return x", "inline_context": {"runtime": "python"}}
    with client_of(collector, "beta", scopes=("proxy",)) as client:
        answer = client.post("/function/invoke", json=code)
        assert (answer.status_code, "scope write" in answer.text) == (403, True)
        assert client.post("/function/invoke", json=SCORE).status_code == 200
    with client_of(collector, "beta") as client:
        assert "code does not run here" in client.post("/function/invoke", json=code).text


@pytest.mark.parametrize("scope", ["ingest", "read", "write", "metrics"])
def test_a_key_that_may_not_ask_models_may_not_invoke(collector: Collector, scope: str) -> None:
    with client_of(collector, "beta", scopes=(scope,)) as client:
        answer = client.post("/function/invoke", json=SCORE)

    assert (answer.status_code, "needs a key with the scope proxy" in answer.text) == (403, True)


def test_what_is_logged_passes_the_masks_at_the_door(tmp_path: Path) -> None:
    config = tmp_path / "sidecar.yaml"
    config.write_text(MASKED, encoding="utf-8")
    with running_collector(tmp_path / "data", "--config", str(config)) as collector:
        given = {"output": "bob@x.example", "expected": "bob@x.example"}
        asked = {**SCORE, "input": given, "parent": "project_name:p"}
        assert httpx.post(f"{collector.api}/function/invoke", json=asked, timeout=30).json()["score"] == 1
        rows = collector.query("select: * | from: project_logs()")

    assert len(rows) == 1
    assert "bob@x.example" not in str(rows)


def test_who_has_used_up_its_quota_waits(tmp_path: Path) -> None:
    # One span, and no other for as long as any machine takes to ask four times.
    quota = ("--set", "extensions.quotas.spans_per_second=0.01", "--set", "extensions.quotas.burst=100s")
    with running_collector(tmp_path / "data", *quota) as collector:
        asked = {**SCORE, "parent": "project_name:p"}
        statuses = [
            httpx.post(f"{collector.api}/function/invoke", json=asked, timeout=30).status_code
            for _ in range(4)
        ]

    assert statuses[0] == 200
    assert 429 in statuses
