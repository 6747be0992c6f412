"""Haystack's own spans."""

import json
from typing import Any

from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span


def row(kind: str, given: Any, replied: Any) -> dict[str, Any]:
    attributes = {
        "haystack.component.type": kind,
        "haystack.component.input": json.dumps(given),
        "haystack.component.output": json.dumps(replied),
    }
    return dict(translate(make_span(attributes)))


CALL = {"tool_call": {"tool_name": "weather", "arguments": {"city": "Bern"}, "id": "c1", "extra": None}}
RESULT = {"tool_call_result": {"result": "sunny", "origin": CALL["tool_call"], "error": False}}


def test_a_conversation_with_a_tool_becomes_chat_messages() -> None:
    messages = [
        {"role": "user", "meta": {}, "name": None, "content": [{"text": "And in Bern?"}]},
        {"role": "assistant", "meta": {}, "name": None, "content": [CALL]},
        {"role": "tool", "meta": {}, "name": None, "content": [RESULT]},
    ]
    reply = {"role": "assistant", "meta": {"model": "m"}, "name": None, "content": [{"text": "Sunny."}]}

    told = row("OpenAIChatGenerator", {"messages": messages}, {"replies": [reply]})

    function = {"name": "weather", "arguments": '{"city":"Bern"}'}
    asked = told["input"]
    assert asked[0] == {"role": "user", "content": "And in Bern?"}
    assert json.loads(asked[1]["tool_calls"][0]["function"]["arguments"]) == json.loads(function["arguments"])
    assert asked[1]["tool_calls"][0]["id"] == asked[2]["tool_call_id"] == "c1"
    assert asked[2]["content"] == "sunny"
    assert told["output"] == [{"role": "assistant", "content": "Sunny."}]
    assert told["metadata"]["model"] == "m"


def test_an_older_generator_replies_with_texts() -> None:
    meta = {"model": "m", "finish_reason": "stop", "usage": {"prompt_tokens": 3, "completion_tokens": 1}}

    told = row("OpenAIGenerator", {"prompt": "why?"}, {"replies": ["because"], "meta": [meta]})

    assert told["input"] == [{"role": "user", "content": "why?"}]
    assert told["output"] == [{"role": "assistant", "content": "because"}]
    assert (told["metrics"]["prompt_tokens"], told["metrics"]["tokens"]) == (3, 4)
    assert told["metadata"]["finish_reason"] == "stop"


def test_what_is_asked_beside_the_messages_is_kept() -> None:
    given: dict[str, Any] = {
        "messages": [],
        "generation_kwargs": {"temperature": 0.5},
        "streaming_callback": None,
    }

    told = row("OpenAIChatGenerator", given, {"replies": ["x"], "seed": 7})

    assert told["metadata"]["haystack.component.input.generation_kwargs"] == {"temperature": 0.5}
    assert told["metadata"]["haystack.component.output.seed"] == 7
    assert "haystack.component.input.streaming_callback" not in told["metadata"]


def test_another_component_has_its_values_as_they_are() -> None:
    told = row("PromptBuilder", {"q": "x"}, {"prompt": "y"})

    assert (told["input"], told["output"]) == ({"q": "x"}, {"prompt": "y"})


def test_what_is_no_conversation_does_not_raise() -> None:
    told = row("OpenAIChatGenerator", {"messages": [5, None]}, {"replies": [None, {"meta": 5}]})

    assert told["input"] == [5, None]
