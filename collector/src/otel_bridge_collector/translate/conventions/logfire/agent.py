"""Runs of agents and tools, and what else Pydantic AI writes beside `gen_ai.*`."""

from collections.abc import Iterator
from itertools import chain, takewhile
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.logfire.event_list import messages_in
from otel_bridge_collector.translate.messages import chat_messages, is_message_list, with_instructions
from otel_bridge_collector.translate.model_name import model_name
from otel_bridge_collector.translate.partial import Content, Entry, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import METRIC_OF, Count, measure, token_metrics

_AGENT: Final = "agent_name"
_MODEL: Final = "model_name"
_MESSAGES: Final = "pydantic_ai.all_messages"
_EVENTS: Final = "all_messages_events"
_INSTRUCTIONS: Final = "gen_ai.system_instructions"
_RESULT: Final = "final_result"
_PARAMETERS: Final = "model_request_parameters"
_INSTRUCTION_PARTS: Final = "instruction_parts"
_TOOLS: Final = ("function_tools", "output_tools")
_COST: Final = "operation.cost"
_USAGE_PREFIXES: Final = ("gen_ai.aggregated_usage.details.", "gen_ai.aggregated_usage.")
_TOOL_VALUES: Final = (("input", "tool_arguments"), ("output", "tool_response"))


def readings(attributes: Attributes) -> Iterator[Reading]:
    """Yield what Pydantic AI says of a run, a request or a tool."""
    return chain(
        _run(attributes),
        _tool(attributes),
        _model(attributes),
        _request(attributes),
        token_metrics(_counts(attributes)),
        _cost(attributes),
    )


def _run(attributes: Attributes) -> Iterator[Reading]:
    if _AGENT in attributes:
        yield Entry("span_attributes", "type", "task", ())
    for attribute in (_MESSAGES, _EVENTS):
        if messages := _conversation(attribute, attributes.get(attribute)):
            yield from _asked_and_answered(messages, attribute, attributes)
            return
    if _RESULT in attributes:
        yield Content("output", json_text.decoded(attributes[_RESULT]), Rank.VALUE, (_RESULT,))


def _conversation(attribute: str, value: Json) -> list[Json]:
    if attribute == _EVENTS:
        told = messages_in(value)
        return [*told.get("input", []), *told.get("output", [])]
    parsed = json_text.structure(value)
    messages = chat_messages(parsed.value) if parsed else None
    return list(messages) if is_message_list(messages) else []


def _asked_and_answered(messages: list[Json], attribute: str, attributes: Attributes) -> Iterator[Content]:
    """A result that is no text says more than the last message: then the whole conversation is the input."""
    answer = list(takewhile(_is_assistant, reversed(messages)))[::-1]
    result = json_text.decoded(attributes.get(_RESULT))
    if answer and (result is None or result == _content(answer[-1])):
        yield _asked(messages[: -len(answer)], attribute, attributes)
        yield Content("output", answer, Rank.MESSAGES_JSON, (attribute, _RESULT))
        return
    yield _asked(messages, attribute, attributes)
    if result is not None:
        yield Content("output", result, Rank.MESSAGES_JSON, (_RESULT,))


def _asked(messages: list[Json], attribute: str, attributes: Attributes) -> Content:
    """Later versions keep the instructions apart from the conversation."""
    if instructions := json_text.decoded(attributes.get(_INSTRUCTIONS)):
        value = with_instructions(instructions, messages)
        return Content("input", value, Rank.MESSAGES_JSON, (attribute, _INSTRUCTIONS))
    return Content("input", messages, Rank.MESSAGES_JSON, (attribute,))


def _is_assistant(message: Json) -> bool:
    return isinstance(message, dict) and message.get("role") == "assistant"


def _content(message: Json) -> Json:
    return message.get("content") if isinstance(message, dict) else None


def _tool(attributes: Attributes) -> Iterator[Content]:
    for field, attribute in _TOOL_VALUES:
        if attribute in attributes:
            yield Content(field, json_text.decoded(attributes[attribute]), Rank.TOOL_CALL, (attribute,))


def _model(attributes: Attributes) -> Iterator[Entry]:
    name = attributes.get(_MODEL)
    if isinstance(name, str) and name:
        yield Entry("metadata", "model", model_name(name), (_MODEL,))


def _request(attributes: Attributes) -> Iterator[Reading]:
    """Read the parameters of a request; of one that failed they may be all that is told, with its instructions."""
    parsed = json_text.structure(attributes.get(_PARAMETERS))
    if parsed is None or not isinstance(parameters := parsed.value, dict):
        return
    listed = [tool for key in _TOOLS for tool in _listed(parameters.get(key))]
    tools = None if names.GEN_AI_TOOL_DEFINITIONS in attributes else tool_definitions(listed)
    if tools:
        yield Entry("metadata", "tools", tools, ())
    if instructions := _listed(parameters.get(_INSTRUCTION_PARTS)):
        yield Content("input", with_instructions(list(map(_text_part, instructions)), None), Rank.TEXT, ())
    rest = {key: value for key, value in parameters.items() if not (tools and key in _TOOLS)}
    yield Entry("metadata", _PARAMETERS, rest, (_PARAMETERS,))


def _text_part(part: Json) -> Json:
    return {"type": "text", "content": part.get("content")} if isinstance(part, dict) else part


def _listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else []


def _counts(attributes: Attributes) -> Iterator[Count]:
    for attribute, value in attributes.items():
        for prefix in _USAGE_PREFIXES:
            if attribute.startswith(prefix) and (metric := METRIC_OF.get(attribute.removeprefix(prefix))):
                yield Count(metric, value, (attribute,))


def _cost(attributes: Attributes) -> Iterator[Entry]:
    if (cost := measure(attributes.get(_COST))) is not None:
        yield Entry("metrics", "estimated_cost", cost, (_COST,))
