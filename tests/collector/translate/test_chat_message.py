"""One message of a provider to OpenAI chat messages."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.chat_message import chat_message

CALL: Json = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def test_calls_among_the_content_stand_beside_it() -> None:
    content: Json = [
        {"type": "text", "text": "ok"},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
    ]

    assert chat_message({"role": "assistant", "content": content}) == [
        {"role": "assistant", "content": "ok", "tool_calls": [CALL]}
    ]


def test_arguments_that_are_no_text_are_written_as_json() -> None:
    call: Json = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": {"a": 1}}}

    (message,) = chat_message({"role": "assistant", "content": None, "tool_calls": [call]})

    assert message["tool_calls"] == [CALL]


def test_results_among_the_content_are_messages_of_their_own() -> None:
    content = (
        '[{"type": "tool_result", "tool_use_id": "c1", "content": "warm"}, {"type": "text", "text": "and?"}]'
    )

    assert chat_message({"role": "user", "content": content}) == [
        {"role": "tool", "tool_call_id": "c1", "content": "warm"},
        {"role": "user", "content": "and?"},
    ]


def test_a_call_that_is_listed_twice_comes_once() -> None:
    use: Json = {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}
    other: Json = {"id": "c2", "name": "g", "args": {}, "type": "tool_call"}
    same: Json = {"id": "c1", "name": "f", "args": {"a": 1}, "type": "tool_call"}

    (message,) = chat_message({"role": "assistant", "content": [use], "tool_calls": [same, other]})

    assert message["tool_calls"] == [
        CALL,
        {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_the_text_of_a_tool_is_not_parsed() -> None:
    text = '[{"type": "text", "text": "warm"}]'

    for listed in ("parts", "content"):
        assert chat_message(
            {"role": "tool", listed: [{"type": "text", "text": text}], "tool_call_id": "c1"}
        ) == [{"role": "tool", "content": text, "tool_call_id": "c1"}]


def test_calls_beside_an_empty_list_of_parts_stay() -> None:
    assert chat_message({"role": "assistant", "parts": [], "tool_calls": [CALL]}) == [
        {"role": "assistant", "content": None, "tool_calls": [CALL]}
    ]


@pytest.mark.parametrize(
    ("role", "told"), [("model", "assistant"), ("ai", "assistant"), ("human", "user"), ("odd", "odd")]
)
def test_roles_have_one_name(role: str, told: str) -> None:
    assert chat_message({"role": role, "parts": [{"text": "hi"}]}) == [{"role": told, "content": "hi"}]
    assert chat_message({"role": role, "content": "hi"}) == [{"role": told, "content": "hi"}]


def test_one_part_of_another_kind_stays_a_part() -> None:
    part: Json = {"type": "fallback", "text": "a -> b"}

    assert chat_message({"role": "user", "content": [part]}) == [{"role": "user", "content": [part]}]


@pytest.mark.parametrize("role", ["user", "tool", "model"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("hi", id="text"),
        pytest.param('[{"type": "text", "text": "hi"}]', id="parts"),
        pytest.param("", id="empty"),
    ],
)
def test_one_text_is_read_as_one_among_several_would_be(role: str, text: str) -> None:
    part: Json = {"type": "text", "content": text}
    beside = {"finish_reason": "stop", "name": "", "n": None}

    plain = chat_message({"role": role, "parts": [part, {"type": "reasoning", "content": "hm"}], **beside})
    alone = chat_message({"role": role, "parts": [part], **beside})

    assert alone == [
        {key: value for key, value in message.items() if key != "reasoning"} for message in plain
    ]


@pytest.mark.parametrize("identity", [1, None, ["a"], {"a": 1}, ""])
def test_a_call_is_known_by_whatever_its_id_is(identity: Json) -> None:
    use: Json = {"type": "tool_use", "id": identity, "name": "f", "input": {}}
    same, other = ({"id": each, "type": "function", "function": {"name": "g"}} for each in (identity, "c2"))

    (message,) = chat_message({"role": "assistant", "content": [use], "tool_calls": [same, other]})

    calls = message["tool_calls"]
    assert isinstance(calls, list)
    assert len(calls) == (3 if identity == "" else 2)  # An empty id is none: `parts` leaves it out.
    assert calls[-1] == other
