"""Runs of agents and tools by Pydantic AI."""

import json
from collections.abc import Mapping

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

MESSAGES: Json = [
    {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
    {"role": "assistant", "parts": [{"type": "text", "content": "ho"}]},
]
EVENTS: Json = [
    {"event.name": "gen_ai.user.message", "content": "hi"},
    {"event.name": "gen_ai.assistant.message", "content": "ho"},
]
ASKED: dict[str, Json] = {"role": "user", "content": "hi"}
ANSWERED: dict[str, Json] = {"role": "assistant", "content": "ho"}


def row_of(attributes: Mapping[str, Json]) -> Row:
    return translate(make_span(attributes, scope="pydantic-ai"))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"pydantic_ai.all_messages": json.dumps(MESSAGES)}, id="messages"),
        pytest.param({"all_messages_events": json.dumps(EVENTS)}, id="events"),
        pytest.param(
            {"pydantic_ai.all_messages": json.dumps(MESSAGES), "final_result": "ho"}, id="with result"
        ),
    ],
)
def test_a_run_has_its_conversation_up_to_the_answer(attributes: dict[str, Json]) -> None:
    row = row_of(attributes)

    assert (row.get("input"), row.get("output")) == ([ASKED], [ANSWERED])
    assert "metadata" not in row


def test_a_result_that_is_more_than_the_last_message_is_the_output() -> None:
    row = row_of({"pydantic_ai.all_messages": json.dumps(MESSAGES), "final_result": '{"city":"Bern"}'})

    assert (row.get("input"), row.get("output")) == ([ASKED, ANSWERED], {"city": "Bern"})


def test_a_run_without_an_answer_has_no_output() -> None:
    row = row_of({"pydantic_ai.all_messages": json.dumps([ASKED])})

    assert row.get("input") == [ASKED]
    assert "output" not in row


def test_instructions_come_before_the_conversation() -> None:
    row = row_of(
        {
            "gen_ai.system_instructions": '[{"type":"text","content":"be brief"}]',
            "pydantic_ai.all_messages": json.dumps(MESSAGES),
        }
    )

    assert row.get("input") == [{"role": "system", "content": "be brief"}, ASKED]
    assert "metadata" not in row


@pytest.mark.parametrize("messages", ["oops", "[]", '["hi"]', 5])
def test_a_conversation_of_another_shape_stays_in_metadata(messages: Json) -> None:
    row = row_of({"pydantic_ai.all_messages": messages, "final_result": "ho"})

    assert row.get("output") == "ho"
    assert row.get("metadata") == {"pydantic_ai.all_messages": messages}


def test_a_run_is_a_task_of_its_model() -> None:
    row = row_of(
        {"agent_name": "clerk", "model_name": "openai/gpt-4o", "gen_ai.aggregated_usage.input_tokens": 3}
    )

    assert (row.get("span_attributes") or {})["type"] == "task"
    assert row.get("metadata") == {"agent_name": "clerk", "model": "gpt-4o"}
    assert (row.get("metrics") or {})["prompt_tokens"] == 3


def test_details_of_usage_are_counted() -> None:
    row = row_of(
        {"gen_ai.aggregated_usage.details.reasoning_tokens": 3, "gen_ai.aggregated_usage.details.odd": 1}
    )

    assert (row.get("metrics") or {})["completion_reasoning_tokens"] == 3
    assert row.get("metadata") == {"gen_ai.aggregated_usage.details.odd": 1}


def test_a_tool_has_its_arguments_and_response() -> None:
    row = row_of({"gen_ai.tool.name": "weather", "tool_arguments": '{"city":"Bern"}', "tool_response": "21"})

    assert (row.get("input"), row.get("output")) == ({"city": "Bern"}, "21")
    assert (row.get("span_attributes") or {})["type"] == "tool"


def test_the_tools_of_a_request_are_openai_s() -> None:
    parameters: Json = {
        "function_tools": [{"name": "now", "parameters_json_schema": {}}],
        "output_mode": "text",
    }
    row = row_of({"model_request_parameters": json.dumps(parameters)})

    assert row.get("metadata") == {
        "tools": [{"type": "function", "function": {"name": "now", "parameters": {}}}],
        "model_request_parameters": {"output_mode": "text"},
    }


def test_tools_that_another_attribute_defines_stay_among_the_parameters() -> None:
    parameters: Json = {"function_tools": [{"name": "now", "kind": "function"}]}
    row = row_of({"model_request_parameters": json.dumps(parameters), "gen_ai.tool.definitions": '["now"]'})

    assert row.get("metadata") == {
        "tools": [{"type": "function", "function": {"name": "now"}}],
        "model_request_parameters": parameters,
    }


@pytest.mark.parametrize("attribute", ["model_request_parameters", "model_name", "operation.cost"])
def test_a_value_of_another_type_stays_in_metadata(attribute: str) -> None:
    assert row_of({attribute: [1]}).get("metadata") == {attribute: [1]}


def test_the_cost_is_estimated() -> None:
    assert (row_of({"operation.cost": 0.5}).get("metrics") or {})["estimated_cost"] == 0.5


def test_the_instructions_of_a_request_that_failed_are_its_input() -> None:
    parameters = {"function_tools": [], "instruction_parts": [{"content": "Be brief.", "dynamic": False}]}

    row = row_of({"model_request_parameters": json.dumps(parameters), "gen_ai.operation.name": "chat"})

    assert row.get("input") == [{"role": "system", "content": "Be brief."}]
