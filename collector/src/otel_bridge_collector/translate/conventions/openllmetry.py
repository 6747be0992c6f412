"""Traceloop's OpenLLMetry (`traceloop.*`, `llm.*`), beside the `gen_ai.*` attributes that it writes.

| attribute | field |
| --- | --- |
| `traceloop.entity.input`, `gen_ai.task.input`, `mcp.request.argument` | `input`: JSON text is parsed |
| `traceloop.entity.output`, `gen_ai.task.output`, `mcp.response.value` | `output`, the same way |
| `gen_ai.operation.name` | `span_attributes.type` for its own operations: execute_task: task; llm_request: llm; vector_db_retrieve: tool |
| `traceloop.span.kind` | `span_attributes.type`: tool: tool; workflow, task, agent, unknown: task |
| `llm.request.type` | `span_attributes.type`: chat, completion, embedding: llm; rerank: tool |
| `db.system`, `db.system.name` of a vector store | `span_attributes.type`: tool |
| `llm.request.functions.<n>.*` | `metadata.tools` as OpenAI tool objects |
| `traceloop.association.properties.<key>` | `metadata.<key>` |
| `llm.is_streaming`, `gen_ai.is_streaming` | `metadata.stream`; they stay too |
| `llm.user`, `gen_ai.user` | `metadata.user` |
| `llm.frequency_penalty`, `.presence_penalty`, `.top_k`, `.chat.stop_sequences`, `llm.request.*`, `gen_ai.request.n` and the like | `metadata.frequency_penalty` and so on |
| `llm.usage.*` | `metrics.tokens` and so on, see `translate/usage.py` |
| `crewai.crew.token_usage` (`total_tokens=54 prompt_tokens=45 ...`) | `metrics`; it stays too |
| `llm.headers` | dropped: it may hold keys |

| span event | field |
| --- | --- |
| `llm.content.completion.chunk`, `gen_ai.content.completion.chunk` | `metrics.time_to_first_token`: the first one's time since the span's start |

The rest (workflow, entity name and path, prompt, ...) stays in `metadata` under its own name. LiteLLM and others write some
of these names too. Prompts and completions in indexed `gen_ai.*` keys are read by `gen_ai`.

Source: opentelemetry-semantic-conventions-ai 0.5.1; the instrumentations of openllmetry 0.40.14 and 0.62.4;
spec/translation.md section 4.5.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, useful
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import METRIC_OF, Count, token_metrics

NAME: Final = "openllmetry"

_PREFIXES: Final = ("traceloop.", "llm.request.", "llm.usage.", "gen_ai.task.")
_FUNCTIONS: Final = "llm.request.functions."
_USAGE: Final = "llm.usage."
_CREW_USAGE: Final = "crewai.crew.token_usage"
_CREW_METRICS: Final = {**METRIC_OF, "cached_prompt_tokens": "prompt_cached_tokens"}
_PROPERTIES: Final = "traceloop.association.properties."
_STREAMING: Final = ("llm.is_streaming", "gen_ai.is_streaming")
_HEADERS: Final = "llm.headers"
_CHUNKS: Final = ("llm.content.completion.chunk", "gen_ai.content.completion.chunk")
_NS_PER_SECOND: Final = 10**9

_CONTENTS: Final = (
    ("input", "traceloop.entity.input"),
    ("input", "gen_ai.task.input"),
    ("input", "mcp.request.argument"),
    ("output", "traceloop.entity.output"),
    ("output", "gen_ai.task.output"),
    ("output", "mcp.response.value"),
)

_PARAMETERS: Final[Mapping[str, str]] = {
    "llm.user": "user",
    "gen_ai.user": "user",
    "llm.frequency_penalty": "frequency_penalty",
    "llm.presence_penalty": "presence_penalty",
    "llm.top_k": "top_k",
    "llm.chat.stop_sequences": "stop",
    "llm.request.repetition_penalty": "repetition_penalty",
    "gen_ai.request.repetition_penalty": "repetition_penalty",
    "llm.request.reasoning_effort": "reasoning_effort",
    "gen_ai.request.reasoning_summary": "reasoning_summary",
    "gen_ai.request.n": "n",
    "gen_ai.request.structured_output_schema": "structured_output_schema",
}

_OPERATIONS: Final[Mapping[str, SpanType]] = {
    "execute_task": "task",
    "llm_request": "llm",
    "vector_db_retrieve": "tool",
}
_KINDS: Final[Mapping[str, SpanType]] = {
    "workflow": "task",
    "task": "task",
    "agent": "task",
    "tool": "tool",
    "unknown": "task",
}
_REQUEST_TYPES: Final[Mapping[str, SpanType]] = {
    "chat": "llm",
    "completion": "llm",
    "embedding": "llm",
    "rerank": "tool",
}
_VECTOR_STORES: Final[Mapping[str, SpanType]] = dict.fromkeys(
    ("chroma", "lancedb", "marqo", "milvus", "pinecone", "qdrant", "weaviate"), "tool"
)

_TYPES: Final = (
    (names.GEN_AI_OPERATION_NAME, _OPERATIONS),
    ("traceloop.span.kind", _KINDS),
    ("llm.request.type", _REQUEST_TYPES),
    ("db.system", _VECTOR_STORES),
    ("db.system.name", _VECTOR_STORES),
)
"""Where the type may stand, the most telling first. A `db.system` says more than the type, so it stays a leftover too."""

_MARKERS: Final = frozenset(
    (
        *_PARAMETERS,
        *_STREAMING,
        *(attribute for _, attribute in _CONTENTS),
        _HEADERS,
        "db.system",
        "db.system.name",
        _CREW_USAGE,
    )
)


def claims(span: Span) -> bool:
    """Tell whether the span has attributes or events of OpenLLMetry's own."""
    if any(attribute.startswith(_PREFIXES) or attribute in _MARKERS for attribute in span.attributes):
        return True
    is_own_operation = str(span.attributes.get(names.GEN_AI_OPERATION_NAME)) in _OPERATIONS
    return is_own_operation or any(event.name in _CHUNKS for event in span.events)


