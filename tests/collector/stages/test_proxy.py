"""The proxy over a whole sidecar: its rows, who may call, what is masked, counted and kept."""

from pathlib import Path
from typing import Any, Final

import httpx
import openai
import pytest

from otel_bridge.contract.slug import ObjectType, SpanComponents
from tests.support.collector import Collector
from tests.support.keys import make_key
from tests.support.provider import provider
from tests.support.proxying import client_of, provider_settings, proxied, proxying

pytestmark = pytest.mark.one_python

MESSAGES: Final[Any] = [{"role": "user", "content": "my card is 4111111111111111"}]
ROWS: Final = "select: * | from: project_logs('shop') | sort: created"


def ask(
    collector: Collector,
    *,
    key: str = "caller",
    parent: str = "project_name:shop",
    temperature: float = 0,
    **headers: str,
) -> None:
    with client_of(collector, key=key, parent=parent, **headers) as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, temperature=temperature)


def test_a_call_is_a_row_of_the_project_that_its_parent_names_with_its_cost(tmp_path: Path) -> None:
    with proxied(tmp_path) as (collector, _):
        ask(collector)
        ask(collector)
        first, second = collector.query(
            "select: span_attributes.name, span_attributes.type, input, metrics, estimated_cost() as cost, root_span_id, span_parents | "
            "from: project_logs('shop') | sort: created"
        )
        costs = [row["cost"] for row in (first, second)]

    assert (first["name"], first["type"], first["input"]) == ("Chat Completion", "llm", MESSAGES)
    assert isinstance(first["metrics"], dict)
    assert isinstance(second["metrics"], dict)
    assert (first["metrics"]["tokens"], second["metrics"]["cached"]) == (7, 1)
    assert (str(costs[0]).startswith("1.95"), costs[1]) == (True, None)


def test_a_call_hangs_below_the_span_that_its_caller_names(tmp_path: Path) -> None:
    with proxied(tmp_path) as (collector, _):
        project = httpx.post(f"{collector.api}/v1/project", json={"name": "shop"}).json()["id"]
        slug = SpanComponents(
            object_type=ObjectType.PROJECT_LOGS, object_id=project, row_id="r",
            span_id="0" * 15 + "1", root_span_id="0" * 31 + "2",
        ).encode()  # fmt: skip
        ask(collector, parent=slug)
        ask(collector, traceparent=f"00-{'0' * 31}4-{'0' * 15}3-01")
        rows = collector.query(ROWS)

    assert [(row["root_span_id"], row["span_parents"]) for row in rows] == [
        ("0" * 31 + "2", ["0" * 15 + "1"]),
        ("0" * 31 + "4", ["0" * 15 + "3"]),
    ]


def test_rows_are_masked_and_neither_keys_nor_prompts_are_written_elsewhere(tmp_path: Path) -> None:
    masking = {
        "processors": {"masking": {"rules": [{"patterns": ["card_numbers"]}]}},
        "service": {"pipelines": {"traces": {"receivers": ["otlp", "braintrust"], "processors": ["masking"], "exporters": ["store"]}}},
    }  # fmt: skip
    with proxied(tmp_path, **masking) as (collector, fake):
        ask(collector)
        (row,) = collector.query(ROWS)
        collector.stop()
        log = collector.log.read_text()

    assert "4111111111111111" not in str(row)
    assert fake.asked[0].body["messages"] == MESSAGES  # the provider gets what was said
    files = [path for path in collector.data_dir.rglob("*") if path.is_file()]
    for secret in (b"4111111111111111", b"sk-provider-secret", b"caller"):
        assert [path.name for path in files if secret in path.read_bytes()] == []
    assert not any(secret in log for secret in ("4111111111111111", "sk-provider-secret", "caller"))


def test_only_a_key_with_the_scope_proxy_may_call_and_only_where_it_reaches(tmp_path: Path) -> None:
    with proxied(tmp_path) as (collector, fake):
        httpx.post(f"{collector.api}/v1/project", json={"name": "shop"}).raise_for_status()
        httpx.post(f"{collector.api}/v1/project", json={"name": "garden"}).raise_for_status()
        writer = make_key(collector.data_dir, "ingest", "read", "write", "metrics")
        caller = make_key(collector.data_dir, "proxy", projects=("shop",))
        admin = make_key(collector.data_dir, "admin")

        for key, parent in ((writer, "project_name:shop"), (caller, "project_name:garden")):
            with pytest.raises(openai.PermissionDeniedError):
                ask(collector, key=key, parent=parent)
        with pytest.raises(openai.AuthenticationError):
            ask(collector, key="unknown")
        assert fake.asked == []

        ask(collector, key=caller)
        ask(collector, key=admin)
        assert len(collector.query(ROWS, key=admin)) == 2
        assert len(fake.asked) == 2  # what one key may see out of the cache, another does not


def test_who_has_used_up_its_quota_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    quotas = {"quotas": {"spans_per_second": 0.001, "burst": "1000s"}}
    with proxied(tmp_path, extensions=quotas) as (collector, fake):
        with pytest.raises(openai.RateLimitError, match="the quota of"):  # noqa: PT012 - the first ones pass
            for _ in range(5):
                ask(collector, temperature=1)
        (row,) = collector.query("select: count(1) as rows | from: project_logs('shop')")

    assert 1 <= len(fake.asked) == row["rows"]


def test_the_next_provider_answers_for_one_that_cannot(tmp_path: Path) -> None:
    with provider(always=(503, {})) as away, provider() as there:
        settings = {
            "first": provider_settings(away, max_retries=1, retry_on_failure={"initial_interval": "1ms"}),
            "second": provider_settings(there),
        }
        with proxying(tmp_path, settings) as collector:
            ask(collector)
            (row,) = collector.query(ROWS)

    assert len(away.asked) == 2
    assert isinstance(row["metadata"], dict)
    assert row["metadata"]["endpoint"] == "second"


def test_the_cache_outlives_the_sidecar_and_is_no_part_of_a_backup(tmp_path: Path) -> None:
    with provider() as fake:
        for _ in range(2):
            with proxying(tmp_path, {"loopback": provider_settings(fake)}) as collector:
                ask(collector)
                assert (collector.data_dir / "proxy_cache.sqlite").exists()

    assert len(fake.asked) == 1
