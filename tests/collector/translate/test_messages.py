"""Messages of any shape to OpenAI chat messages."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)


def text(content: str) -> dict[str, Json]:
    return {"type": "text", "content": content}


def test_one_text_part_is_the_content() -> None:
    assert chat_messages([{"role": "user", "parts": [text("hi")], "name": None}]) == [
        {"role": "user", "content": "hi"}
    ]


def test_several_parts_are_a_list() -> None:
    image: Json = {"type": "uri", "modality": "image", "uri": "u"}

    assert chat_messages([{"role": "user", "parts": [text("what?"), image]}]) == [
        {
            "role": "user",
            "content": [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": "u"}}],
        }
    ]


def test_calls_of_tools_stand_beside_the_content() -> None:
    call: Json = {"type": "tool_call", "id": "c1", "name": "f", "arguments": {}}

    assert chat_messages(
        [{"role": "assistant", "parts": [text("ok"), call], "finish_reason": "tool_call"}]
    ) == [
        {
            "role": "assistant",
            "content": "ok",
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            "finish_reason": "tool_call",
        }
    ]


def test_calls_of_tools_alone_leave_the_content_null() -> None:
    call: Json = {"type": "tool_call", "id": "c1", "name": "f"}
    function: Json = {"name": "f", "arguments": "{}"}

    assert chat_messages({"role": "assistant", "parts": [call]}) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        }
    ]


def test_reasoning_stands_beside_the_content() -> None:
    thought: Json = {"type": "reasoning", "content": "hm"}

    assert chat_messages([{"role": "assistant", "parts": [thought, text("21")]}]) == [
        {"role": "assistant", "content": "21", "reasoning": [{"content": "hm"}]}
    ]


def test_each_result_of_a_tool_is_a_message_of_its_own_in_order() -> None:
    results: list[Json] = [
        {"type": "tool_call_response", "id": f"c{i}", "response": str(i)} for i in range(2)
    ]

    assert chat_messages([{"role": "user", "parts": [*results, text("and?")]}]) == [
        {"role": "tool", "tool_call_id": "c0", "content": "0"},
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "user", "content": "and?"},
    ]


def test_a_message_without_parts_leaves_no_placeholder() -> None:
    assert chat_messages([{"role": "assistant", "parts": [], "finish_reason": "stop"}]) == []


def test_openai_messages_pass() -> None:
    messages: Json = [
        {"role": "system", "content": "be brief"},
        {"role": "odd", "content": None, "refusal": "no"},
        {"role": "user"},
    ]

    assert chat_messages(messages) == messages


def test_content_that_holds_parts_as_json_text_is_parsed() -> None:
    assert chat_messages(
        [{"role": "user", "content": '[{"type": "text", "text": "a"}, {"type": "image"}]'}]
    ) == [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image"}]}]


def test_one_text_part_in_json_text_is_the_content() -> None:
    assert chat_messages([{"role": "user", "content": '[{"text": "a"}]'}]) == [
        {"role": "user", "content": "a"}
    ]


@pytest.mark.parametrize("content", ["[1, 2]", "[]", "[brackets]", '["a"]'])
def test_a_list_of_other_things_stays_text(content: str) -> None:
    assert chat_messages([{"role": "user", "content": content}]) == [{"role": "user", "content": content}]


def test_the_content_of_a_tool_stays_text() -> None:
    message: Json = {"role": "tool", "tool_call_id": "c", "content": '[{"type": "text", "text": "a"}]'}

    assert chat_messages([message]) == [message]


def test_flat_calls_of_tools_become_functions() -> None:
    flat: Json = {"id": "c1", "name": "f", "arguments": '{"a":1}'}

    assert chat_messages([{"role": "assistant", "tool_calls": [flat, "odd"]}]) == [
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                "odd",
            ],
        }
    ]


def test_items_of_a_response_that_follow_each_other_are_one_message() -> None:
    items: Json = [
        {"role": "user", "content": [{"type": "input_text", "text": "weather?"}]},
        {"type": "reasoning", "id": "rs_1", "summary": []},
        {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "web_search_call", "id": "ws_1"},
        {"type": "function_call_output", "call_id": "c1", "output": "warm"},
    ]

    assert chat_messages(items) == [
        {"role": "user", "content": "weather?"},
        {
            "role": "assistant",
            "content": [{"type": "web_search_call", "id": "ws_1"}],
            "reasoning": [{"content": None, "id": "rs_1"}],
            "tool_calls": [
                {
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "f", "arguments": "{}"},
                    "item_id": "fc_1",
                }
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "warm"},
    ]


@pytest.mark.parametrize("value", ["hi", [], ["hi"], [{"content": "no role"}], {"a": 1}, None, 5])
def test_what_is_no_list_of_messages_passes_unchanged(value: Json) -> None:
    assert chat_messages(value) == value
    assert not is_message_list(value)


def test_instructions_come_first() -> None:
    assert with_instructions([text("be brief")], text_message("user", "hi")) == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hi"},
    ]


def test_instructions_may_be_text_and_the_input_too() -> None:
    assert with_instructions("be brief", "hi") == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hi"},
    ]


def test_instructions_may_be_all() -> None:
    assert with_instructions("be brief", None) == [{"role": "system", "content": "be brief"}]


def test_instructions_that_are_among_the_messages_come_once() -> None:
    messages: Json = [{"role": "developer", "content": "be brief"}, {"role": "user", "content": "hi"}]

    assert with_instructions([text("be brief")], messages) == messages


def test_instructions_do_not_touch_what_is_no_list() -> None:
    assert with_instructions("be brief", {"contents": []}) == {"contents": []}
