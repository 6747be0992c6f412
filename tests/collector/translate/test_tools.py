"""Tool definitions."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.tools import named_tool, tool_definitions

SCHEMA: dict[str, Json] = {"type": "object", "properties": {"city": {"type": "string"}}}
EXPECTED: Json = [
    {"type": "function", "function": {"name": "weather", "description": "Now", "parameters": SCHEMA}}
]


@pytest.mark.parametrize(
    "tool",
    [
        pytest.param(
            {"type": "function", "function": {"name": "weather", "description": "Now", "parameters": SCHEMA}},
            id="OpenAI chat",
        ),
        pytest.param(
            {"type": "function", "name": "weather", "description": "Now", "parameters": SCHEMA},
            id="GenAI conventions",
        ),
        pytest.param({"name": "weather", "description": "Now", "input_schema": SCHEMA}, id="Anthropic"),
        pytest.param(
            {"toolSpec": {"name": "weather", "description": "Now", "inputSchema": {"json": SCHEMA}}},
            id="Bedrock",
        ),
        pytest.param(
            {"functionDeclarations": [{"name": "weather", "description": "Now", "parameters": SCHEMA}]},
            id="Google",
        ),
        pytest.param(
            json.dumps({"name": "weather", "description": "Now", "parameters": SCHEMA}), id="JSON text"
        ),
    ],
)
def test_every_shape_becomes_openai_s(tool: Json) -> None:
    assert tool_definitions([tool]) == EXPECTED


def test_the_list_may_be_json_text() -> None:
    assert tool_definitions('["a", "b"]') == [named_tool("a"), named_tool("b")]


def test_a_key_without_a_value_is_left_out() -> None:
    assert tool_definitions([{"name": "now", "parameters": None}]) == [named_tool("now")]


@pytest.mark.parametrize(
    "tool",
    [pytest.param({"type": "web_search"}, id="run by the provider"), pytest.param(5, id="no definition")],
)
def test_what_is_no_function_stays_as_it_is(tool: Json) -> None:
    assert tool_definitions([tool]) == [tool]


@pytest.mark.parametrize("value", [None, "weather", "{}", [], 5])
def test_what_is_no_list_gives_nothing(value: Json) -> None:
    assert tool_definitions(value) is None
