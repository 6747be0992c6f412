"""LiteLLM's own OpenTelemetry spans, where they say more than their `gen_ai.*` attributes.

| attribute | field |
| --- | --- |
| `gen_ai.completion.<n>.function_call.*` | `output`: the tools that the model called, which `gen_ai.output.messages` leaves out |
| `metadata.usage_object` | `metrics.prompt_cached_tokens` and so on: the provider's usage as Python prints it; it stays too |
| `gen_ai.cost.total_cost`, `litellm.cost.total` | `metrics.estimated_cost` |
| `gen_ai.tool.<n>.*` | `metadata.tools` as OpenAI tool objects |
| `litellm.request.streaming` | `metadata.stream`; it stays too |

`llm.request.type`, `llm.request.functions.<n>.*` and other names of OpenLLMetry's are read by `openllmetry`. The rest
(`metadata.*`, `hidden_params`, `litellm.*`, the raw request of `raw_gen_ai_request` spans) stays in `metadata` under its own
name.

Source: litellm 1.109.1, `integrations/opentelemetry.py` and `integrations/otel/mappers/genai.py`; spec/translation.md
section 14 (7, 13).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text, parts, python_literal
from otel_bridge_collector.translate.indexed import items_below, list_below, nested
from otel_bridge_collector.translate.messages import chat_messages, is_message_list
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, remembered, useful
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, counts_in, is_measure, token_metrics

NAME: Final = "litellm"

_SCOPE: Final = "litellm"
_USAGE: Final = "metadata.usage_object"
_TOOLS: Final = "gen_ai.tool."
_COMPLETION: Final = "gen_ai.completion."
_CALL: Final = ".function_call"
_COSTS: Final = ("gen_ai.cost.total_cost", "litellm.cost.total")
_STREAMING: Final = "litellm.request.streaming"


def claims(span: Span) -> bool:
    """Tell whether LiteLLM made the span."""
    return span.scope.name.startswith(_SCOPE)


def translate(span: Span) -> Partial:
    """Read what LiteLLM adds to the GenAI conventions."""
    attributes = span.attributes
    readings: list[Reading] = []
    for read in name_set(attributes).plan(_useful):
        readings += read(attributes)
    return Partial(readings=tuple(readings))


def _useful(told: NameSet) -> Sequence[Read[Reading]]:
    return [*useful(_READERS, told), *remembered(_DESCRIBING, told)]


def _output(attributes: Attributes) -> Iterator[Content]:
    told = json_text.structure(attributes.get(names.GEN_AI_OUTPUT_MESSAGES))
    used, calls = _calls(attributes)
    if not calls or not told or not is_message_list(told.value) or _has_calls(told.value):
        return
    *before, answer = told.value
    messages = chat_messages([*before, {**answer, "tool_calls": calls}])
    yield Content("output", messages, Rank.MESSAGES, (names.GEN_AI_OUTPUT_MESSAGES, *used))


def _has_calls(told: Json) -> bool:
    messages = chat_messages(told)
    return is_message_list(messages) and "tool_calls" in messages[-1]


def _calls(attributes: Attributes) -> tuple[list[str], list[Json]]:
    """Return the calls of tools, which stand under their own indexes, not those of the completions; they have no id."""
    used = [f"{_COMPLETION}{path}" for path in items_below(attributes, _COMPLETION) if _CALL in path]
    functions = nested({name.removeprefix(_COMPLETION).replace(_CALL, ""): attributes[name] for name in used})
    listed = functions if isinstance(functions, list) else []
    return used, [parts.tool_call(function) for function in listed if isinstance(function, dict)]


def _usage(attributes: Attributes) -> list[Entry]:
    return token_metrics(_counts(attributes))


def _counts(attributes: Attributes) -> Iterator[Count]:
    text = attributes.get(_USAGE)
    if not isinstance(text, str):
        return
    usage = json_text.parse(text) or python_literal.parse(text)
    if usage and isinstance(usage.value, dict):
        yield from (Count(count.metric, count.value, ()) for count in counts_in(usage.value, _USAGE))


def _cost(attributes: Attributes) -> Iterator[Entry]:
    for attribute in _COSTS:
        if is_measure(cost := attributes.get(attribute)):
            yield Entry("metrics", "estimated_cost", cost, (attribute,))


def _tools(attributes: Attributes) -> Iterator[Entry]:
    listed, used = list_below(attributes, _TOOLS)
    if tools := tool_definitions(listed):
        yield Entry("metadata", "tools", tools, used)


def _streaming(attributes: Attributes) -> Iterator[Entry]:
    if isinstance(value := attributes.get(_STREAMING), bool):
        yield Entry("metadata", "stream", value, ())


_READERS: Final[tuple[Reader[Reading], ...]] = (
    Reader(_output, prefixes=(_COMPLETION,)),
    Reader(_usage, frozenset({_USAGE})),
    Reader(_cost, frozenset(_COSTS)),
)
_DESCRIBING: Final[tuple[Reader[Reading], ...]] = (
    Reader(_tools, prefixes=(_TOOLS,)),
    Reader(_streaming, frozenset({_STREAMING})),
)
"""What the calls of one place in a program have in common."""
