"""Spans of Google's Agent Development Kit."""

import orjson
import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import google_adk
from tests.support.otlp import make_span

REQUEST = "gcp.vertex.agent.llm_request"
RESPONSE = "gcp.vertex.agent.llm_response"


def row_of(attributes: dict[str, Json]) -> Row:
    """Return the row of a span whose objects are written as JSON text."""
    written: dict[str, Json] = {
        key: value if isinstance(value, str) else orjson.dumps(value).decode()
        for key, value in attributes.items()
    }
    return translate(make_span(written))


def test_a_request_is_messages_model_tools_and_parameters() -> None:
    request: Json = {
        "model": "models/gemini-2.5-flash",
        "config": {
            "system_instruction": "be brief",
            "tools": [{"function_declarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}],
            "max_output_tokens": 9,
            "http_options": {"timeout": 5},
        },
        "contents": [
            {"parts": [{"text": "weather?"}]},
            {"parts": [{"function_call": {"id": "c1", "name": "f", "args": {"a": 1}}}], "role": "model"},
            {
                "parts": [{"function_response": {"id": "c1", "name": "f", "response": {"t": 21}}}],
                "role": "user",
            },
        ],
        "live": True,
    }
    row = row_of({REQUEST: request})

    assert row.get("input") == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "weather?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"t":21}', "name": "f"},
    ]
    assert row.get("metadata") == {
        "model": "gemini-2.5-flash",
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "OBJECT"}}}],
        "max_tokens": 9,
        f"{REQUEST}.config.http_options": {"timeout": 5},
        f"{REQUEST}.live": True,
    }


@pytest.mark.parametrize(
    ("instruction", "messages"),
    [
        pytest.param(
            {"parts": [{"text": "be brief"}]}, [{"role": "system", "content": "be brief"}], id="content"
        ),
        pytest.param(["be brief"], [{"role": "system", "content": "be brief"}], id="list"),
        pytest.param("", "odd", id="none"),
    ],
)
def test_the_instruction_may_have_any_shape(instruction: Json, messages: Json) -> None:
    request: Json = {
        "config": {"system_instruction": instruction},
        "contents": None if messages != "odd" else "odd",
    }

    assert row_of({REQUEST: request}).get("input") == messages


def test_a_response_is_a_message_and_counts() -> None:
    response: Json = {
        "content": {"parts": [{"text": "hm", "thought": True}, {"text": "21"}], "role": "model"},
        "finish_reason": "STOP",
        "usage_metadata": {
            "prompt_token_count": 60,
            "candidates_token_count": 12,
            "thoughts_token_count": 5,
            "cached_content_token_count": 8,
            "total_token_count": 77,
        },
        "model_version": "001",
    }
    row = row_of({RESPONSE: response})
    metrics = row.get("metrics") or {}

    assert row.get("output") == [
        {"role": "assistant", "content": "21", "reasoning": [{"content": "hm"}], "finish_reason": "STOP"}
    ]
    assert {name: value for name, value in metrics.items() if name not in ("start", "end")} == {
        "prompt_tokens": 60,
        "completion_tokens": 17,
        "tokens": 77,
        "prompt_cached_tokens": 8,
        "completion_reasoning_tokens": 5,
    }
    assert (row.get("metadata") or {})[f"{RESPONSE}.model_version"] == "001"


def test_a_response_without_content_keeps_what_it_says() -> None:
    row = row_of({RESPONSE: {"error_code": "SAFETY", "finish_reason": "SAFETY", "content": None}})

    assert "output" not in row
    assert (row.get("metadata") or {})[f"{RESPONSE}.error_code"] == "SAFETY"
    assert (row.get("metadata") or {})[f"{RESPONSE}.finish_reason"] == "SAFETY"


def test_the_call_of_a_tool_is_its_input_and_output() -> None:
    row = row_of(
        {
            "gen_ai.operation.name": "execute_tool",
            "gcp.vertex.agent.tool_call_args": {"city": "Zürich"},
            "gcp.vertex.agent.tool_response": {"result": "21"},
            "gcp.vertex.agent.session_id": "s",
            REQUEST: "{}",
            RESPONSE: "{}",
        }
    )

    assert row.get("input") == {"city": "Zürich"}
    assert row.get("output") == {"result": "21"}
    assert row.get("metadata") == {"session_id": "s"}


def test_what_is_sent_to_a_running_agent_is_input() -> None:
    row = row_of({"gcp.vertex.agent.data": [{"parts": [{"text": "hi"}], "role": "user"}]})

    assert row.get("input") == [{"role": "user", "content": "hi"}]


def test_a_placeholder_is_no_value() -> None:
    told: dict[str, Json] = {"gcp.vertex.agent.tool_call_args": "N/A", RESPONSE: "<not serializable>"}
    row = row_of(told)

    assert "input" not in row
    assert row.get("metadata") == told


def test_other_spans_are_not_claimed() -> None:
    assert not google_adk.claims(make_span({"gen_ai.system": "gcp.vertex.agent"}))
