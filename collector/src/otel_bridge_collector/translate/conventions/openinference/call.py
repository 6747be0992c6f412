"""Model, provider, parameters, tools and measures of a call from OpenInference attributes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.openinference.content import PARAMETERS
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.model_name import model_name, providers
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, present, remembered
from otel_bridge_collector.translate.parameter import MODEL_KEYS, flat, key_of
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.scalar import scalars
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, measure, token_metrics
from otel_bridge_collector.translate.whole import tools_in, usage_in

_MODELS: Final = ("llm.response.model_name", "llm.model_name", "embedding.model_name", "reranker.model_name")
_PROVIDERS: Final = ("llm.provider", "llm.system")
_REQUEST_MODEL: Final = "llm.request.model_name"
_TOOLS: Final = "llm.tools"
_FINISH_REASON: Final = "llm.finish_reason"
_COST: Final = "llm.cost.total"

_CONTENT_PARAMETERS: Final = (
    "instructions",
    "system",
    "messages",
    "contents",
    "input",
    "prompt",
    "inputText",
)

_METRIC_OF: Final = {
    "llm.token_count.prompt": "prompt_tokens",
    "llm.token_count.completion": "completion_tokens",
    "llm.token_count.total": "tokens",
    "llm.token_count.prompt_details.cache_read": "prompt_cached_tokens",
    "llm.token_count.prompt_details.cache_input": "prompt_cached_tokens",
    "llm.token_count.prompt_details.cache_write": "prompt_cache_creation_tokens",
    "llm.token_count.prompt_details.audio": "prompt_audio_tokens",
    "llm.token_count.completion_details.reasoning": "completion_reasoning_tokens",
    "llm.token_count.completion_details.audio": "completion_audio_tokens",
}


def readings(attributes: Attributes, told: set[Json], *, request: Json, response: Json) -> list[Entry]:
    """Return what the attributes say of the call, apart from its content.

    Args:
        attributes: those of the span.
        told: every text of the content; a parameter that is content is not repeated.
        request: the whole request of a call, for what no attribute of its own says; else None.
        response: the same of its response.
    """
    names = name_set(attributes)
    found: list[Entry] = []
    for read in names.plan(_useful):
        found += read(attributes)
    counts = [Count(metric, attributes[name], (name,)) for name, metric in names.plan(_counted)]
    found += _parameters(attributes, told)
    found += _offered(request)
    found += token_metrics([*counts, *usage_in(response)])
    found += _rest(attributes)
    return found


def _useful(told: NameSet) -> Sequence[Read[Entry]]:
    return remembered(_READERS, told)


def _models(attributes: Attributes) -> Iterator[Entry]:
    answered = [(name, model) for name in _MODELS if (model := _model(attributes.get(name)))]
    for name, model in answered:
        yield Entry("metadata", "model", model, (name,))
    for name, model in _requested_models(attributes):
        is_another = bool(answered) and model != answered[0][1]
        yield Entry("metadata", "request_model" if is_another else "model", model, (name,))


def _requested_models(attributes: Attributes) -> Iterator[tuple[str, str]]:
    if model := _model(attributes.get(_REQUEST_MODEL)):
        yield _REQUEST_MODEL, model
    for name in PARAMETERS:
        parameters = _object(attributes.get(name))
        for key in MODEL_KEYS:
            if model := _model(parameters.get(key)):
                yield name, model


def _model(value: Json) -> str:
    return model_name(value) if isinstance(value, str) else ""


def _tools(attributes: Attributes) -> Iterator[Entry]:
    listed, used = list_below(attributes, f"{_TOOLS}.")
    if not isinstance(listed, list):
        return
    yield Entry("metadata", "tools", tool_definitions([_tool(item) for item in listed]), used)


def _offered(request: Json) -> Iterator[Entry]:
    if tools := tools_in(request):
        yield Entry("metadata", "tools", tools, ())


def _counted(told: NameSet) -> Sequence[tuple[str, str]]:
    return present(_METRIC_OF, told)


def _tool(item: Json) -> Json:
    """Return a definition: the schema may be a whole one, or that of the parameters with the name beside it."""
    told = item.get("tool") if isinstance(item, dict) else None
    if not isinstance(told, dict):
        return item
    schema = json_text.decoded(told.get("json_schema"))
    named = {key: value for key, value in told.items() if key != "json_schema"}
    if not isinstance(schema, dict):
        return named
    return {**named, "parameters": schema} if "name" in named else schema


def _parameters(attributes: Attributes, told: set[Json]) -> Iterator[Entry]:
    for name in PARAMETERS:
        for key, value in flat(_object(attributes[name])) if name in attributes else ():
            if key == "tools" and (tools := tool_definitions(value)):
                yield Entry("metadata", "tools", tools, (name,))
            elif key not in _CONTENT_PARAMETERS or not scalars(value) <= told:
                yield Entry("metadata", key_of(key), value, (name,))


def _rest(attributes: Attributes) -> Iterator[Entry]:
    if _FINISH_REASON in attributes:
        yield Entry("metadata", "finish_reason", attributes[_FINISH_REASON], (_FINISH_REASON,))
    if (cost := measure(attributes.get(_COST))) is not None:
        yield Entry("metrics", "estimated_cost", cost, (_COST,))


def _providers(attributes: Attributes) -> Iterator[Entry]:
    return providers(attributes, *_PROVIDERS)


def _object(value: Json) -> Mapping[str, Json]:
    parsed = json_text.structure(value)
    return parsed.value if parsed and isinstance(parsed.value, dict) else {}


_READERS: Final = (
    Reader(_models, frozenset({*_MODELS, _REQUEST_MODEL, *PARAMETERS})),
    Reader(_providers, frozenset(_PROVIDERS)),
    Reader(_tools, prefixes=(f"{_TOOLS}.",)),
)
