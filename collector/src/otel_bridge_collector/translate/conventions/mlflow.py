"""MLflow's tracing (`mlflow.*`), its autologging of model clients and its decorators.

| attribute | field |
| --- | --- |
| `mlflow.spanType` | `span_attributes.type`: LLM, CHAT_MODEL, EMBEDDING: llm; TOOL, RETRIEVER, RERANKER: tool; EVALUATOR: score; any other: task; it stays too, since it says more |
| `mlflow.spanInputs`, `mlflow.spanOutputs` | `input`, `output`; of a call of a model as OpenAI chat messages, of embeddings texts and vectors |
| the parameters in `mlflow.spanInputs` of a call | `metadata.temperature` and so on; they stand in attributes of their own too |
| what else `mlflow.spanOutputs` of a call says | `gen_ai.response.id`, `finish_reason`, and the rest under its path (`mlflow.spanOutputs.system_fingerprint`) |
| `mlflow.llm.model` | `metadata.model`; that of the request, where it differs, `metadata.request_model` |
| `mlflow.llm.provider` | `metadata.provider` |
| `mlflow.chat.tools` | `metadata.tools` as OpenAI tool objects |
| `mlflow.chat.tokenUsage` | `metrics.prompt_tokens` and so on: all input, cached included; parts that it lacks come from the response |
| `mlflow.llm.cost` | `metrics.estimated_cost`: its `total_cost` |

MLflow writes every attribute as JSON text; all of them are read so, and what has no field stays in `metadata` under its own name.
The first span event `mlflow.chunk.item.<n>` gives `metrics.time_to_first_token`.

Source: mlflow 3 as recorded, `mlflow/tracing/constant.py` and `mlflow/entities/span.py`.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import text_message
from otel_bridge_collector.translate.model_name import models, providers
from otel_bridge_collector.translate.parameter import MODEL_KEYS, flat, key_of
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import scalars
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import METRIC_OF, Count, is_measure, token_metrics
from otel_bridge_collector.translate.whole import (
    beside,
    finish_reason,
    messages_in,
    request_messages,
    response_id,
    tools_in,
    usage_in,
    vectors_in,
)

NAME: Final = "mlflow"

_PREFIX: Final = "mlflow."
_OTHERS: Final = "gen_ai."
"""MLflow can write these beside its own, not as JSON."""

_TYPE: Final = "mlflow.spanType"
_INPUTS: Final = "mlflow.spanInputs"
_OUTPUTS: Final = "mlflow.spanOutputs"
_MODEL: Final = "mlflow.llm.model"
_PROVIDER: Final = "mlflow.llm.provider"
_TOOLS: Final = "mlflow.chat.tools"
_USAGE: Final = "mlflow.chat.tokenUsage"
_COST: Final = "mlflow.llm.cost"
_READ: Final = (_INPUTS, _OUTPUTS, _MODEL, _PROVIDER, _TOOLS, _USAGE, _COST)
_CHUNK: Final = "mlflow.chunk.item."
_REQUESTED: Final = "model"
_INVOCATION: Final = "invocation_params"
"""The parameters of a call of LangChain's; its settings of itself begin with an underscore."""

_TYPE_OF: Final[Mapping[str, SpanType]] = {
    "LLM": "llm",
    "CHAT_MODEL": "llm",
    "EMBEDDING": "llm",
    "TOOL": "tool",
    "RETRIEVER": "tool",
    "RERANKER": "tool",
    "EVALUATOR": "score",
}
_CONTENTS: Final = (
    "messages",
    "contents",
    "input",
    "prompt",
    "system",
    "instructions",
    "system_instruction",
    "tools",
    "toolConfig",
)
_NS_PER_SECOND: Final = 10**9


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of MLflow's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the attributes of `span`, each of them JSON text."""
    told = {name: _decoded(name, value) for name, value in span.attributes.items()}
    named = told.get(_TYPE)
    kind = _TYPE_OF.get(named.upper(), "task") if isinstance(named, str) else None
    readings: list[Reading] = [
        *(_call(told) if kind == "llm" else _values(told)),
        *_measures(told),
        *_first_chunk(span),
    ]
    if kind:
        readings.append(Entry("span_attributes", "type", kind, ()))
    held = scalars([reading.value for reading in readings])
    repeating = {name for name in _CONTENTS if name in told and scalars(told[name]) <= held}
    if kind == "llm":
        readings += _beside(told[_OUTPUTS], held) if _OUTPUTS in told else ()
    return Partial(readings=(*readings, *_rest(told, repeating)), spent=tuple(repeating))


