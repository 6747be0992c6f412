"""Messages that were flattened to indexed keys."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.conventions.gen_ai.indexed_message import bare_reason, indexed_messages


def test_messages_of_a_chat_pass() -> None:
    messages: Json = [{"role": "user", "content": "hi"}, {"role": "assistant", "tool_calls": []}]

    assert indexed_messages("user", messages) == messages


def test_the_prompt_of_a_text_completion_is_the_users() -> None:
    assert indexed_messages("user", [{"user": "Once upon"}]) == [{"role": "user", "content": "Once upon"}]


def test_content_without_a_role_is_of_the_side_that_it_stands_on() -> None:
    assert indexed_messages("assistant", [{"content": "a time", "finish_reason": "stop"}]) == [
        {"role": "assistant", "content": "a time", "finish_reason": "stop"}
    ]


def test_a_thought_belongs_to_the_message_behind_it() -> None:
    messages: Json = [
        {"role": "thinking", "content": "hm", "finish_reason": "end_turn"},
        {"role": "assistant", "content": "21"},
        {"role": "assistant", "content": "22"},
    ]

    assert indexed_messages("assistant", messages) == [
        {"role": "assistant", "content": "21", "reasoning": [{"content": "hm"}]},
        {"role": "assistant", "content": "22"},
    ]


def test_a_thought_may_be_all() -> None:
    assert indexed_messages("assistant", [{"role": "thinking", "content": "hm"}]) == [
        {"role": "assistant", "content": None, "reasoning": [{"content": "hm"}]}
    ]


def test_a_message_without_content_leaves_no_placeholder() -> None:
    blocks: Json = [
        {"role": "assistant", "content": "ok", "finish_reason": "tool_use"},
        {"role": "assistant", "finish_reason": "tool_use"},
    ]

    assert indexed_messages("assistant", blocks) == [
        {"role": "assistant", "content": "ok", "finish_reason": "tool_use"}
    ]
    assert indexed_messages("user", [{"role": "user"}]) == []


def test_a_finish_reason_without_content_is_no_message() -> None:
    message: Json = {"role": "assistant", "finish_reason": "stop"}

    assert indexed_messages("assistant", [message]) == []
    assert bare_reason([message]) == "stop"


def test_a_finish_reason_beside_content_belongs_to_the_message() -> None:
    assert bare_reason([{"role": "assistant", "content": "Hi", "finish_reason": "stop"}]) is None


def test_an_empty_role_is_that_of_the_side() -> None:
    assert indexed_messages("assistant", [{"role": "", "content": "Hi"}]) == [
        {"role": "assistant", "content": "Hi"}
    ]


def test_what_is_no_message_passes() -> None:
    assert indexed_messages("user", {"a": 1}) == {"a": 1}
    assert indexed_messages("user", ["hi", {"function_call": {"name": "f"}}]) == [
        "hi",
        {"function_call": {"name": "f"}},
    ]