def translate(span: Span) -> Partial:
    """Read the attributes and events of `span` that OpenLLMetry adds to those of the GenAI conventions."""
    attributes = span.attributes
    readings: list[Reading] = []
    for read in name_set(attributes).plan(_useful):
        readings += read(attributes)
    if span.events:
        readings += _first_chunk(span)
    return Partial(readings=tuple(readings), spent=(_HEADERS,))


def _useful(told: NameSet) -> Sequence[Read[Reading]]:
    return useful(_READERS, told)


def _contents(attributes: Attributes) -> Iterator[Content]:
    for field, attribute in _CONTENTS:
        if attribute in attributes:
            yield Content(field, json_text.decoded(attributes[attribute]), Rank.VALUE, (attribute,))


def _types(attributes: Attributes) -> Iterator[Entry]:
    for attribute, type_of in _TYPES:
        marker = attributes.get(attribute)
        if isinstance(marker, str) and (kind := type_of.get(marker.lower())):
            spent = () if type_of is _VECTOR_STORES else (attribute,)
            yield Entry("span_attributes", "type", kind, spent)


def _parameters(attributes: Attributes) -> Iterator[Entry]:
    for attribute, key in _PARAMETERS.items():
        if attribute in attributes:
            yield Entry("metadata", key, json_text.decoded(attributes[attribute]), (attribute,))
    for attribute in _STREAMING:
        # LiteLLM writes it as Python prints it.
        value = attributes.get(attribute)
        if value in (True, False, "True", "False"):
            yield Entry("metadata", "stream", value in (True, "True"), ())


def _tools(attributes: Attributes) -> Iterator[Entry]:
    listed, used = list_below(attributes, _FUNCTIONS)
    if tools := tool_definitions(listed):
        yield Entry("metadata", "tools", tools, used)


def _properties(attributes: Attributes) -> Iterator[Entry]:
    for key, attribute in name_set(attributes).below(_PROPERTIES):
        yield Entry("metadata", key, json_text.decoded(attributes[attribute]), (attribute,))


def _usage(attributes: Attributes) -> list[Entry]:
    return token_metrics(_counts(attributes))


def _counts(attributes: Attributes) -> Iterator[Count]:
    for key, attribute in name_set(attributes).below(_USAGE):
        if metric := METRIC_OF.get(key):
            yield Count(metric, attributes[attribute], (attribute,))
    usage = attributes.get(_CREW_USAGE)
    for pair in usage.split() if isinstance(usage, str) else ():
        name, _, value = pair.partition("=")
        if metric := _CREW_METRICS.get(name):
            yield Count(metric, value, ())


def _first_chunk(span: Span) -> Iterator[Entry]:
    times_ns = [event.time_ns for event in span.events if event.name in _CHUNKS]
    if times_ns and min(times_ns) >= span.start_ns:
        since_start_ns = min(times_ns) - span.start_ns
        yield Entry("metrics", "time_to_first_token", since_start_ns / _NS_PER_SECOND, ())


_READERS: Final[tuple[Reader[Reading], ...]] = (
    Reader(_contents, frozenset(attribute for _, attribute in _CONTENTS)),
    Reader(_types, frozenset(attribute for attribute, _ in _TYPES)),
    Reader(_parameters, frozenset({*_PARAMETERS, *_STREAMING})),
    Reader(_tools, prefixes=(_FUNCTIONS,)),
    Reader(_properties, prefixes=(_PROPERTIES,)),
    Reader(_usage, frozenset({_CREW_USAGE}), (_USAGE,)),
)
