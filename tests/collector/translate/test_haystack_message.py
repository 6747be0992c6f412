"""Haystack's messages, serialized and printed."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.haystack_message import (
    in_parts,
    is_serialized,
    may_be_printed,
    unprinted,
)

_CALL = "ToolCall(tool_name='look', arguments={'city': 'Zürich'}, id='c1', extra=None)"
_CALL_FIELDS: Json = {"tool_name": "look", "arguments": {"city": "Zürich"}, "id": "c1", "extra": None}


def _printed(role: str, part: str) -> str:
    member = f"<ChatRole.{role.upper()}: '{role}'>"
    return f"ChatMessage(_role={member}, _content=[{part}], _name=None, _meta={{}})"


@pytest.mark.parametrize(
    ("role", "printed", "part", "converted"),
    [
        pytest.param(
            "user",
            "TextContent(text=\"what's <Role.A: 'a'>?\")",
            {"text": "what's <Role.A: 'a'>?"},
            {"type": "text", "content": "what's <Role.A: 'a'>?"},
            id="text that looks like a member",
        ),
        pytest.param(
            "assistant",
            _CALL,
            {"tool_call": _CALL_FIELDS},
            {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"city": "Zürich"}},
            id="call",
        ),
        pytest.param(
            "tool",
            f"ToolCallResult(result='21', origin={_CALL}, error=False)",
            {"tool_call_result": {"result": "21", "origin": _CALL_FIELDS, "error": False}},
            {"type": "tool_call_response", "id": "c1", "response": "21"},
            id="result",
        ),
        pytest.param(
            "assistant",
            "ReasoningContent(reasoning_text='hm', extra={})",
            {"reasoning": {"reasoning_text": "hm", "extra": {}}},
            {"type": "reasoning", "content": "hm"},
            id="reasoning",
        ),
        pytest.param(
            "user",
            "ImageContent(base64_image='QUJD', mime_type='image/png')",
            {"image": {"base64_image": "QUJD", "mime_type": "image/png"}},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "QUJD"},
            id="image",
        ),
    ],
)
def test_a_printed_part_becomes_a_part(role: str, printed: str, part: Json, converted: Json) -> None:
    message = unprinted(_printed(role, printed))

    assert message == {"role": role, "content": [part], "name": None, "meta": {}}
    assert is_serialized(message)
    assert in_parts(message) == {"role": role, "parts": [converted]}


def test_a_printed_tool_keeps_what_the_model_is_told() -> None:
    printed = "Tool(name='look', description='d', parameters={'type': 'object'}, function=<function f.<locals>.<lambda> at 0x7f1>)"

    assert unprinted({"tools": [printed]}) == {
        "tools": [{"name": "look", "description": "d", "parameters": {"type": "object"}}]
    }


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("ChatMessage(_role='user')", id="no content"),
        pytest.param("ChatMessage(_role=1, _content=[])", id="no role"),
        pytest.param("ChatMessage(_role='user', _content=[TextContent(text='cu", id="cut"),
        pytest.param("Tool()", id="no fields"),
        pytest.param("hello", id="text"),
        pytest.param(3, id="number"),
    ],
)
def test_anything_else_stays(value: Json) -> None:
    assert unprinted(value) == value
    assert in_parts(value) == value
    assert not is_serialized(value)


def test_a_part_of_no_known_kind_stays() -> None:
    parts: Json = [{"sound": {"seconds": 2}}, "text"]

    assert in_parts({"role": "user", "content": parts}) == {"role": "user", "parts": parts}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param('{"messages": ["ChatMessage(_role=1)"]}', True, id="in JSON text"),
        pytest.param('["\\u0043hatMessage(_role=1)"]', True, id="with a letter as an escape"),
        pytest.param(["x"], True, id="no text"),
        pytest.param('{"messages": ["Z\\u00fcrich"]}', True, id="an escape of another letter"),
        pytest.param('{"messages": ["chat"]}', False, id="nothing printed"),
    ],
)
def test_text_that_holds_nothing_printed_is_told_apart(value: Json, *, expected: bool) -> None:
    assert may_be_printed(value) is expected
