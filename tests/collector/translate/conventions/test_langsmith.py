"""Attributes of LangSmith's SDK."""

import json
from typing import Final

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import langsmith
from tests.support.otlp import make_span

TOOL: Final[Json] = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
CALL: Final[Json] = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        pytest.param({"langsmith.span.kind": "retriever"}, "tool", id="kind"),
        pytest.param({"langsmith.span.kind": "novelty"}, "task", id="unknown"),
        pytest.param(
            {"langsmith.span.kind": "prompt", "gen_ai.operation.name": "chat"}, "llm", id="operation first"
        ),
    ],
)
def test_the_kind_is_the_type_where_no_operation_is(attributes: dict[str, Json], kind: str) -> None:
    assert (translate(make_span(attributes)).get("span_attributes") or {})["type"] == kind


def test_metadata_has_its_own_keys() -> None:
    row = translate(
        make_span(
            {
                "langsmith.metadata.customer": "acme",
                "langsmith.metadata.versions": '{"a": "1"}',
                "langsmith.request.streaming": True,
            }
        )
    )

    assert row.get("metadata") == {
        "customer": "acme",
        "versions": {"a": "1"},
        "stream": True,
        "langsmith.request.streaming": True,
    }


def test_details_of_usage_are_parts_of_it() -> None:
    usage = (
        '{"input_tokens": 50, "input_token_details": {"cache_read": 16, "novelty": 1}, "total_tokens": 58}'
    )
    row = translate(
        make_span(
            {
                "gen_ai.usage.input_tokens": 50,
                "gen_ai.usage.output_tokens": 8,
                "langsmith.metadata.usage_metadata": usage,
                "gen_ai.usage.output_token_details": '{"reasoning": 3}',
            }
        )
    )
    metrics = row.get("metrics") or {}

    assert {name: value for name, value in metrics.items() if name not in ("start", "end")} == {
        "prompt_tokens": 50,
        "completion_tokens": 8,
        "tokens": 58,
        "prompt_cached_tokens": 16,
        "completion_reasoning_tokens": 3,
    }


def test_a_request_and_a_response_of_openai_are_messages() -> None:
    request = {"messages": [{"role": "user", "content": "hi"}], "model": "m", "tools": [TOOL], "seed": 4}
    answer = {"role": "assistant", "content": None, "refusal": None, "tool_calls": [CALL]}
    choice = {"index": 0, "finish_reason": "tool_calls", "logprobs": None, "message": answer}
    row = translate(
        make_span(
            {
                "langsmith.span.kind": "llm",
                "gen_ai.prompt": json.dumps(request),
                "gen_ai.completion": json.dumps({"choices": [choice], "object": "chat.completion"}),
            }
        )
    )

    assert row.get("input") == request["messages"]
    assert row.get("output") == [
        {"role": "assistant", "content": None, "tool_calls": [CALL], "finish_reason": "tool_calls"}
    ]
    assert row.get("metadata") == {
        "tools": [TOOL],
        "gen_ai.prompt.seed": 4,
        "gen_ai.completion.object": "chat.completion",
    }


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        pytest.param("chain", {"messages": [{"role": "user", "content": "hi"}]}, id="no call of a model"),
        pytest.param("llm", {"messages": "hi"}, id="no list"),
        pytest.param("llm", {"messages": ["hi"]}, id="no messages"),
    ],
)
def test_other_inputs_keep_the_shape_of_the_program(kind: str, given: Json) -> None:
    row = translate(make_span({"langsmith.span.kind": kind, "gen_ai.prompt": json.dumps(given)}))

    assert row.get("input") == given


@pytest.mark.parametrize(
    ("given", "tags"),
    [
        pytest.param("a, b,", ["a", "b"], id="joined"),
        pytest.param(["a", "b"], ["a", "b"], id="list"),
        pytest.param(["a", 5], None, id="no tags"),
    ],
)
def test_tags_are_tags(given: Json, tags: list[str] | None) -> None:
    assert translate(make_span({"langsmith.span.tags": given})).get("tags") == tags


def test_other_spans_are_not_claimed() -> None:
    assert not langsmith.claims(make_span({"gen_ai.prompt": "hi"}))


def test_serialized_messages_of_langchain_are_chat_messages() -> None:
    def serialized(name: str, **kwargs: Json) -> Json:
        return {
            "lc": 1,
            "type": "constructor",
            "id": ["langchain", "schema", "messages", name],
            "kwargs": kwargs,
        }

    call: Json = {"name": "f", "args": {"x": 1}, "id": "c", "type": "tool_call"}
    answer = serialized("AIMessage", content="", tool_calls=[call], usage_metadata={"input_tokens": 3})
    row = translate(
        make_span(
            {
                "langsmith.span.kind": "llm",
                "gen_ai.prompt": json.dumps(
                    {"messages": [[serialized("HumanMessage", content="hi", type="human")]]}
                ),
                "gen_ai.completion": json.dumps(
                    {"generations": [[{"text": "", "message": answer}]], "llm_output": {"id": "r"}}
                ),
            }
        )
    )

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("output") == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}}
            ],
        }
    ]
    metadata = row.get("metadata") or {}
    assert metadata["gen_ai.response.id"] == "r"
    assert metadata["gen_ai.prompt.messages"] == [
        [{"lc": 1, "id": ["langchain", "schema", "messages", "HumanMessage"]}]
    ]
    assert "usage_metadata" in json.dumps(metadata["gen_ai.completion.generations"])


def test_lists_that_hold_no_messages_stay_what_they_are() -> None:
    row = translate(make_span({"langsmith.span.kind": "llm", "gen_ai.prompt": '{"messages": [["a"]]}'}))

    assert row.get("input") == {"messages": [["a"]]}