def _decoded(name: str, value: Json) -> Json:
    parsed = None if name.startswith(_OTHERS) else json_text.parse(value)
    return parsed.value if parsed else value


def _values(told: Attributes) -> Iterator[Content]:
    for field, attribute in (("input", _INPUTS), ("output", _OUTPUTS)):
        if attribute in told:
            yield Content(field, told[attribute], Rank.VALUE, (attribute,))


def _call(told: Attributes) -> Iterator[Reading]:
    request, response = told.get(_INPUTS), told.get(_OUTPUTS)
    if _INPUTS in told:
        yield Content("input", _asked(request), Rank.VALUE, (_INPUTS,))
    if _OUTPUTS in told:
        yield Content("output", _answered(response), Rank.VALUE, (_OUTPUTS,))
    yield from _parameters(request)
    yield from _parameters(told.get(_INVOCATION))
    yield from response_id(response)
    yield from finish_reason(response)


def _asked(request: Json) -> Json:
    texts = request.get("input") if isinstance(request, dict) else None
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        return texts  # What is to be embedded is no message.
    return request_messages(request) or request


def _answered(response: Json) -> Json:
    if isinstance(response, str):
        return text_message("assistant", response)
    return messages_in(response) or vectors_in(response) or response


def _parameters(request: Json) -> Iterator[Entry]:
    for name, value in flat(_object(request)):
        if name not in _CONTENTS and not name.startswith("_"):
            yield Entry("metadata", key_of(name), value, ())


def _measures(told: Attributes) -> Iterator[Entry]:
    request = _object(told.get(_INPUTS))
    asked = next((request[key] for key in MODEL_KEYS if key in request), None)
    named = {_MODEL: told.get(_MODEL), _REQUESTED: asked}
    yield from models(named, answered=_MODEL, asked=_REQUESTED)
    yield from providers(told, _PROVIDER)
    if tools := tool_definitions(told.get(_TOOLS)):
        yield Entry("metadata", "tools", tools, (_TOOLS,))
    if offered := tools_in(request):
        yield Entry("metadata", "tools", offered, ())
    usage = _object(told.get(_USAGE))
    counts = [
        Count(metric, value, (_USAGE,)) for key, value in usage.items() if (metric := METRIC_OF.get(key))
    ]
    yield from token_metrics([*counts, *usage_in(told.get(_OUTPUTS))])
    if is_measure(total := _object(told.get(_COST)).get("total_cost")):
        yield Entry("metrics", "estimated_cost", total, (_COST,))


def _first_chunk(span: Span) -> Iterator[Entry]:
    times_ns = [event.time_ns for event in span.events if event.name.startswith(_CHUNK)]
    if times_ns and 0 < span.start_ns <= min(times_ns):
        since_start_ns = min(times_ns) - span.start_ns
        yield Entry("metrics", "time_to_first_token", since_start_ns / _NS_PER_SECOND, ())


def _beside(response: Json, held: set[Json]) -> Iterator[Entry]:
    """Yield what a whole response of a call says that no other reading does."""
    for key, value in beside(response, held, with_lists=False).items():
        yield Entry("metadata", f"{_OUTPUTS}.{key}", value, ())


def _rest(told: Attributes, repeating: Collection[str]) -> Iterator[Entry]:
    """Yield the other attributes, decoded, but for those that repeat content."""
    for name, value in told.items():
        if name not in _READ and name not in repeating and not name.startswith(_OTHERS):
            yield Entry("metadata", name, value, (name,))


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
