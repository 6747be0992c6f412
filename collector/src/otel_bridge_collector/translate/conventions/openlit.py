"""OpenLIT (scope `openlit...`), where its `gen_ai.*` attributes differ from the conventions.

| attribute | field |
| --- | --- |
| `gen_ai.tool.name`, `gen_ai.tool.call.id`, `gen_ai.tool.args` of a chat | `output`: the tools that the model called, beside its text; the arguments stay too, as they may be Python's repr |
| `gen_ai.usage.input_tokens`, `.cache_read.input_tokens`, `.cache_creation.input_tokens` of Anthropic and Bedrock | `metrics.prompt_tokens`: their sum, since OpenLIT reports them apart |

Several calls stand in one attribute, with commas between. Spans that have `gen_ai.output.messages` have the calls in there.

Source: openlit 1.34.30 and 1.45.0, `instrumentation/*/utils.py`; spec/translation.md section 14 (7, 13).
"""

from collections.abc import Iterator
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text, parts, python_literal
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import scalars
from otel_bridge_collector.translate.usage import Count, is_measure, token_metrics

NAME: Final = "openlit"

_SCOPE: Final = "openlit"
SDK_NAME: Final = "telemetry.sdk.name"
_ARGUMENTS: Final = "gen_ai.tool.args"
_REPEATED: Final = names.GEN_AI_TOOL_CALL_ARGUMENTS
_CALL_ID: Final = "gen_ai.tool.call.id"
_COMPLETION: Final = "gen_ai.completion"
_SEPARATOR: Final = ", "

_PROVIDERS: Final = (names.GEN_AI_PROVIDER_NAME, "gen_ai.system")
_COUNTING_APART: Final = ("anthropic", "aws.bedrock")
_APART: Final = (
    names.GEN_AI_USAGE_INPUT_TOKENS,
    names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    names.GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
)


def claims(span: Span) -> bool:
    """Tell whether OpenLIT made the span."""
    return span.scope.name.startswith(_SCOPE) or span.attributes.get(SDK_NAME) == _SCOPE


def translate(span: Span) -> Partial:
    """Read the calls of tools and the counts of `span` that `gen_ai.*` attributes alone would not tell."""
    readings: tuple[Reading, ...] = (*_output(span), *_usage(span.attributes))
    spent = (*(_APART if _counts_apart(span.attributes) else ()), *_repetition(span.attributes))
    return Partial(readings=readings, spent=spent)


def _output(span: Span) -> Iterator[Content]:
    attributes = span.attributes
    is_chat = attributes.get(names.GEN_AI_OPERATION_NAME) == "chat"
    if is_chat and _ARGUMENTS in attributes and names.GEN_AI_OUTPUT_MESSAGES not in attributes:
        calls = [parts.tool_call(call) for call in _calls(attributes)]
        message: Json = {"role": "assistant", "content": _text(span) or None, "tool_calls": calls}
        yield Content("output", [message], Rank.EVENTS, ())


def _repetition(attributes: Attributes) -> Iterator[str]:
    """Yield the attribute of a chat that repeats the arguments of the calls in its output."""
    if attributes.get(names.GEN_AI_OPERATION_NAME) != "chat" or _REPEATED not in attributes:
        return
    repeated, output = (
        json_text.decoded(attributes.get(name)) for name in (_REPEATED, names.GEN_AI_OUTPUT_MESSAGES)
    )
    if scalars(repeated) <= scalars(output):
        yield _REPEATED


def _text(span: Span) -> Json:
    told = [each.get(_COMPLETION) for each in (span.attributes, *(event.attributes for event in span.events))]
    return next((text for text in told if isinstance(text, str) and text), None)


def _calls(attributes: Attributes) -> list[dict[str, Json]]:
    name, call_id, text = (
        str(attributes.get(key, "")) for key in (names.GEN_AI_TOOL_NAME, _CALL_ID, _ARGUMENTS)
    )
    several = (name.split(_SEPARATOR), call_id.split(_SEPARATOR), _listed(text))
    if len({len(each) for each in several}) == 1:
        return [
            {"name": name, "id": call_id or None, "arguments": value}
            for name, call_id, value in zip(*several, strict=True)
        ]
    return [{"name": name, "id": call_id or None, "arguments": text}]


def _listed(text: str) -> list[Json]:
    """Return the arguments of each call; they are JSON, or what Python prints."""
    listed = json_text.parse(f"[{text}]") or python_literal.parse(f"[{text}]")
    return listed.value if listed and isinstance(listed.value, list) else [text]


def _usage(attributes: Attributes) -> Iterator[Entry]:
    if _counts_apart(attributes):
        counts = [value for name in _APART if is_measure(value := attributes.get(name))]
        output = attributes.get(names.GEN_AI_USAGE_OUTPUT_TOKENS)
        yield from token_metrics(
            [
                Count("prompt_tokens", sum(counts), _APART),
                Count("completion_tokens", output, (names.GEN_AI_USAGE_OUTPUT_TOKENS,)),
            ]
        )


def _counts_apart(attributes: Attributes) -> bool:
    counts_so = any(attributes.get(name) in _COUNTING_APART for name in _PROVIDERS)
    return counts_so and all(is_measure(attributes.get(name)) for name in _APART)
