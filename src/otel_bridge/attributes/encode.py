"""Row fields to OTel attributes, once for each span that is sent, before or after it ends (`processor.writing`); `decode` is the inverse.

It neither validates fields nor knows spans. Values are JSON already (`to_json`).

| field | attribute, always | in addition |
| --- | --- | --- |
| `input`, `output`, `expected`, `error` | `braintrust.*_json` | messages and tool attributes, see `settings.ContentMode` |
| `scores`, `metadata`, `metrics`, `span_attributes` | `braintrust.*`, JSON | the twins of `contract.twins` |
| `context`, `origin`, `classifications`, `facets` | `braintrust.*`, JSON | the twins of `contract.twins` |
| `tags` | `braintrust.tags`, a list of strings | |
| `id` | `braintrust.row_id` | |
| any other field `x` | `braintrust.event.x`, JSON | |

Source: spec/translation.md section 8.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

from otel_bridge.attributes.messages import to_gen_ai
from otel_bridge.attributes.to_json import Written, clean, dump
from otel_bridge.attributes.twins import AttributeValue, read_twins
from otel_bridge.contract import names, twins
from otel_bridge.contract.kinds import MAPPINGS
from otel_bridge.contract.row import Json
from otel_bridge.settings import ContentMode

MAX_TOOL_CHARACTERS: Final = 16 * 1024
"""A tool's input or output above this is not written a second time as `gen_ai.tool.call.*`."""

JSON_FIELDS: Final[Mapping[str, str]] = {
    "input": names.INPUT_JSON,
    "output": names.OUTPUT_JSON,
    "expected": names.EXPECTED_JSON,
    "error": names.ERROR_JSON,
    "scores": names.SCORES,
    "metadata": names.METADATA,
    "metrics": names.METRICS,
    "span_attributes": names.SPAN_ATTRIBUTES,
    "context": names.CONTEXT_JSON,
    "origin": names.ORIGIN,
    "classifications": names.CLASSIFICATIONS,
    "facets": names.FACETS,
}
"""Field to the attribute that holds it as JSON text."""

MESSAGE_FIELDS: Final[Mapping[str, str]] = {
    "input": names.GEN_AI_INPUT_MESSAGES,
    "output": names.GEN_AI_OUTPUT_MESSAGES,
}
TOOL_FIELDS: Final[Mapping[str, str]] = {
    "input": names.GEN_AI_TOOL_CALL_ARGUMENTS,
    "output": names.GEN_AI_TOOL_CALL_RESULT,
}

Attributes: TypeAlias = dict[str, AttributeValue]


def encode(row: Mapping[str, Json], *, content: ContentMode = "auto", name: str = "") -> Attributes:
    """Return the attributes that say what `row` says.

    Args:
        row: fields of a row; a field that is absent says nothing.
        content: where chat messages go.
        name: name of the span, for the attributes that repeat it.
    """
    kind = _type(row)
    attributes: Attributes = {}
    for field, value in row.items():
        if field in MESSAGE_FIELDS:
            attributes |= _content(field, value, kind=kind, mode=content)
        else:
            attributes[_attribute(field)] = _value(field, value)
    return attributes | _context_twins(row) | _type_twins(row, kind, name)


def _type(row: Mapping[str, Json]) -> Json:
    span_attributes = row.get("span_attributes")
    return span_attributes.get("type") if isinstance(span_attributes, MAPPINGS) else None


def _attribute(field: str) -> str:
    if field == "tags":
        return names.TAGS
    return names.ROW_ID if field == "id" else JSON_FIELDS.get(field, names.EVENT_PREFIX + field)


def _value(field: str, value: Json) -> AttributeValue:
    if field == "tags" and isinstance(value, list):
        return [clean(str(tag)) for tag in value]
    return clean(value) if field == "id" and isinstance(value, str) else dump(value)


def _content(field: str, value: Json, *, kind: Json, mode: ContentMode) -> Attributes:
    attributes: Attributes = {}
    if mode == "genai" or (mode != "braintrust" and kind == "llm"):
        messages = to_gen_ai(value)
        if messages is not None:
            attributes[MESSAGE_FIELDS[field]] = dump(messages)
    if mode == "both" or not attributes:
        attributes[JSON_FIELDS[field]] = dump(value)
    return attributes


def _context_twins(row: Mapping[str, Json]) -> Attributes:
    identity = read_twins(twins.IDENTITY_TWINS, row.get("metadata"))
    return identity | _code_twins(row.get("context"))


def _code_twins(context: Json) -> Attributes:
    if not isinstance(context, Written):
        return read_twins(twins.CODE_TWINS, context)
    if context.twins is None:
        context.twins = read_twins(twins.CODE_TWINS, context)
    return context.twins


def _type_twins(row: Mapping[str, Json], kind: Json, name: str) -> Attributes:
    if kind == "llm":
        request = read_twins(twins.REQUEST_TWINS, row.get("metadata"))
        usage = read_twins(twins.USAGE_TWINS, row.get("metrics"))
        return {names.GEN_AI_OPERATION_NAME: "chat"} | request | usage | _finish_reasons(row.get("output"))
    if kind == "tool":
        named: Attributes = {names.GEN_AI_TOOL_NAME: clean(name)} if name else {}
        return {names.GEN_AI_OPERATION_NAME: "execute_tool"} | named | _tool_content(row)
    return {}


def _finish_reasons(output: Json) -> Attributes:
    """Those of the choices, or of the messages, of an answer."""
    if not isinstance(output, list):
        return {}
    choices = [choice for choice in output if isinstance(choice, MAPPINGS)]
    reasons = [reason for choice in choices if isinstance(reason := choice.get("finish_reason"), str)]
    return {names.GEN_AI_RESPONSE_FINISH_REASONS: reasons} if reasons else {}


def _tool_content(row: Mapping[str, Json]) -> Attributes:
    texts = {attribute: dump(row[field]) for field, attribute in TOOL_FIELDS.items() if field in row}
    return {attribute: text for attribute, text in texts.items() if len(text) <= MAX_TOOL_CHARACTERS}
