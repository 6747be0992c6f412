"""LiveKit's spans."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

ITEMS: list[Json] = [
    {"id": "i1", "type": "message", "role": "user", "content": ["And in Bern?"]},
    {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c1", "name": "f", "output": "21"},
]


@pytest.mark.parametrize("prefix", ["lk.", "lk.pii."])
def test_a_chat_context_is_messages_and_keeps_what_they_have_no_place_for(prefix: str) -> None:
    row = translate(make_span({f"{prefix}chat_ctx": json.dumps({"items": ITEMS})}))

    assert row.get("input") == [
        {"role": "user", "content": "And in Bern?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "21", "name": "f"},
    ]
    rest: Json = {"items": [{"id": "i1", "type": "message"}, {}, {}]}
    assert row.get("metadata") == {f"{prefix}chat_ctx": rest}


def test_text_and_calls_are_one_answer() -> None:
    calls: Json = [{"call_id": "c1", "name": "f", "arguments": "{}"}]
    attributes: dict[str, Json] = {
        "lk.chat_ctx": json.dumps({"items": []}),
        "lk.response.text": "Looking.",
        "lk.response.function_calls": json.dumps(calls),
    }

    assert translate(make_span(attributes)).get("output") == [
        {
            "role": "assistant",
            "content": "Looking.",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        }
    ]


def test_a_turn_has_what_the_user_said_and_the_answer() -> None:
    row = translate(
        make_span({"lk.pii.user_input": "Hi", "lk.pii.response.text": "Ho", "lk.response.ttft": 0.25})
    )

    assert (row.get("input"), row.get("output")) == ("Hi", "Ho")
    assert (row.get("metrics") or {}).get("time_to_first_token") == 0.25


def test_counts_that_no_other_attribute_says_come_from_the_metrics() -> None:
    row = translate(
        make_span({"lk.llm_metrics": '{"prompt_tokens": 45, "prompt_cached_tokens": 20, "ttft": 0.1}'})
    )

    metrics = {
        name: value for name, value in (row.get("metrics") or {}).items() if name not in ("start", "end")
    }
    assert metrics == {"prompt_tokens": 45, "prompt_cached_tokens": 20}
