"""OpenLIT (scope `openlit...`), where its `gen_ai.*` attributes differ from the conventions.

| attribute | field |
| --- | --- |
| `gen_ai.tool.name`, `gen_ai.tool.call.id`, `gen_ai.tool.args` of a chat | `output`: the tools that the model called, beside its text; the arguments stay too, as they may be Python's repr |
| `gen_ai.usage.input_tokens`, `.cache_read.input_tokens`, `.cache_creation.input_tokens` of Anthropic and Bedrock | `metrics.prompt_tokens`: their sum, since OpenLIT reports them apart |
| `gen_ai.usage.output_tokens`, `.reasoning_tokens` of Google | `metrics.completion_tokens`: their sum, for the same reason |
| `gen_ai.tool.name` of a chat | `metadata.tools`: the tools that were called, where none are defined |
| `gen_ai.client.token.usage`, `service.name`, `gen_ai.tool.args` of a chat and the like | nothing, where they repeat counts, the resource or the output |
| `gen_ai.request.max_tokens` of -1, an empty `.seed`, `.user`, `.stop_sequences` | nothing: what stands there where a request has none |

Several calls stand in one attribute, with commas between. Spans that have `gen_ai.output.messages` have the calls in there.

Source: openlit 1.34.30 and 1.45.0, `instrumentation/*/utils.py`; spec/translation.md section 14 (7, 13).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text, parts, python_literal
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import scalars
from otel_bridge_collector.translate.tools import named_tool
from otel_bridge_collector.translate.usage import Count, is_measure, token_metrics

NAME: Final = "openlit"

_SCOPE: Final = "openlit"
SDK_NAME: Final = "telemetry.sdk.name"
_ARGUMENTS: Final = "gen_ai.tool.args"
_REPEATED: Final = names.GEN_AI_TOOL_CALL_ARGUMENTS
_CALL_ID: Final = "gen_ai.tool.call.id"
_COMPLETION: Final = "gen_ai.completion"
_SEPARATOR: Final = ", "
_TOTAL: Final = "gen_ai.client.token.usage"
_OF_RESOURCE: Final = (SDK_NAME, "service.name", "deployment.environment")
_UNSET: Final[Mapping[str, Sequence[Json]]] = {
    names.GEN_AI_REQUEST_MAX_TOKENS: (-1,),
    names.GEN_AI_REQUEST_SEED: ("",),
    names.GEN_AI_REQUEST_STOP_SEQUENCES: ([],),
    "gen_ai.request.user": ("",),
}
"""Parameters with what stands there where a request has none."""

_PROVIDERS: Final = (names.GEN_AI_PROVIDER_NAME, "gen_ai.system")
_GOOGLE: Final = ("gemini", "gcp.gemini", "vertex_ai", "gcp.vertex_ai")
_THOUGHTS_APART: Final = (names.GEN_AI_USAGE_OUTPUT_TOKENS, "gen_ai.usage.reasoning_tokens")
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
    attributes = span.attributes
    readings: tuple[Reading, ...] = (*_output(span), *_called(attributes), *_usage(attributes))
    spent = [*_repetitions(span), *_without_value(attributes)]
    spent += _APART if _counts_apart(attributes) else ()
    spent += _THOUGHTS_APART if _counts_thoughts_apart(attributes) else ()
    return Partial(readings=readings, spent=tuple(spent))


def _output(span: Span) -> Iterator[Content]:
    attributes = span.attributes
    if _is_chat(attributes) and _ARGUMENTS in attributes and names.GEN_AI_OUTPUT_MESSAGES not in attributes:
        calls = [parts.tool_call(call) for call in _calls(attributes)]
        message: Json = {"role": "assistant", "content": _text(span) or None, "tool_calls": calls}
        yield Content("output", [message], Rank.EVENTS, ())


def _called(attributes: Attributes) -> Iterator[Entry]:
    """Yield the tools that a chat called, where it does not say which it was offered."""
    name = attributes.get(names.GEN_AI_TOOL_NAME)
    if (
        _is_chat(attributes)
        and isinstance(name, str)
        and name
        and names.GEN_AI_TOOL_DEFINITIONS not in attributes
    ):
        several = name.split(_SEPARATOR)
        called: list[Json] = [named_tool(each) for each in dict.fromkeys(several)]
        yield Entry("metadata", "tools", called, () if len(several) > 1 else (names.GEN_AI_TOOL_NAME,))


def _repetitions(span: Span) -> Iterator[str]:
    """Yield the attributes that repeat what others say: of the resource, of the counts, of the call in the output of a chat.

    What joins several calls in one text stays.
    """
    attributes = span.attributes
    for name in _OF_RESOURCE:
        if name in attributes and attributes[name] == span.resource.attributes.get(name):
            yield name
    is_whole = not _counts_apart(attributes) and not _counts_thoughts_apart(attributes)
    if _TOTAL in attributes and is_whole and attributes[_TOTAL] == sum(_counted(attributes)):
        yield _TOTAL
    if not _is_chat(attributes) or names.GEN_AI_OUTPUT_MESSAGES not in attributes:
        return
    output = scalars(_apart(json_text.decoded(attributes[names.GEN_AI_OUTPUT_MESSAGES])))
    told = (
        (_REPEATED, json_text.decoded(attributes.get(_REPEATED))),
        *(
            []
            if _is_of_several(attributes)
            else [
                (names.GEN_AI_TOOL_NAME, attributes.get(names.GEN_AI_TOOL_NAME)),
                (_ARGUMENTS, _listed(str(attributes.get(_ARGUMENTS)))),
                (_CALL_ID, attributes.get(_CALL_ID)),
            ]
        ),
    )
    for name, said in told:
        if name in attributes and scalars(said) <= output:
            yield name


def _is_of_several(attributes: Attributes) -> bool:
    return _SEPARATOR in str(attributes.get(names.GEN_AI_TOOL_NAME))


def _apart(value: Json) -> Json:
    """Return messages with the arguments of their calls taken apart, where they are text."""
    if isinstance(value, dict):
        return {
            key: json_text.decoded(child) if key == "arguments" else _apart(child)
            for key, child in value.items()
        }
    return [_apart(item) for item in value] if isinstance(value, list) else value


def _without_value(attributes: Attributes) -> Iterator[str]:
    """Yield the parameters that nobody set; OpenLIT writes each that a request may have."""
    for name, nothing in _UNSET.items():
        if name in attributes and attributes[name] in nothing:
            yield name


def _counted(attributes: Attributes) -> list[int | float]:
    told = (
        attributes.get(name) for name in (names.GEN_AI_USAGE_INPUT_TOKENS, names.GEN_AI_USAGE_OUTPUT_TOKENS)
    )
    return [value for value in told if is_measure(value)]


def _is_chat(attributes: Attributes) -> bool:
    return attributes.get(names.GEN_AI_OPERATION_NAME) == "chat"


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
    if _counts_thoughts_apart(attributes):
        counts = [value for name in _THOUGHTS_APART if is_measure(value := attributes.get(name))]
        yield from token_metrics(
            [
                Count("prompt_tokens", attributes.get(names.GEN_AI_USAGE_INPUT_TOKENS), ()),
                Count("completion_tokens", sum(counts), _THOUGHTS_APART),
            ]
        )
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


def _counts_thoughts_apart(attributes: Attributes) -> bool:
    is_google = attributes.get(names.GEN_AI_PROVIDER_NAME) in _GOOGLE
    return is_google and all(is_measure(attributes.get(name)) for name in _THOUGHTS_APART)
