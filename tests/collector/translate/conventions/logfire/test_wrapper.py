"""Calls of a model client that Logfire wraps."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

ASKED: Json = [{"role": "user", "content": "hi"}]


def row_of(
    request: dict[str, Json],
    response: Json = None,
    attributes: dict[str, Json] | None = None,
    scope: str = "logfire.openai",
) -> Row:
    said: dict[str, Json] = {"request_data": json.dumps({"model": "m", **request}), **(attributes or {})}
    answered: dict[str, Json] = {} if response is None else {"response_data": json.dumps(response)}
    return translate(make_span({**said, **answered}, scope=scope))


def metrics_of(row: Row) -> dict[str, float]:
    return {name: value for name, value in (row.get("metrics") or {}).items() if name not in ("start", "end")}


def test_a_request_with_a_model_and_messages_is_a_call() -> None:
    row = row_of({"messages": ASKED, "temperature": 0.5, "stop_sequences": ["END"]})

    assert (row.get("span_attributes") or {})["type"] == "llm"
    assert row.get("input") == ASKED
    assert row.get("metadata") == {"model": "m", "provider": "openai", "temperature": 0.5, "stop": ["END"]}


def test_half_of_a_streamed_call_is_a_call_though_it_is_a_log() -> None:
    row = row_of(
        {"messages": ASKED}, {"combined_chunk_content": "ho", "chunk_count": 1}, {"logfire.span_type": "log"}
    )

    assert (row.get("span_attributes") or {})["type"] == "llm"
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert (row.get("metadata") or {})["response_data"] == {"chunk_count": 1}


@pytest.mark.parametrize(
    "request_data", ['{"messages": []}', '{"model": 5, "messages": []}', '["model"]', "oops"]
)
def test_a_request_without_a_model_stays_in_metadata(request_data: str) -> None:
    row = translate(make_span({"request_data": request_data}, scope="logfire"))

    assert (row.get("span_attributes") or {})["type"] == "task"
    assert row.get("metadata") == {"request_data": request_data}


def test_messages_without_a_model_are_content_and_no_call() -> None:
    request, response = (
        json.dumps(each)
        for each in ({"messages": ASKED}, {"message": {"role": "assistant", "content": "ho"}})
    )

    row = translate(make_span({"request_data": request, "response_data": response}, scope="logfire.litellm"))

    assert (row.get("span_attributes") or {})["type"] == "task"
    assert row.get("input") == ASKED
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert "metadata" not in row


def test_a_wrapper_of_another_kind_names_no_provider() -> None:
    assert row_of({"messages": ASKED}, scope="logfire.app").get("metadata") == {"model": "m"}


def test_a_request_that_names_its_model_only_is_no_call() -> None:
    row = row_of({})

    assert (row.get("span_attributes") or {})["type"] == "task"
    assert row.get("metadata") == {"model": "m", "provider": "openai"}


@pytest.mark.parametrize(
    ("request_data", "expected"),
    [
        pytest.param({"input": ["tea", "milk"]}, ["tea", "milk"], id="embeddings"),
        pytest.param({"prompt": "hi"}, ASKED, id="completion"),
        pytest.param({"prompt": ["hi", "ho"]}, ["hi", "ho"], id="completions"),
        pytest.param(
            {"messages": ASKED, "system": [{"type": "text", "text": "be brief"}]},
            [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}],
            id="Anthropic's system prompt",
        ),
    ],
)
def test_every_content_is_the_input(request_data: dict[str, Json], expected: Json) -> None:
    assert row_of(request_data).get("input") == expected


def test_the_model_that_answered_wins_and_the_other_is_the_requested() -> None:
    row = row_of(
        {"messages": ASKED}, attributes={"gen_ai.request.model": "m", "gen_ai.response.model": "m-2"}
    )

    assert row.get("metadata") == {"model": "m-2", "request_model": "m", "provider": "openai"}


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        (
            [{"name": "now", "input_schema": {"type": "object"}}],
            [{"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}],
        ),
        ("all", "all"),
    ],
)
def test_tools_are_openai_s(tools: Json, expected: Json) -> None:
    assert (row_of({"messages": ASKED, "tools": tools}).get("metadata") or {})["tools"] == expected


def test_a_message_is_the_output_without_what_it_does_not_say() -> None:
    row = row_of({"messages": ASKED}, {"message": {"role": "assistant", "content": "ho", "tool_calls": None}})

    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert "response_data" not in (row.get("metadata") or {})


def test_a_call_of_a_tool_by_anthropic_is_openai_s() -> None:
    calls: list[Json] = [
        {"function": {"name": "weather", "arguments": '{"input":{"city":"Bern"}}'}},
        {"function": {"name": "now", "arguments": "{}"}},
        {"id": "c1", "type": "function", "function": {"name": "now", "arguments": '{"input":1}'}},
        "odd",
    ]
    row = row_of({"messages": ASKED}, {"message": {"role": "assistant", "tool_calls": calls}})

    assert row.get("output") == [
        {
            "role": "assistant",
            "tool_calls": [
                {"type": "function", "function": {"name": "weather", "arguments": '{"city":"Bern"}'}},
                {"type": "function", "function": {"name": "now", "arguments": "{}"}},
                *calls[2:],
            ],
        }
    ]


def test_a_completion_has_its_text_and_reason() -> None:
    row = row_of({"prompt": "hi"}, {"text": "ho", "finish_reason": "stop"})

    assert row.get("output") == [{"role": "assistant", "content": "ho", "finish_reason": "stop"}]


def test_images_are_the_output() -> None:
    assert row_of({"prompt": "a cat"}, {"images": [{"url": "u"}]}).get("output") == [{"url": "u"}]


def test_a_stream_that_said_nothing_has_no_output() -> None:
    assert "output" not in row_of({"messages": ASKED}, {"combined_chunk_content": "", "chunk_count": 0})


def test_usage_is_counted_with_anthropic_s_cache() -> None:
    usage: Json = {"input_tokens": 57, "cache_read_input_tokens": 20, "output_tokens": 3}
    row = row_of({"messages": ASKED}, {"usage": usage}, scope="logfire.anthropic")

    assert metrics_of(row) == {
        "prompt_tokens": 77, "prompt_cached_tokens": 20, "completion_tokens": 3, "tokens": 80,
    }  # fmt: skip
    assert row.get("metadata") == {"model": "m", "provider": "anthropic"}


def test_usage_that_says_more_than_counts_stays() -> None:
    usage: Json = {"input_tokens": 57, "service_tier": "standard"}
    row = row_of({"messages": ASKED}, {"usage": usage})

    assert (row.get("metadata") or {})["response_data"] == {"usage": usage}
