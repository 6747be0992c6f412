"""AgentOps (`agentops.*`): its decorators, and what its instrumentations write beside `gen_ai.*`.

| attribute | field |
| --- | --- |
| `agentops.<kind>.input`, `.output`, for example `agentops.tool.input`; else `tool.parameters`, `tool.result` of a tool | `input`, `output`: JSON text is parsed |
| `agentops.span.kind` | `span_attributes.type`: tool: tool; llm: llm; any other (session, workflow, agent, task, operation, ...): task; it stays too |
| `gen_ai.request.functions.<n>.*` | `metadata.tools` as OpenAI tool objects |
| `gen_ai.request.streaming` | `metadata.stream`; it stays too |
| `gen_ai.streaming.time_to_first_token` | `metrics.time_to_first_token`, seconds |
| `tool.call.id` of a tool | `metadata.tool_call_id` |

Prompts and completions in indexed `gen_ai.*` keys are read by `gen_ai`. The rest stays in `metadata` under its own name.

Source: agentops 0.4 as recorded, `agentops/semconv`.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from otel_bridge.contract.row import SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import is_measure

NAME: Final = "agentops"

_PREFIX: Final = "agentops."
_KIND: Final = "agentops.span.kind"
_TYPE_OF: Final[Mapping[str, SpanType]] = {"tool": "tool", "llm": "llm"}
_FIELDS: Final = ("input", "output")
_TOOL_VALUES: Final = (("input", "tool.parameters"), ("output", "tool.result"))
_CALL_ID: Final = "tool.call.id"
_FUNCTIONS: Final = "gen_ai.request.functions."
_STREAMING: Final = "gen_ai.request.streaming"
_FIRST_TOKEN: Final = "gen_ai.streaming.time_to_first_token"  # noqa: S105 - no password
_OWN: Final = (_FUNCTIONS, _STREAMING, _FIRST_TOKEN)


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute that AgentOps alone writes."""
    return any(attribute.startswith((_PREFIX, *_OWN)) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the attributes of `span` that AgentOps adds to those of the GenAI conventions."""
    attributes = span.attributes
    kind = _kind(attributes)
    own = (_type(kind), _values(attributes, is_tool=kind == "tool")) if kind else ()
    return Partial(readings=tuple(chain(*own, _call(attributes))))


def _kind(attributes: Attributes) -> str | None:
    """Return the kind in lower case; some spans carry the name of Python's enum member."""
    kind = attributes.get(_KIND)
    return kind.rpartition(".")[2].lower() if isinstance(kind, str) else None


def _type(kind: str) -> Iterator[Entry]:
    yield Entry("span_attributes", "type", _TYPE_OF.get(kind, "task"), ())


def _values(attributes: Attributes, *, is_tool: bool) -> Iterator[Content | Entry]:
    for attribute, value in attributes.items():
        field = attribute.rpartition(".")[2]
        if attribute.startswith(_PREFIX) and field in _FIELDS:
            yield Content(field, json_text.decoded(value), Rank.VALUE, (attribute,))
    if is_tool:
        for field, attribute in _TOOL_VALUES:
            if attribute in attributes:
                yield Content(field, json_text.decoded(attributes[attribute]), Rank.VALUE, (attribute,))
        if _CALL_ID in attributes:
            yield Entry("metadata", "tool_call_id", attributes[_CALL_ID], (_CALL_ID,))


def _call(attributes: Attributes) -> Iterator[Entry]:
    listed, used = list_below(attributes, _FUNCTIONS)
    if tools := tool_definitions(listed):
        yield Entry("metadata", "tools", tools, used)
    if isinstance(streaming := attributes.get(_STREAMING), bool):
        yield Entry("metadata", "stream", streaming, ())
    if is_measure(first_token := attributes.get(_FIRST_TOKEN)):
        yield Entry("metrics", "time_to_first_token", first_token, (_FIRST_TOKEN,))
