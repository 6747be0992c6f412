"""Spans of LiteLLM's own."""

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import litellm
from tests.support.otlp import make_span


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes, scope="litellm"))


@pytest.mark.parametrize(
    "usage",
    [
        pytest.param(
            "{'prompt_tokens': 9, 'prompt_tokens_details': {'cached_tokens': 4, 'audio_tokens': None}}",
            id="python",
        ),
        pytest.param('{"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}', id="json"),
    ],
)
def test_the_usage_object_gives_what_the_attributes_leave_out(usage: str) -> None:
    row = row_of({"gen_ai.usage.input_tokens": 9, "metadata.usage_object": usage})

    assert (row.get("metrics") or {})["prompt_tokens"] == 9
    assert (row.get("metrics") or {})["prompt_cached_tokens"] == 4
    assert row.get("metadata") == {"metadata.usage_object": usage}


@pytest.mark.parametrize("usage", ["", "None", "[1]", 5])
def test_what_is_no_usage_counts_nothing(usage: Json) -> None:
    assert set(row_of({"metadata.usage_object": usage}).get("metrics") or {}) == {"start", "end"}


def test_cost_tools_and_streaming_have_their_fields() -> None:
    row = row_of(
        {
            "gen_ai.cost.total_cost": 0.002,
            "litellm.request.streaming": True,
            "gen_ai.tool.0.name": "f",
            "gen_ai.tool.0.parameters": '{"type": "object"}',
        }
    )

    assert (row.get("metrics") or {})["estimated_cost"] == 0.002
    assert row.get("metadata") == {
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "stream": True,
        "litellm.request.streaming": True,
    }


def test_calls_of_tools_join_the_answer() -> None:
    row = row_of(
        {
            "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "ok"}]}]',
            "gen_ai.completion.0.function_call.name": "f",
            "gen_ai.completion.0.function_call.arguments": '{"a": 1}',
            "gen_ai.completion.1.function_call.name": "g",
        }
    )

    assert row.get("output") == [
        {
            "role": "assistant",
            "content": "ok",
            "tool_calls": [
                {"type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
                {"type": "function", "function": {"name": "g", "arguments": "{}"}},
            ],
        }
    ]
    assert "metadata" not in row


def test_calls_of_tools_are_the_answer_where_it_has_no_parts() -> None:
    row = row_of(
        {
            "gen_ai.output.messages": '[{"role": "assistant", "parts": [], "finish_reason": "tool_calls"}]',
            "gen_ai.completion.0.function_call.name": "f",
            "gen_ai.completion.0.function_call.arguments": '{"a": 1}',
        }
    )

    assert row.get("output") == [
        {
            "role": "assistant",
            "content": None,
            "finish_reason": "tool_calls",
            "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}],
        }
    ]


def test_calls_that_the_answer_has_come_once() -> None:
    call = '{"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}}'
    row = row_of(
        {
            "gen_ai.output.messages": f'[{{"role": "assistant", "parts": [{call}]}}]',
            "gen_ai.completion.0.function_call.name": "f",
        }
    )

    assert row.get("output") == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
            ],
        }
    ]


def test_an_odd_call_is_none() -> None:
    told: dict[str, Json] = {
        "gen_ai.output.messages": '[{"role": "assistant", "content": "ok"}]',
        "gen_ai.completion.0.function_call": "f",
    }

    assert row_of(told).get("output") == [{"role": "assistant", "content": "ok"}]


def test_other_spans_are_not_claimed() -> None:
    assert not litellm.claims(make_span({"gen_ai.cost.total_cost": 1}))
