"""Read the `gen_ai.*` attributes and events of a span: which type it has, and what its parts say.

The parts stand in `content` (messages), `event` (messages in events) and `call` (model, parameters, tools, usage).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.gen_ai import call, content, event, tool_run
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Reading

NAME: Final = "gen_ai"

_PREFIX: Final = "gen_ai."

_COUNTING_CACHE_APART: Final = frozenset({"opentelemetry.instrumentation.bedrock"})
"""Instrumentations that pass Bedrock's own counts on."""

_CALL_ID: Final = "gen_ai.tool.call.id"
_MESSAGES: Final = (names.GEN_AI_INPUT_MESSAGES, names.GEN_AI_OUTPUT_MESSAGES)

_TYPE_OF: Final[Mapping[str, SpanType]] = {
    "chat": "llm",
    "generate_content": "llm",
    "text_completion": "llm",
    "embeddings": "llm",
    "fetch_response": "llm",
    "execute_tool": "tool",
    "retrieval": "tool",
    "invoke_agent": "task",
    "create_agent": "task",
    "invoke_workflow": "task",
    "plan": "task",
    "handle_conversation_turn": "task",
}


def claims(span: Span) -> bool:
    """Tell whether the span has any `gen_ai.*` attribute or event."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes) or any(
        each.name.startswith(_PREFIX) for each in span.events
    )


def translate(span: Span) -> Partial:
    """Read the `gen_ai.*` attributes and events of `span`."""
    attributes = {**_details(span), **span.attributes} if span.events else span.attributes
    readings = _readings(attributes, counts_cache_apart=span.scope.name in _COUNTING_CACHE_APART)
    if span.events:
        readings = [*event.readings(span.events), *readings]
        if _named_type(attributes) == "tool":
            readings = [tool_run.plain(reading) for reading in readings]
    return Partial(tuple(readings), (), _fallback_type(span.attributes, readings))


def read(attributes: Attributes, *, counts_cache_apart: bool = False) -> Partial:
    """Read the `gen_ai.*` attributes of a span, or of an event that carries a span's attributes.

    Args:
        attributes: those of the span or event.
        counts_cache_apart: whether `input_tokens` leaves out what came from the cache or went there.
    """
    return Partial(tuple(_readings(attributes, counts_cache_apart=counts_cache_apart)))


def _readings(attributes: Attributes, *, counts_cache_apart: bool) -> list[Reading]:
    operation = _type_of_operation(attributes)
    named = operation or _type_of_tool(attributes)
    entries = call.readings(attributes, counts_cache_apart=counts_cache_apart)
    if named == "llm" and _CALL_ID in attributes:
        # It is of a call that the model made, not one that it is.
        entries = [entry for entry in entries if _CALL_ID not in entry.attributes]
    readings: list[Reading] = [*content.readings(attributes, named=named), *entries]
    if named:
        spent = (names.GEN_AI_OPERATION_NAME,) if operation else ()
        readings.append(Entry("span_attributes", "type", named, spent))
    return readings


def _details(span: Span) -> dict[str, Json]:
    """Return what the details events say: attributes of the span that it may not have itself."""
    told: dict[str, Json] = {}
    for each in span.events:
        if each.name == event.DETAILS:
            told |= {
                name: _continued(told[name], value) if name in told and name in _MESSAGES else value
                for name, value in each.attributes.items()
            }
    return told


def _continued(earlier: Json, later: Json) -> Json:
    """Return the messages of two events: Strands tells those that come later alone, others all of them again."""
    before, after = json_text.decoded(earlier), json_text.decoded(later)
    if not isinstance(before, list) or not isinstance(after, list) or after[: len(before)] == before:
        return later
    return [*before, *after]


def _named_type(attributes: Attributes) -> SpanType | None:
    return _type_of_operation(attributes) or _type_of_tool(attributes)


def _type_of_tool(attributes: Attributes) -> SpanType | None:
    return "tool" if names.GEN_AI_TOOL_NAME in attributes else None


def _type_of_operation(attributes: Attributes) -> SpanType | None:
    operation = attributes.get(names.GEN_AI_OPERATION_NAME)
    if not isinstance(operation, str):
        return None
    folded = operation.lower()
    return _TYPE_OF.get(folded) or ("tool" if "memory" in folded else None)


def _fallback_type(attributes: Attributes, readings: Sequence[Reading]) -> SpanType | None:
    """A request for a model, or content with a model or usage, is a call; content alone may be a framework's loop."""
    if names.GEN_AI_OPERATION_NAME in attributes:
        return None
    has_content = any(isinstance(reading, Content) for reading in readings)
    is_measured = any(isinstance(reading, Entry) and reading.key == "prompt_tokens" for reading in readings)
    is_call = has_content and (names.GEN_AI_RESPONSE_MODEL in attributes or is_measured)
    return "llm" if is_call or names.GEN_AI_REQUEST_MODEL in attributes else None
