"""`GET /v1/explain/{span_id}`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Signal
from tests.support.explaining import explaining
from tests.support.otlp_request import log_record, logs, span, traces
from tests.support.rows import row, writes

USAGE = {"gen_ai.usage.input_tokens": "1000", "gen_ai.usage.output_tokens": "100"}
CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o",
    "http.route": "/chat",
    **USAGE,
}
AGENT = {"gen_ai.operation.name": "invoke_agent", **USAGE}


def request(**more: str) -> tuple[Signal, bytes]:
    return "traces", traces(span(2, parent=1, attributes={**CALL, **more})).SerializeToString()


def asked(
    folder: Path, payloads: Sequence[tuple[Signal, bytes]], path: str, stored: Sequence[RowWrite] = ()
) -> tuple[int, dict[str, Any]]:
    with explaining(folder, payloads, stored) as app:
        response = TestClient(app).get(f"/v1/explain/{path}")
        return response.status_code, cast("dict[str, Any]", response.json())


def field(answer: dict[str, Any], name: str, key: str | None) -> dict[str, Any]:
    (found,) = (each for each in answer["fields"] if (each["field"], each["key"]) == (name, key))
    return cast("dict[str, Any]", found)


def test_a_field_has_its_rule_and_its_attributes(tmp_path: Path) -> None:
    status, answer = asked(tmp_path, [request()], f"{2:016x}")

    assert status == 200
    assert field(answer, "metrics", "prompt_tokens") == {
        "field": "metrics",
        "key": "prompt_tokens",
        "value": 1000,
        "rule": "gen_ai",
        "attributes": ["gen_ai.usage.input_tokens"],
        "given": {"gen_ai.usage.input_tokens": "1000"},
    }
    assert answer["left_over"] == ["http.route"]


def test_the_cost_has_its_buckets_and_its_table(tmp_path: Path) -> None:
    _, answer = asked(tmp_path, [request()], f"{2:016x}")

    cost = answer["cost"]
    assert cost["source"] == "price table"
    assert [charge["bucket"] for charge in cost["computed"]["charges"]] == [
        "promptUncachedTokens",
        "completionTokens",
    ]
    assert cost["computed"]["table"].startswith("genai-prices ")
    assert answer["tokens_count"] is True


def test_an_unknown_model_has_a_reason_and_no_cost(tmp_path: Path) -> None:
    _, answer = asked(tmp_path, [request(**{"gen_ai.request.model": "our-own"})], f"{2:016x}")

    assert answer["cost"]["usd"] is None
    assert "no price for model our-own" in answer["cost"]["note"]


def test_what_the_rest_of_the_trace_says_is_part_of_it(tmp_path: Path) -> None:
    agent: tuple[Signal, bytes] = ("traces", traces(span(1, attributes=AGENT)).SerializeToString())

    _, answer = asked(tmp_path, [agent, request()], f"{1:016x}")

    assert field(answer, "span_attributes", "usage_is_rollup")["rule"] == "fact usage-rollup"
    assert answer["tokens_count"] is False
    assert "repeat those of other spans" in answer["cost"]["note"]


def test_content_from_a_log_record_names_its_fact(tmp_path: Path) -> None:
    record = log_record("why?")
    record.event_name, record.span_id = "gen_ai.user.message", (2).to_bytes(8, "big")
    record.attributes.add(key="content").value.string_value = "why?"
    said: tuple[Signal, bytes] = ("logs", logs(record).SerializeToString())

    _, answer = asked(tmp_path, [said, request()], f"{2:016x}")

    assert field(answer, "input", None)["rule"].startswith("fact ")


def test_a_span_that_was_sent_again_is_explained_as_it_was_sent_last(tmp_path: Path) -> None:
    _, answer = asked(tmp_path, [request(), request(**{"gen_ai.request.model": "gpt-4.1"})], f"{2:016x}")

    assert field(answer, "metadata", "model")["value"] == "gpt-4.1"


def test_a_row_whose_bytes_are_gone_says_so(tmp_path: Path) -> None:
    status, answer = asked(tmp_path, [], f"{2:016x}", writes([row(f"{2:016x}")]))

    assert (status, answer["code"]) == (410, "bytesGone")
    assert "OTEL_BRIDGE_SPOOL_KEEP_S" in answer["Message"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        pytest.param(f"{3:016x}", 404, "spanNotFound", id="nobody sent it"),
        pytest.param(f"{1:016x}", 404, "spanNotFound", id="only its child was sent"),
        pytest.param("answer", 400, "badSpanId", id="no span id"),
    ],
)
def test_a_span_that_is_not_there_says_so(tmp_path: Path, path: str, status: int, code: str) -> None:
    found, answer = asked(tmp_path, [request()], path)

    assert (found, answer["code"]) == (status, code)
