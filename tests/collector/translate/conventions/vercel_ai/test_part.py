"""Parts of the AI SDK's messages."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions.vercel_ai.part import call_of, part_of
from tests.support.otlp import make_span


def input_of(role: str, *parts: Json) -> Json:
    messages: Json = [{"role": role, "content": parts}]
    return translate(make_span({"ai.prompt.messages": json.dumps(messages)})).get("input")


@pytest.mark.parametrize("key", ["input", "args"])
def test_a_call_of_a_tool(key: str) -> None:
    call: Json = {"type": "tool-call", "toolCallId": "c1", "toolName": "weather", key: {"city": "Bern"}}
    function: Json = {"name": "weather", "arguments": '{"city":"Bern"}'}

    assert input_of("assistant", {"type": "text", "text": "Wait."}, call) == [
        {
            "role": "assistant",
            "content": "Wait.",
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        }
    ]


@pytest.mark.parametrize(
    ("result", "content"),
    [
        pytest.param({"output": {"type": "json", "value": {"temp": 21}}}, '{"temp":21}', id="JSON"),
        pytest.param({"output": {"type": "text", "value": "warm"}}, "warm", id="text"),
        pytest.param({"result": {"temp": 21}}, '{"temp":21}', id="version 4"),
        pytest.param({"output": {"type": "odd"}}, '{"type":"odd"}', id="no value"),
    ],
)
def test_a_result_of_a_tool_is_a_message(result: dict[str, Json], content: str) -> None:
    part: Json = {"type": "tool-result", "toolCallId": "c1", "toolName": "weather", **result}

    assert input_of("tool", part) == [
        {"role": "tool", "tool_call_id": "c1", "content": content, "name": "weather"}
    ]


def test_a_result_that_is_an_error_says_so() -> None:
    part: Json = {
        "type": "tool-result",
        "toolCallId": "c1",
        "output": {"type": "error-text", "value": "down"},
    }

    assert part_of(part) == {
        "type": "tool_call_response", "id": "c1", "name": None, "response": "down", "is_error": True,
    }  # fmt: skip


def test_reasoning_stands_beside_the_content() -> None:
    parts: list[Json] = [{"type": "reasoning", "text": "why"}, {"type": "text", "text": "so"}]

    assert input_of("assistant", *parts) == [
        {"role": "assistant", "content": "so", "reasoning": [{"content": "why"}]}
    ]


@pytest.mark.parametrize(
    ("part", "url"),
    [
        pytest.param({"type": "file", "mediaType": "image/png", "data": "aGk="}, "data:image/png;base64,aGk=", id="file"),
        pytest.param({"type": "image", "mimeType": "image/png", "image": "aGk="}, "data:image/png;base64,aGk=", id="image"),
        pytest.param({"type": "image", "image": "https://a/b.png"}, "https://a/b.png", id="address"),
        pytest.param({"type": "image", "image": "data:image/png;base64,aGk="}, "data:image/png;base64,aGk=", id="data address"),
    ],
)  # fmt: skip
def test_an_image_has_an_address(part: Json, url: str) -> None:
    assert input_of("user", part) == [
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}}]}
    ]


def test_an_image_in_numbers_stays_as_it_is() -> None:
    part: Json = {"type": "image", "image": {"type": "Buffer", "data": [137, 80]}}

    assert part_of(part) == part


@pytest.mark.parametrize("value", ["text", 5, None, {"type": "odd"}, {}])
def test_what_is_no_such_part_stays_as_it_is(value: Json) -> None:
    assert part_of(value) == value


def test_what_is_no_call_stays_as_it_is() -> None:
    assert call_of("c1") == "c1"
