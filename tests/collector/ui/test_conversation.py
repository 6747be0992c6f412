"""Values of rows as turns of a conversation."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.conversation import (
    MAX_CHARACTERS,
    MAX_TURNS,
    Part,
    attachments_in,
    conversation,
    thread_of,
)

REFERENCE: Json = {
    "type": "braintrust_attachment",
    "key": "a key",
    "filename": "a.png",
    "content_type": "image/png",
}
SOURCE = "/ui/attachment?key=a+key&filename=a.png"
INSIDE = "data:image/png;base64,iVBORw0KGgo="


def parts_of(message: Json) -> tuple[Part, ...]:
    found = conversation(message)
    assert found is not None
    return tuple(part for turn in found.turns for part in turn.parts)


def test_a_message_has_its_thought_its_text_and_its_calls_in_this_order() -> None:
    message: Json = {
        "role": "assistant",
        "content": "I look.",
        "reasoning": [{"content": "hm"}],
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "find", "arguments": '{"a": 1}'}}
        ],
    }

    assert parts_of(message) == (
        Part(kind="reasoning", text="hm"),
        Part(kind="text", text="I look."),
        Part(kind="call", name="find", text='{\n  "a": 1\n}'),
    )


def test_a_tool_message_is_the_result_of_its_call() -> None:
    assert parts_of({"role": "tool", "tool_call_id": "call_1", "content": "done"}) == (
        Part(kind="result", name="call_1", text="done"),
    )


@pytest.mark.parametrize(
    "part",
    [
        pytest.param({"type": "image_url", "image_url": {"url": REFERENCE}}, id="chat completions"),
        pytest.param({"type": "input_image", "image_url": REFERENCE}, id="responses"),
        pytest.param({"type": "image", "source": REFERENCE}, id="Anthropic"),
        pytest.param(REFERENCE, id="the reference alone"),
    ],
)
def test_a_picture_that_was_taken_out_of_its_message_is_on_this_server(part: Json) -> None:
    assert parts_of({"role": "user", "content": [part]}) == (
        Part(kind="picture", name="a.png", source=SOURCE),
    )


def test_a_picture_within_its_message_is_shown_from_there() -> None:
    (part,) = parts_of({"role": "user", "content": [{"type": "image_url", "image_url": {"url": INSIDE}}]})

    assert (part.kind, part.source) == ("picture", INSIDE)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/spy.png",
        "javascript:alert(1)",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PHNjcmlwdD4=",
        'data:image/png;base64,"onerror="x',
    ],
)
def test_a_picture_that_lies_elsewhere_or_is_a_document_is_not_loaded(url: str) -> None:
    (part,) = parts_of({"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]})

    assert (part.kind, part.source, part.text) == ("file", "", url)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([{"index": 0, "message": {"role": "assistant", "content": "hi"}}], id="choices"),
        pytest.param([{"role": "assistant", "content": [{"type": "text", "text": "hi"}]}], id="blocks"),
        pytest.param([{"type": "message", "role": "assistant", "content": "hi"}], id="responses"),
    ],
)
def test_messages_of_providers_are_conversations(value: Json) -> None:
    assert parts_of(value) == (Part(kind="text", text="hi"),)


@pytest.mark.parametrize("value", [None, 1, "text", [], {}, ["a"], [{"a": 1}], {"role": 1}, [{"message": 1}]])
def test_anything_else_is_no_conversation(value: Json) -> None:
    assert conversation(value) is None


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": {"a": 1}},
        {"role": "user", "content": [None, 1, [], {"type": 1}]},
        {"role": "assistant", "tool_calls": "x", "reasoning": 7},
        {"role": "assistant", "tool_calls": [{"function": {"name": 1, "arguments": "{"}}]},
        {"role": "user", "content": [{"type": "file", "file": None}, {"type": "image", "image_url": 1}]},
    ],
)
def test_a_message_of_a_shape_that_nobody_knows_is_shown_all_the_same(message: Json) -> None:
    assert conversation(message) is not None


def test_a_long_conversation_says_how_many_messages_are_left_out() -> None:
    found = conversation([{"role": "user", "content": "a"}] * (MAX_TURNS + 5))

    assert found is not None
    assert (len(found.turns), found.left_out) == (MAX_TURNS, 5)


def test_the_text_of_a_conversation_is_bounded() -> None:
    found = conversation([{"role": "user", "content": "a" * 90_000}] * 10)

    assert found is not None
    texts = [part.text for turn in found.turns for part in turn.parts]
    assert sum(map(len, texts)) == MAX_CHARACTERS
    assert found.left_out == 5


def test_a_thread_says_each_message_once() -> None:
    question: Json = {"role": "user", "content": "one?"}
    answer: Json = {"role": "assistant", "content": "two"}
    more: Json = {"role": "user", "content": "three?"}
    rows = [
        {"id": "a", "input": [question], "output": [answer]},
        {"id": "b", "input": [question, answer, more], "output": [{"role": "assistant", "content": "four"}]},
    ]

    said = [[part.text for turn in found.turns for part in turn.parts] for _, found in thread_of(rows)]

    assert said == [["one?", "two"], ["three?", "four"]]


def test_attachments_are_found_anywhere_in_a_value() -> None:
    value: Json = {"a": [{"b": REFERENCE}, {"type": "braintrust_attachment"}], "c": "text"}

    assert [part.source for part in attachments_in(value)] == [SOURCE]


def test_a_value_that_is_nested_deeply_is_read() -> None:
    value: Json = "end"
    for _ in range(200):
        value = {"role": "user", "content": [value]}

    assert conversation(value) is not None
