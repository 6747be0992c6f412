"""Claude Code and the Claude Agent SDK (scope `com.anthropic.claude_code`), beside the few `gen_ai.*` attributes that they write.

| attribute | field |
| --- | --- |
| `span.type` | `span_attributes.type`: llm_request: llm; tool: tool; any other (interaction, tool.execution, hook, ...): task; it stays too |
| `user_prompt`, of a request `new_context` | `input`; of a request the new message of the conversation, not those before it |
| `response.model_output` | `output`: the text of the answer |
| `tool_input` of a tool | `input`: JSON behind a heading |
| `new_context` of a tool, else its span event `tool.output` | `output` |
| `input_tokens`, `cache_read_tokens`, `cache_creation_tokens` | `metrics.prompt_tokens`: their sum, since they are counted apart; the caches also by themselves |
| `output_tokens` | `metrics.completion_tokens` |
| `ttft_ms` | `metrics.time_to_first_token`, in seconds |
| `tools` | `metadata.tools`: their names |
| `session.id`, `user.id` | `metadata.session_id`, `metadata.user_id` |

Content is there only where the user has asked for it; `<REDACTED>` is none. The rest (tool name, stop reason, hashes, ...)
stays in `metadata` under its own name.

Source: spans of Claude Code 2.1.197 as recorded, with and without its detailed tracing; spec/translation.md section 4.5.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import text_message
from otel_bridge_collector.translate.model_name import model_name
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, is_measure, token_metrics, with_cache

NAME: Final = "claude_code"

_SCOPE: Final = "com.anthropic.claude_code"
_KIND: Final = "span.type"
_TYPE_OF: Final[Mapping[str, SpanType]] = {"llm_request": "llm", "tool": "tool"}
_PROMPT: Final = "user_prompt"
_CONTEXT: Final = "new_context"
_CONTEXT_COUNT: Final = "new_context_message_count"
_ANSWER: Final = "response.model_output"
_TOOL_INPUT: Final = "tool_input"
_TOOL_OUTPUT: Final = "tool.output"
_OUTPUT: Final = "output"
_REDACTED: Final = "<REDACTED>"
_HEADING: Final = re.compile(r"\[(USER|TOOL RESULT|TOOL INPUT)(?:: ([^\]\n]*))?\]\n")
_RESULT: Final = "TOOL RESULT"

_METRIC_OF: Final = {
    "input_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "cache_read_tokens": "prompt_cached_tokens",
    "cache_creation_tokens": "prompt_cache_creation_tokens",
}
_FIRST_TOKEN: Final = "ttft_ms"  # noqa: S105 - no password
_MS_PER_SECOND: Final = 1000
_MODEL: Final = "model"
_TOOLS: Final = "tools"
_KEY_OF: Final = {"session.id": "session_id", "user.id": "user_id"}


def claims(span: Span) -> bool:
    """Tell whether Claude Code made the span."""
    return span.scope.name.startswith(_SCOPE)


def translate(span: Span) -> Partial:
    """Read the attributes and events of `span`."""
    attributes = span.attributes
    kind = _TYPE_OF.get(str(attributes.get(_KIND)), "task")
    contents = {"llm": _call, "tool": _tool, "task": _interaction}[kind](span)
    readings: Iterator[Reading] = chain(
        [Entry("span_attributes", "type", kind, ())], contents, _measures(attributes), _names(attributes)
    )
    return Partial(readings=tuple(readings))


def _interaction(span: Span) -> Iterator[Content]:
    if prompt := _text(span.attributes, _PROMPT):
        context = _text(span.attributes, _CONTEXT)
        used = (_PROMPT, _CONTEXT) if context.endswith(f"\n{prompt}") else (_PROMPT,)
        yield Content("input", prompt, Rank.VALUE, used)


def _call(span: Span) -> Iterator[Content]:
    if context := _text(span.attributes, _CONTEXT):
        is_one = span.attributes.get(_CONTEXT_COUNT) == 1
        yield Content(
            "input", _asked(context) if is_one else text_message("user", context), Rank.VALUE, (_CONTEXT,)
        )
    if answer := _text(span.attributes, _ANSWER):
        yield Content("output", text_message("assistant", answer), Rank.VALUE, (_ANSWER,))


def _asked(context: str) -> Json:
    """Return the one message that a text with its heading is."""
    heading = _HEADING.match(context)
    text = context[heading.end() :] if heading else context
    if heading and heading[1] == _RESULT:
        return [{"role": "tool", "tool_call_id": heading[2], "content": text}]
    return text_message("user", text)


def _tool(span: Span) -> Iterator[Content]:
    if given := _text(span.attributes, _TOOL_INPUT):
        yield Content("input", _behind_heading(given), Rank.TOOL_CALL, (_TOOL_INPUT,))
    if result := _text(span.attributes, _CONTEXT):
        yield Content("output", _behind_heading(result), Rank.TOOL_CALL, (_CONTEXT,))
    for event in span.events:
        if event.name == _TOOL_OUTPUT:
            told = event.attributes.get(_OUTPUT, dict(event.attributes))
            yield Content("output", json_text.decoded(told), Rank.TOOL_CALL, ())


def _behind_heading(text: str) -> Json:
    heading = _HEADING.match(text)
    return json_text.decoded(text[heading.end() :] if heading else text)


def _measures(attributes: Attributes) -> Iterator[Entry]:
    counts = [
        Count(metric, attributes[name], (name,)) for name, metric in _METRIC_OF.items() if name in attributes
    ]
    yield from token_metrics(with_cache(counts))
    if is_measure(first_token := attributes.get(_FIRST_TOKEN)):
        yield Entry("metrics", "time_to_first_token", first_token / _MS_PER_SECOND, (_FIRST_TOKEN,))


def _names(attributes: Attributes) -> Iterator[Entry]:
    if model := _text(attributes, _MODEL):
        yield Entry("metadata", "model", model_name(model), (_MODEL,))
    if tools := tool_definitions(attributes.get(_TOOLS)):
        yield Entry("metadata", "tools", tools, (_TOOLS,))
    for name, key in _KEY_OF.items():
        if name in attributes:
            yield Entry("metadata", key, attributes[name], (name,))


def _text(attributes: Attributes, name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) and value != _REDACTED else ""
