"""Chat messages in the GenAI schema, where that loses nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.attributes.messages import from_gen_ai, to_gen_ai
from otel_bridge.contract.row import Json

CALL: dict[str, Json] = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}

CONVERTED = [
    pytest.param(
        {"role": "user", "content": "hi"},
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        id="text",
    ),
    pytest.param(
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "c1", "name": "f", "arguments": '{"a": 1}'}],
        },
        id="tool call",
    ),
    pytest.param(
        {"role": "assistant", "content": "I look", "tool_calls": [CALL]},
        {
            "role": "assistant",
            "parts": [
                {"type": "text", "content": "I look"},
                {"type": "tool_call", "id": "c1", "name": "f", "arguments": '{"a": 1}'},
            ],
        },
        id="text and tool call",
    ),
    pytest.param(
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "42"}]},
        id="tool result",
    ),
    pytest.param(
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "see"},
                {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            ],
        },
        {
            "role": "user",
            "parts": [
                {"type": "text", "content": "see"},
                {"type": "uri", "modality": "image", "uri": "https://example.com/cat.png"},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
            ],
        },
        id="images",
    ),
    pytest.param(
        {"role": "assistant", "content": "yo", "name": "bob", "finish_reason": "stop"},
        {
            "role": "assistant",
            "parts": [{"type": "text", "content": "yo"}],
            "name": "bob",
            "finish_reason": "stop",
        },
        id="name and finish reason",
    ),
]


@pytest.mark.parametrize(("chat", "gen_ai"), CONVERTED)
def test_a_message_is_converted(chat: Any, gen_ai: Any) -> None:
    assert to_gen_ai([chat]) == [gen_ai]


@pytest.mark.parametrize(("chat", "gen_ai"), CONVERTED)
def test_a_converted_message_is_converted_back(chat: Any, gen_ai: Any) -> None:
    assert from_gen_ai([gen_ai]) == [chat]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("hi", id="text"),
        pytest.param([], id="empty list"),
        pytest.param({"role": "user", "content": "hi"}, id="one message"),
        pytest.param(["hi"], id="list of texts"),
        pytest.param([{"content": "hi"}], id="no role"),
        pytest.param([{"role": "user"}], id="no content"),
        pytest.param([{"role": "user", "content": None}], id="null content"),
        pytest.param([{"role": "user", "content": []}], id="no parts"),
        pytest.param([{"role": "user", "content": [{"type": "text", "text": "hi"}]}], id="one part"),
        pytest.param([{"role": "user", "content": ["a", "b"]}], id="parts that are text"),
        pytest.param([{"role": "user", "content": {"a": 1}}], id="object content"),
        pytest.param([{"role": "user", "content": "hi", "refusal": None}], id="further key"),
        pytest.param([{"role": "assistant", "tool_calls": [CALL]}], id="tool call without content"),
        pytest.param(
            [{"role": "assistant", "content": None, "tool_calls": ["f"]}], id="tool call that is text"
        ),
        pytest.param(
            [
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{**CALL, "function": {"name": "f", "arguments": {"a": 1}}}],
                }
            ],
            id="arguments that are an object",
        ),
        pytest.param([{"role": "tool", "tool_call_id": "c1", "content": {"a": 1}}], id="object tool result"),
        pytest.param(
            [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "see"},
                        {"type": "image_url", "image_url": {"url": "u", "detail": "high"}},
                    ],
                }
            ],
            id="image with detail",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": 1}}]}],
            id="image without address",
        ),
        pytest.param(
            [{"role": "user", "content": [{"type": "image_url", "image_url": "u"}]}], id="image that is text"
        ),
        pytest.param([{"role": "user", "content": [{"type": "audio"}]}], id="unknown part"),
        pytest.param(
            [{"role": "user", "content": [{"type": "text", "text": 1}]}], id="text that is a number"
        ),
    ],
)
def test_what_would_not_survive_is_not_converted(value: Any) -> None:
    assert to_gen_ai(value) is None


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("hi", id="text"),
        pytest.param([{"role": "user", "content": "hi"}], id="chat messages"),
        pytest.param([{"role": "user", "parts": "hi"}], id="parts that are text"),
    ],
)
def test_what_is_not_in_the_schema_stays(value: Any) -> None:
    assert from_gen_ai(value) == value


def test_parts_of_others_are_kept_as_they_are() -> None:
    message: Any = {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}, "junk"]}

    assert from_gen_ai([message]) == [
        {"role": "assistant", "content": [{"type": "reasoning", "content": "hm"}]}
    ]


def test_a_message_without_parts_has_no_content() -> None:
    assert from_gen_ai([{"role": "user", "parts": []}]) == [{"role": "user", "content": None}]


@given(role=st.sampled_from(["user", "assistant", "system", "tool", ""]), content=st.text())
def test_a_text_is_written_alone_as_it_is_beside_what_is_checked(role: str, content: str) -> None:
    message: dict[str, Json] = {"role": role, "content": content}
    call: dict[str, Json] = {"role": "assistant", "content": None, "tool_calls": [CALL]}

    beside = to_gen_ai([message, call])

    assert to_gen_ai([message]) == (beside and beside[:1])
