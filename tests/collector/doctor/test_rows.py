"""What the newest rows of a project tell."""

from typing import Any

import pytest

from otel_bridge_collector.doctor.rows import capture_setting, check_rows

CALL: dict[str, Any] = {
    "span_id": "1", "span_parents": None, "type": "llm", "model": "gpt-4o", "tokens": 11, "prompt_tokens": 5,
    "completion_tokens": 6, "truncated": None, "scope": "openinference.instrumentation.openai", "is_empty": False, "is_orphan": False,
    "cost": 0.1,
}  # fmt: skip


def test_a_call_with_all_that_belongs_to_it_is_fine() -> None:
    assert {finding.verdict for finding in check_rows("p", [CALL])} == {"ok"}


@pytest.mark.parametrize(
    ("rows", "check", "remedy"),
    [
        pytest.param(
            [{**CALL, "is_empty": True}], "content", "OPENINFERENCE_HIDE_INPUTS=false", id="content"
        ),
        pytest.param([{**CALL, "truncated": {"a": ""}}], "truncated values", "LENGTH_LIMIT unset", id="cut"),
        pytest.param([{**CALL, "is_orphan": True}], "orphans", "receipts", id="orphan"),
        pytest.param([{**CALL, "cost": None}], "prices", "estimated_cost", id="price"),
        pytest.param(
            [CALL, {**CALL, "span_id": "2", "span_parents": ["1"], "scope": "other", "type": "task"}],
            "instrumentations",
            "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS",
            id="twice",
        ),
    ],
)
def test_each_fault_has_what_mends_it(rows: list[dict[str, Any]], check: str, remedy: str) -> None:
    (finding,) = (each for each in check_rows("p", rows) if each.verdict == "finding")

    assert finding.check == check
    assert remedy in finding.remedy


def test_a_call_that_gives_no_messages_back_lacks_none() -> None:
    embedding = {**CALL, "prompt_tokens": 11, "completion_tokens": None, "is_empty": True}

    assert {finding.verdict for finding in check_rows("p", [embedding])} == {"ok"}


def test_an_agent_above_its_only_call_is_not_the_same_call() -> None:
    agent = {**CALL, "type": "task", "scope": "langchain"}
    call = {**CALL, "span_id": "2", "span_parents": ["1"]}

    assert {finding.verdict for finding in check_rows("p", [agent, call])} == {"ok"}


@pytest.mark.parametrize(
    ("scope", "setting"),
    [
        (
            "opentelemetry.instrumentation.openai_v2",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true",
        ),
        (
            "opentelemetry.instrumentation.genai.openai",
            "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only",
        ),
        ("opentelemetry.instrumentation.openai", "TRACELOOP_TRACE_CONTENT=true"),
        ("gcp.vertex.agent", "ADK_CAPTURE_MESSAGE_CONTENT_IN_SPANS=true"),
        ("ai", "experimental_telemetry: {isEnabled: true, recordInputs: true, recordOutputs: true}"),
        ("airflow", "OTEL_BRIDGE_CAPTURE_CONTENT=true with our app side, or the setting of airflow"),
    ],
)
def test_each_instrumentation_has_its_setting(scope: str, setting: str) -> None:
    assert capture_setting(scope) == setting
