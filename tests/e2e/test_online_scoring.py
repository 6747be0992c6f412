"""Online scoring in a real sidecar: rules made through the API score what an app sends."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tests.support.collector import Collector, running_collector, start_collector
from tests.support.proxying import proxied
from tests.support.webhook import webhook_server

pytestmark = pytest.mark.one_python

PAGE: Final = Path(__file__).parents[2] / "docs/online-scoring.md"
BLOCK: Final = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ON_LINUX: Final = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux shows processes, and ends them with their parent"
)
SOON: Final = ("--set", "extensions.online_scoring.interval=200ms")


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    with running_collector(tmp_path_factory.mktemp("sidecar") / "data", *SOON) as running:
        yield running


def ask(collector: Collector, path: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(f"{collector.api}{path}", json=body, timeout=60)


def project(collector: Collector, name: str) -> str:
    """A project of that name; return its id."""
    return str(ask(collector, "/v1/project", {"name": name}).json()["id"])


def make_rule(collector: Collector, project: str, **online: Any) -> str:
    scorers = [{"type": "global", "name": name} for name in ("Levenshtein", "NumericDiff")]
    body = {"project_id": project, "name": "close", "score_type": "online"}
    made = ask(collector, "/v1/project_score", {**body, "config": {"online": {"scorers": scorers, **online}}})
    assert made.status_code == 200, made.text
    return str(made.json()["id"])


def send(collector: Collector, project: str, name: str, **fields: Any) -> None:
    now_s = time.time()
    row = {
        "id": name, "span_id": name, "root_span_id": name, "project_id": project, "log_id": "g", "input": "q",
        "output": "kitten", "expected": "sitting", "span_attributes": {"name": "chat"},
        "metrics": {"start": now_s - 1, "end": now_s}, **fields,
    }  # fmt: skip
    assert ask(collector, "/logs3", {"rows": [row], "api_version": 2}).status_code == 200


def rows_of(collector: Collector, project: str) -> dict[str, dict[str, Any]]:
    found = collector.query(f"select: * | from: project_logs('{project}') spans | limit: 1000")
    return {str(row["id"]): row for row in found}


def workers(collector: Collector) -> list[Path]:
    """The processes that score, as Linux shows them."""
    pid = collector.process.pid
    return [Path("/proc") / child for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(condition: Callable[[], bool], collector: Collector | None = None) -> None:
    deadline_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline_s, _state_of(collector)
        time.sleep(0.1)


def _state_of(collector: Collector | None) -> str:
    """What a sidecar says of itself, for who looks at a failure."""
    if collector is None:
        return ""
    metrics = httpx.get(f"{collector.api}/metrics", timeout=60).text
    shown = [line for line in metrics.splitlines() if "online" in line or "waiting" in line or "lag" in line]
    return "\n".join([collector.log.read_text(), *shown])


def scores(collector: Collector, project: str, name: str) -> Any:
    return rows_of(collector, project).get(name, {}).get("scores")


def test_a_row_gets_its_scores_and_a_span_for_each_scorer(collector: Collector) -> None:
    shop = project(collector, "shop of one row")
    make_rule(collector, shop, btql_filter="output != 'skip'")
    send(collector, shop, "skipped", output="skip")
    send(collector, shop, "scored")

    wait_for(lambda: bool(scores(collector, shop, "scored")))

    found = rows_of(collector, shop)
    assert found["scored"]["scores"] == {"Levenshtein": pytest.approx(0.5714, abs=1e-3)}
    below = {
        row["span_attributes"]["name"]: row for row in found.values() if row["span_parents"] == ["scored"]
    }
    assert below["Levenshtein"]["span_attributes"]["purpose"] == "scorer"
    assert below["NumericDiff"]["error"]
    assert not found["skipped"]["scores"]
    assert len(found) == 4


def test_a_rule_is_tried_on_past_logs_without_a_trace_and_then_filled_back(collector: Collector) -> None:
    past = project(collector, "past")
    send(collector, past, "old")
    rule_id = make_rule(collector, past, status="paused")

    tried = ask(collector, f"/v1/project_score/{rule_id}/test", {"limit": 10})
    untouched = rows_of(collector, past)
    url = f"{collector.api}/v1/project_score/{rule_id}"
    online = {"scorers": [{"type": "global", "name": "ExactMatch"}], "status": "active"}
    httpx.patch(url, json={"config": {"online": online}}).raise_for_status()
    filled = ask(collector, f"/v1/project_score/{rule_id}/backfill", {"since": "2026-01-01T00:00:00Z"})
    wait_for(lambda: bool(scores(collector, past, "old")))

    (row,) = tried.json()["rows"]
    assert (row["id"], round(row["scores"]["Levenshtein"]["score"], 2)) == ("old", 0.57)
    assert "error" in row["scores"]["NumericDiff"]
    assert list(untouched) == ["old"]
    assert filled.status_code == 200
    assert scores(collector, past, "old") == {"ExactMatch": 0}


@pytest.mark.parametrize(
    ("online", "said"),
    [
        pytest.param({"btql_filter": "scores. ="}, "btql_filter", id="filter"),
        pytest.param({"sampling_rate": 7}, "from 0 to 1", id="rate"),
        pytest.param({"scorers": [{"type": "global", "name": "Moderation"}]}, "Levenshtein", id="scorer"),
    ],
)
def test_a_rule_that_cannot_be_run_is_refused(
    collector: Collector, online: dict[str, Any], said: str
) -> None:
    scorers = [{"type": "global", "name": "ExactMatch"}]
    body = {"project_id": project(collector, "shop"), "name": "bad", "score_type": "online"}
    refused = ask(
        collector, "/v1/project_score", {**body, "config": {"online": {"scorers": scorers, **online}}}
    )

    assert refused.status_code == 400
    assert said in refused.text


def test_an_alert_posts_what_a_rule_has_scored_low(collector: Collector) -> None:
    shop = project(collector, "shop with an alert")
    make_rule(collector, shop)
    with webhook_server() as webhook:
        config = {
            "event_type": "logs", "btql_filter": "is_root AND scores.Levenshtein < 0.9", "interval_seconds": 1,
            "action": {"type": "webhook", "url": webhook.url},
        }  # fmt: skip
        body = {"project_id": shop, "name": "low", "config": config}
        made = ask(collector, "/v1/project_automation", body)
        assert made.status_code == 200, made.text

        send(collector, shop, "good", output="same", expected="same")
        send(collector, shop, "low", output="kitten", expected="sitting")
        wait_for(lambda: bool(webhook.taken))
        httpx.delete(f"{collector.api}/v1/project_automation/{made.json()['id']}").raise_for_status()

        (posted,) = webhook.taken
    assert posted["project"] == {"id": shop, "name": "shop with an alert"}
    assert (posted["automation"]["name"], posted["details"]["count"]) == ("low", 1)


@pytest.mark.parametrize(
    ("status", "since", "said"),
    [
        pytest.param("paused", "2026-01-01T00:00:00Z", "is paused", id="paused"),
        pytest.param("active", "2999-01-01T00:00:00Z", "in the future", id="future"),
    ],
)
def test_a_back_fill_that_would_score_nothing_is_refused(
    collector: Collector, status: str, since: str, said: str
) -> None:
    rule_id = make_rule(collector, project(collector, f"refused {status}"), status=status)

    refused = ask(collector, f"/v1/project_score/{rule_id}/backfill", {"since": since})

    assert refused.status_code == 400
    assert said in refused.text


@ON_LINUX
def test_while_a_scorer_computes_for_long_rows_come_in_and_the_sidecar_ends_when_asked(
    tmp_path: Path,
) -> None:
    with running_collector(
        tmp_path / "data", *SOON, "--set", "extensions.online_scoring.timeout=600s"
    ) as running:
        shop = project(running, "shop")
        make_rule(running, shop, apply_to_span_names=["long"])
        send(
            running,
            shop,
            "long",
            output="ab" * 1_000_000,
            expected="ba" * 1_000_000,
            span_attributes={"name": "long"},
        )
        wait_for(lambda: bool(workers(running)), running)

        for number in range(20):
            send(running, shop, str(number))

        assert len(rows_of(running, shop)) == 21
        (worker,) = workers(running)
        assert running.stop() == 0
    wait_for(lambda: not worker.exists())


@ON_LINUX
def test_a_scorer_does_not_outlive_a_sidecar_that_is_killed(tmp_path: Path) -> None:
    running = start_collector(tmp_path / "data", *SOON, "--set", "extensions.online_scoring.timeout=600s")
    shop = project(running, "shop")
    make_rule(running, shop)
    send(running, shop, "long", output="ab" * 1_000_000, expected="ba" * 1_000_000)
    wait_for(lambda: bool(workers(running)), running)
    (worker,) = workers(running)

    running.kill()

    wait_for(lambda: not worker.exists())
    assert running.process.stdout is not None
    running.process.stdout.close()


def test_the_commands_of_the_page_run(collector: Collector) -> None:
    _, scoring, alert = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    script = f"set -euo pipefail\n{scoring}{alert}".replace("curl -s", "curl -sS --fail-with-body")

    ran = subprocess.run(
        ["/usr/bin/env", f"API={collector.api}", "bash", "-c", script],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith('{"rows":[]}{"since":"2026-01-31T10:30:00+00:00"}{"id":')


def test_what_was_scored_is_not_scored_again_after_a_restart(tmp_path: Path) -> None:
    with running_collector(tmp_path / "data", *SOON) as collector:
        shop = project(collector, "shop")
        make_rule(collector, shop)
        send(collector, shop, "1")
        wait_for(lambda: bool(scores(collector, shop, "1")))
        before = rows_of(collector, shop)

    with running_collector(tmp_path / "data", *SOON) as collector:
        send(collector, shop, "2")
        wait_for(lambda: bool(scores(collector, shop, "2")))
        after = rows_of(collector, shop)

    assert {name: row for name, row in after.items() if name in before} == before


def test_a_judge_asks_a_provider_and_its_score_lands_on_the_row(tmp_path: Path) -> None:
    scoring = {"online_scoring": {"interval": "200ms", "model": "gpt-4o-mini"}}
    with proxied(tmp_path, extensions=scoring) as (collector, fake):
        shop = project(collector, "shop")
        make_rule(collector, shop, scorers=[{"type": "global", "name": "Factuality"}])
        send(collector, shop, "r1")
        wait_for(lambda: "scores" in rows_of(collector, shop)["r1"] and len(rows_of(collector, shop)) == 2)
        rows = rows_of(collector, shop)

    (span,) = (row for row in rows.values() if row["id"] != "r1")
    assert rows["r1"]["scores"] == {"Factuality": 0.4}
    assert (span["span_parents"], span["span_attributes"]["purpose"]) == (["r1"], "scorer")
    assert span["metadata"]["choice"] == "A"
    (asked,) = fake.asked
    assert (asked.path, asked.body["model"]) == ("/v1/chat/completions", "gpt-4o-mini")
    assert asked.headers["authorization"] == "Bearer sk-provider-secret"
