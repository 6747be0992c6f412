"""Events that each carry one message."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.message_event import Message, message, sides

ASSISTANT = "gen_ai.assistant.message"
USER = "gen_ai.user.message"


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        pytest.param(
            USER, {"content": "hi"}, Message("input", [{"role": "user", "content": "hi"}]), id="user"
        ),
        pytest.param(
            "gen_ai.tool.message",
            {"id": "c1", "content": "21"},
            Message("input", [{"role": "tool", "tool_call_id": "c1", "content": "21"}]),
            id="tool",
        ),
        pytest.param(
            "gen_ai.choice",
            {"gen_ai.event.content": '{"message": {"content": "ho"}, "finish_reason": "stop"}'},
            Message("output", [{"role": "assistant", "content": "ho", "finish_reason": "stop"}]),
            id="choice of Azure's",
        ),
        pytest.param(
            USER,
            {"gen_ai.event.content": '{"role": "user", "content": {"text": {"value": "hi"}}}'},
            Message("input", [{"role": "user", "content": "hi"}]),
            id="user of an agent of Azure's",
        ),
        pytest.param(
            USER,
            {"content": '{"parts": [{"text": "hi"}], "role": "user"}'},
            Message("input", [{"role": "user", "content": "hi"}]),
            id="user of Google's",
        ),
        pytest.param(
            "gen_ai.choice",
            {
                "content": {"parts": [{"function_call": {"name": "f", "args": {}}}], "role": "model"},
                "index": 0,
            },
            Message(
                "output",
                [
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}],
                    }
                ],
            ),
            id="choice of Google's",
        ),
        pytest.param(
            "gen_ai.tool.message",
            {
                "content": '[{"toolResult": {"toolUseId": "t", "status": "success", "content": [{"text": "42"}]}}]'
            },
            Message("input", [{"role": "tool", "tool_call_id": "t", "content": "42", "status": "success"}]),
            id="tool of Strands",
        ),
        pytest.param(
            "gen_ai.tool.message",
            {"content": '[{"a": 1}]'},
            Message("input", [{"role": "tool", "content": '[{"a": 1}]'}]),
            id="tool that gave a list",
        ),
        pytest.param(
            USER,
            {"content": {"text": {"value": "hi", "annotations": [1]}}},
            Message("input", [{"role": "user", "content": {"text": {"value": "hi", "annotations": [1]}}}]),
            id="text with annotations",
        ),
        pytest.param(
            "gen_ai.choice",
            {"message": {"content": "ho"}, "finish_reason": "stop"},
            Message("output", [{"role": "assistant", "content": "ho", "finish_reason": "stop"}]),
            id="choice",
        ),
    ],
)
def test_an_event_is_a_message(name: str, told: dict[str, Json], expected: Message) -> None:
    assert message(name, told) == expected


@pytest.mark.parametrize("body", ["oops", "[1]", 5, None])
def test_a_body_that_is_no_object_says_nothing(body: Json) -> None:
    assert message(USER, {"gen_ai.event.content": body}) is None


def test_a_tool_may_name_its_call_as_a_chat_message_does() -> None:
    told = message("gen_ai.tool.message", {"role": "tool", "tool_call_id": "c1", "content": "21"})

    assert told == Message("input", [{"role": "tool", "tool_call_id": "c1", "content": "21"}])


def test_bedrock_tells_the_results_of_tools_once() -> None:
    bedrock: dict[str, Json] = {"gen_ai.system": "aws.bedrock"}
    result: Json = {"toolResult": {"toolUseId": "c1", "content": [{"json": {"temp": 21}}]}}

    own = message("gen_ai.tool.message", {**bedrock, "id": "c1", "content": [{"json": {"temp": 21}}]})
    again = message(USER, {**bedrock, "content": [result]})
    beside = message(USER, {**bedrock, "content": [result, {"text": "And?"}]})

    assert own == Message("input", [{"role": "tool", "tool_call_id": "c1", "content": '{"temp":21}'}])
    assert again is None
    assert beside == Message("input", [{"role": "user", "content": "And?"}])


@pytest.mark.parametrize(
    ("name", "told"), [(USER, {}), ("gen_ai.choice", {"index": 0}), ("exception", {"content": "x"})]
)
def test_an_event_without_content_or_of_another_kind_is_none(name: str, told: dict[str, Json]) -> None:
    assert message(name, told) is None


def test_what_the_assistant_says_at_the_end_is_the_answer() -> None:
    said = [(ASSISTANT, "a"), (USER, "b"), (ASSISTANT, "c"), (ASSISTANT, "d")]

    assert sides([(name, Message("input", [text])) for name, text in said]) == {
        "input": ["a", "b"],
        "output": ["c", "d"],
    }


def test_what_the_assistant_says_before_a_choice_is_history() -> None:
    told = [(ASSISTANT, Message("input", ["a"])), ("gen_ai.choice", Message("output", ["b"]))]

    assert sides(told) == {"input": ["a"], "output": ["b"]}
