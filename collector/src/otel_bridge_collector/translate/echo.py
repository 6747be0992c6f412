"""Leave out the attributes that only repeat, under a standard name, what `braintrust.*` attributes say.

Our app side writes both, so that any reader understands its spans; here the standard names would add keys that nobody set.
An attribute is a repetition only where its value is the same. Source: spec/translation.md section 8.

| attribute | repeats |
| --- | --- |
| `gen_ai.request.*`, `gen_ai.response.model`, `gen_ai.provider.name`, `gen_ai.conversation.id`, `user.id` | `braintrust.metadata` |
| `gen_ai.usage.*`, `gen_ai.response.time_to_first_chunk` | `braintrust.metrics` |
| `gen_ai.tool.call.arguments`, `.result` | `braintrust.input_json`, `.output_json` |
| `gen_ai.tool.name` | the span's name |
| `gen_ai.response.finish_reasons` | the messages of the output |
"""

from collections.abc import Iterator, Mapping
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge.contract.twins import FIELD_TWINS
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text

_TEXT_ECHOES: Final[Mapping[str, str]] = {
    names.GEN_AI_TOOL_CALL_ARGUMENTS: names.INPUT_JSON,
    names.GEN_AI_TOOL_CALL_RESULT: names.OUTPUT_JSON,
}


def without_echoes(span: Span) -> Span:
    """Return `span` without its repetitions; the span itself when it has none."""
    if names.SPAN_ATTRIBUTES not in span.attributes:
        return span
    echoes = set(_echoes(span))
    if not echoes:
        return span
    return span._replace(
        attributes={key: value for key, value in span.attributes.items() if key not in echoes}
    )


def _echoes(span: Span) -> Iterator[str]:
    attributes = span.attributes
    yield from _repeated(attributes, names.METADATA, FIELD_TWINS["metadata"])
    yield from _repeated(attributes, names.METRICS, FIELD_TWINS["metrics"])
    for echo, field in _TEXT_ECHOES.items():
        if echo in attributes and attributes[echo] == attributes.get(field):
            yield echo
    if attributes.get(names.GEN_AI_TOOL_NAME) == span.name:
        yield names.GEN_AI_TOOL_NAME
    reasons = attributes.get(names.GEN_AI_RESPONSE_FINISH_REASONS)
    if reasons and reasons == _finish_reasons(attributes):
        yield names.GEN_AI_RESPONSE_FINISH_REASONS


def _repeated(attributes: Attributes, field: str, key_of: Mapping[str, str]) -> Iterator[str]:
    said = json_text.structure(attributes.get(field))
    if said is None or not isinstance(said.value, dict):
        return
    for attribute, key in key_of.items():
        if attribute in attributes and key in said.value and attributes[attribute] == said.value[key]:
            yield attribute


def _finish_reasons(attributes: Attributes) -> list[Json]:
    text = attributes.get(names.OUTPUT_JSON, attributes.get(names.GEN_AI_OUTPUT_MESSAGES))
    output = json_text.structure(text)
    if output is None or not isinstance(output.value, list):
        return []
    messages = [message for message in output.value if isinstance(message, dict)]
    return [message["finish_reason"] for message in messages if "finish_reason" in message]
