"""AgentOps' spans."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

KIND = "agentops.span.kind"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("tool", "tool"),
        ("AgentOpsSpanKindValues.TOOL", "tool"),
        ("session", "task"),
        ("agent", "task"),
        ("llm", "llm"),
    ],
)
def test_the_type_is_that_of_the_kind(kind: str, expected: str) -> None:
    row = translate(make_span({KIND: kind}))

    assert row.get("span_attributes") == {"name": "work", "type": expected}
    assert row.get("metadata") == {KIND: kind}


def test_what_a_decorator_notes_is_input_and_output() -> None:
    row = translate(
        make_span({KIND: "task", "agentops.task.input": '{"args": [1]}', "agentops.task.output": "done"})
    )

    assert (row.get("input"), row.get("output")) == ({"args": [1]}, "done")


def test_a_tool_has_its_arguments_and_the_id_of_its_call() -> None:
    row = translate(make_span({KIND: "tool", "tool.parameters": '{"city": "Bern"}', "tool.call.id": "c1"}))

    assert row.get("input") == {"city": "Bern"}
    assert row.get("metadata") == {KIND: "tool", "tool_call_id": "c1"}


def test_a_call_has_tools_and_its_first_token() -> None:
    attributes: dict[str, Json] = {
        "gen_ai.request.functions.0.name": "f",
        "gen_ai.request.functions.0.parameters": "{}",
        "gen_ai.streaming.time_to_first_token": 0.25,
    }

    row = translate(make_span(attributes))

    assert row.get("metadata") == {
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    }
    assert (row.get("metrics") or {}).get("time_to_first_token") == 0.25
