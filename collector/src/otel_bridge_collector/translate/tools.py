"""Tool definitions of any shape to OpenAI's: `{"type": "function", "function": {"name", ...}}`.

| shape | recognised by |
| --- | --- |
| OpenAI chat | `function` |
| GenAI conventions, OpenAI responses | `name` and `parameters` |
| Anthropic | `name` and `input_schema` |
| Bedrock | `toolSpec` |
| Google | `functionDeclarations` |
| a bare name | text |

A definition of none of these, such as a tool that the provider runs itself, stays as it is. Source: the providers' API
references, read 2026-11-22; spec/translation.md sections 4.2 and 14 (11).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import json_text

Object = Mapping[str, Json]

_SCHEMA_KEYS: Final = (
    "parameters",
    "input_schema",
    "inputSchema",
    "parametersJsonSchema",
    "parameters_json_schema",
)
_MAX_REMEMBERED: Final = 64
_MAX_REMEMBERED_CHARS: Final = 1 << 15
_DECLARATION_KEYS: Final = ("functionDeclarations", "function_declarations")


def tool_definitions(value: Json) -> list[Json] | None:
    """Return the definitions in a list, each possibly as JSON text; None when `value` is no such list."""
    if isinstance(value, str) and len(value) <= _MAX_REMEMBERED_CHARS:
        return _remembered(value)
    return _tool_definitions(value)


def _tool_definitions(value: Json) -> list[Json] | None:
    parsed = json_text.structure(value)
    if parsed is None or not isinstance(parsed.value, list) or not parsed.value:
        return None
    return [tool for item in parsed.value for tool in _definitions(json_text.decoded(item))]


_remembered = lru_cache(maxsize=_MAX_REMEMBERED)(_tool_definitions)
"""A program offers the same tools with each call; nobody changes what they share."""


def named_tool(name: str) -> Json:
    """Return the definition of a tool of which only the name is known."""
    return _function({"name": name})


def _definitions(item: Json) -> Iterable[Json]:
    if isinstance(item, str):
        return [named_tool(item)]
    if not isinstance(item, dict):
        return [item]
    for key in _DECLARATION_KEYS:
        if isinstance(declared := item.get(key), list):
            return [tool for declaration in declared for tool in _definitions(declaration)]
    return [_definition(item)]


def _definition(tool: Object) -> Json:
    if isinstance(tool.get("function"), dict):
        return tool
    if isinstance(spec := tool.get("toolSpec"), dict):
        return _function(spec)
    if tool.get("type", "function") not in ("function", "custom") or not isinstance(tool.get("name"), str):
        return tool
    return _function(tool)


def _function(tool: Object) -> Json:
    function: dict[str, Json] = {}
    for key, value in tool.items():
        if key == "type" or value is None:
            continue
        if key in _SCHEMA_KEYS:
            function["parameters"] = _schema(value)
        else:
            function[key] = value
    return {"type": "function", "function": function}


def _schema(schema: Json) -> Json:
    """Bedrock wraps the schema in an object of its own."""
    decoded = json_text.decoded(schema)
    return decoded["json"] if isinstance(decoded, dict) and set(decoded) == {"json"} else decoded
