"""Requests and responses that stand in one value."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.whole import (
    beside,
    finish_reason,
    history_in,
    messages_in,
    request_messages,
    response_id,
    tools_in,
    usage_in,
    vectors_in,
    without_messages,
)

HI: dict[str, Json] = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param([HI], id="list"),
        pytest.param({"messages": [HI]}, id="chat request"),
        pytest.param({"input": [HI]}, id="responses request"),
        pytest.param({"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}, id="Google request"),
        pytest.param({"choices": [{"index": 0, "message": HI}]}, id="chat response"),
        pytest.param({**HI, "id": "r", "usage": {"input_tokens": 1}}, id="Anthropic response"),
        pytest.param(
            {"candidates": [{"content": {"role": "user", "parts": [{"text": "Hi"}]}}]}, id="Google response"
        ),
        pytest.param(
            {"output": {"message": {"role": "user", "content": [{"text": "Hi"}]}}}, id="Bedrock response"
        ),
    ],
)
def test_messages_are_found(whole: Json) -> None:
    assert messages_in(whole) == [HI]


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param("Hi", id="text"),
        pytest.param({"messages": ["ChatMessage(...)"]}, id="texts"),
        pytest.param({"messages": []}, id="none"),
        pytest.param({"messages": "Hi"}, id="no list"),
    ],
)
def test_without_messages_there_are_none(whole: Json) -> None:
    assert messages_in(whole) is None


def test_without_a_history_there_is_none() -> None:
    assert history_in("x") is None
    assert history_in({"automatic_function_calling_history": []}) is None


@pytest.mark.parametrize(
    ("whole", "ids"),
    [
        pytest.param({"id": "r"}, ["r"], id="OpenAI, Anthropic"),
        pytest.param({"response_id": "r"}, ["r"], id="Google"),
        pytest.param({"generations": [], "llm_output": {"id": "r"}}, ["r"], id="LangChain"),
        pytest.param({"id": 5}, [], id="no text"),
        pytest.param(["r"], [], id="no object"),
    ],
)
def test_the_id_of_a_response_is_found(whole: Json, ids: list[str]) -> None:
    assert [entry.value for entry in response_id(whole)] == ids


def test_what_stands_beside_is_what_nobody_else_holds() -> None:
    whole: Json = {"a": 1, "b": {"c": "x", "d": "", "role": "r"}, "e": [{"f": 2}, {"g": 1}], "h": None}

    assert beside(whole, {1}, with_lists=False) == {"b": {"c": "x"}}
    assert beside(whole, {1}, with_lists=True) == {"b": {"c": "x"}, "e": [{"f": 2}]}
    assert beside([1], set(), with_lists=True) == {}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"system": "Be brief.", "messages": [HI]}, id="Anthropic"),
        pytest.param({"instructions": "Be brief.", "input": "Hi"}, id="OpenAI responses"),
        pytest.param(
            {
                "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
                "config": {"system_instruction": {"parts": [{"text": "Be brief."}]}},
            },
            id="Google",
        ),
    ],
)
def test_instructions_of_a_request_come_first(request_: Json) -> None:
    assert request_messages(request_) == [{"role": "system", "content": "Be brief."}, HI]


def test_tools_may_stand_among_settings() -> None:
    tool: Json = {"functionDeclarations": [{"name": "f", "parameters": {}}]}

    assert tools_in({"config": {"tools": [tool]}}) == tools_in({"tools": [{"name": "f", "parameters": {}}]})
    assert tools_in({"messages": []}) is None


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        pytest.param({"choices": [{"finish_reason": "stop"}]}, "stop", id="OpenAI"),
        pytest.param({"stop_reason": "end_turn"}, "end_turn", id="Anthropic"),
        pytest.param({"candidates": [{"finishReason": "STOP"}]}, "STOP", id="Google"),
    ],
)
def test_the_reason_of_the_first_answer_counts(response: Json, reason: str) -> None:
    assert [entry.value for entry in finish_reason(response)] == [reason]


def test_usage_and_vectors_of_a_response_are_found() -> None:
    response: Json = {"data": [{"embedding": [0.5]}], "usage": {"prompt_tokens": 3}}

    assert vectors_in(response) == [[0.5]]
    assert [(count.metric, count.value, count.attributes) for count in usage_in(response)] == [
        ("prompt_tokens", 3, ())
    ]


def test_serialized_messages_of_langchain_are_messages() -> None:
    path: Json = ["langchain_core", "messages", "AIMessageChunk"]
    call: Json = {"id": "c1", "name": "f", "args": {"a": 1}}
    answer: Json = {"lc": 1, "id": path, "kwargs": {"content": "", "tool_calls": [call]}}

    assert messages_in({"generations": [[{"text": "", "message": answer}]]}) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
            ],
        }
    ]


DATA: Json = {"type": "human", "data": {"content": "Hi", "type": "human", "id": "m1"}}


def test_a_message_of_langchain_may_stand_in_its_data() -> None:
    assert messages_in({"messages": [DATA]}) == [{"role": "user", "content": "Hi"}]


def test_messages_of_langchain_are_left_out_and_others_stay() -> None:
    serialized: Json = {"lc": 1, "id": ["langchain", "HumanMessage"], "kwargs": {"content": "Hi"}}
    whole: dict[str, Json] = {"messages": [DATA, serialized, ["user", "Hi"], ["a", "b"], HI, "text"], "n": 1}

    assert without_messages(whole) == {"messages": [["a", "b"], HI, "text"], "n": 1}


@pytest.mark.parametrize("kind", [{}, [], 1, None])
def test_what_says_no_kind_of_message_is_none_of_langchain(kind: Json) -> None:
    whole: dict[str, Json] = {"messages": [{"type": kind, "data": {}}]}

    assert without_messages(whole) == whole
