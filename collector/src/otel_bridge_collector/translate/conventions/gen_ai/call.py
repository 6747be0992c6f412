"""Model, provider, parameters, tools and measures of a call from `gen_ai.*` attributes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.kinds import NUMBERS
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.gen_ai.indexed_message import bare_reason
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.model_name import models, providers
from otel_bridge_collector.translate.name_set import (
    NameSet,
    Read,
    Reader,
    name_set,
    present,
    remembered,
    useful,
)
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.tools import named_tool, tool_definitions
from otel_bridge_collector.translate.usage import (
    METRIC_OF,
    Count,
    counts_in,
    measure,
    token_metrics,
    with_cache,
)

_REQUEST: Final = "gen_ai.request"
_COMPLETION: Final = "gen_ai.completion."
_USAGE: Final = "gen_ai.usage"
_USAGE_PREFIX: Final = "gen_ai.usage."
_DETAILS: Final = "details."
_USAGE_OBJECTS: Final = (_USAGE, "gen_ai.usage.raw")
_TOOL_LISTS: Final = (names.GEN_AI_TOOL_DEFINITIONS, "gen_ai.agent.tools")
_PROVIDERS: Final = (names.GEN_AI_PROVIDER_NAME, "gen_ai.system", "gen_ai.model.provider")

_TOOL_CALL_ID: Final = "gen_ai.tool.call.id"

_Places = Sequence[tuple[str, str]]
"""Attributes, each with the key that it is read to."""

_PARAMETERS: Final[Mapping[str, str]] = {
    names.GEN_AI_REQUEST_TEMPERATURE: "temperature",
    names.GEN_AI_REQUEST_TOP_P: "top_p",
    names.GEN_AI_REQUEST_TOP_K: "top_k",
    names.GEN_AI_REQUEST_MAX_TOKENS: "max_tokens",
    "gen_ai.request.max_completion_tokens": "max_completion_tokens",
    names.GEN_AI_REQUEST_FREQUENCY_PENALTY: "frequency_penalty",
    names.GEN_AI_REQUEST_PRESENCE_PENALTY: "presence_penalty",
    names.GEN_AI_REQUEST_SEED: "seed",
    "gen_ai.openai.request.seed": "seed",
    names.GEN_AI_REQUEST_STOP_SEQUENCES: "stop",
    "gen_ai.request.choice.count": "n",
    "gen_ai.request.stream": "stream",
    "gen_ai.request.encoding_formats": "encoding_formats",
    "gen_ai.request.reasoning.level": "reasoning_effort",
    "gen_ai.request.reasoning_effort": "reasoning_effort",
    "gen_ai.request.response_format": "response_format",
    "gen_ai.openai.request.response_format": "response_format",
    "gen_ai.retrieval.top_k": "top_k",
    _TOOL_CALL_ID: "tool_call_id",
}

_NUMBERS: Final = frozenset({
    "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "frequency_penalty", "presence_penalty", "seed", "n",
})  # fmt: skip
_NOTHING: Final[tuple[Json, ...]] = ("", [])

_UNIQUE: Final = frozenset({_TOOL_CALL_ID, _REQUEST})
"""What no other call says."""

_MEASURES: Final = (
    (names.GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, "time_to_first_token"),
    ("gen_ai.client.operation.time_to_first_chunk", "time_to_first_token"),
    ("gen_ai.server.time_to_first_token", "time_to_first_token"),
    ("gen_ai.usage.cost", "estimated_cost"),
    ("operation.cost", "estimated_cost"),
    ("llm.cost.total", "estimated_cost"),
)


def readings(attributes: Attributes, *, counts_cache_apart: bool = False) -> list[Entry]:
    """Return what the attributes say of the call, apart from its content.

    Args:
        attributes: those of the span.
        counts_cache_apart: whether `input_tokens` leaves out what came from the cache or went there.
    """
    found: list[Entry] = []
    for read in name_set(attributes).plan(_apart if counts_cache_apart else _together):
        found += read(attributes)
    return found


def _together(told: NameSet) -> Sequence[Read[Entry]]:
    return _planned(told, _usage)


def _apart(told: NameSet) -> Sequence[Read[Entry]]:
    return _planned(told, _usage_apart)


def _planned(told: NameSet, usage: Callable[..., list[Entry]]) -> Sequence[Read[Entry]]:
    return [*remembered(_described(told), told, unique=_UNIQUE), *useful(_others(told, usage), told)]


def _described(told: NameSet) -> Sequence[Reader[Entry]]:
    """Return who reads what the calls of one place in a program have in common."""
    return (
        Reader(_models, frozenset({names.GEN_AI_RESPONSE_MODEL, names.GEN_AI_REQUEST_MODEL})),
        Reader(_providers, frozenset(_PROVIDERS)),
        Reader(partial(_parameters, places=present(_PARAMETERS, told)), frozenset(_PARAMETERS)),
        Reader(_request, frozenset({_REQUEST})),
        Reader(_tools, frozenset({*_TOOL_LISTS, names.GEN_AI_TOOL_NAME})),
    )


def _others(told: NameSet, usage: Callable[..., list[Entry]]) -> Sequence[Reader[Entry]]:
    return (
        Reader(_reason, prefixes=(_COMPLETION,)),
        Reader(
            partial(
                usage, places=_counted(told), objects=[name for name in _USAGE_OBJECTS if name in told.names]
            ),
            frozenset(_USAGE_OBJECTS),
            (_USAGE_PREFIX,),
        ),
        Reader(_measures, frozenset(attribute for attribute, _ in _MEASURES)),
    )


def _models(attributes: Attributes) -> Iterator[Entry]:
    return models(attributes, answered=names.GEN_AI_RESPONSE_MODEL, asked=names.GEN_AI_REQUEST_MODEL)


def _providers(attributes: Attributes) -> Iterator[Entry]:
    return providers(attributes, *_PROVIDERS)


def _parameters(attributes: Attributes, *, places: _Places) -> Iterator[Entry]:
    for attribute, key in places:
        value = _parameter(key, attributes[attribute])
        # Where a request has no value, OpenLIT writes an empty one, or a limit of -1.
        if value not in _NOTHING and (key != "max_tokens" or value != -1):
            yield Entry("metadata", key, value, (attribute,))


def _parameter(key: str, told: Json) -> Json:
    """Return the value of a parameter; Java's instrumentations write numbers as text."""
    if not isinstance(told, str) or key not in _NUMBERS:
        return json_text.decoded(told)
    parsed = json_text.parse(told)
    return parsed.value if parsed and isinstance(parsed.value, NUMBERS) else told


def _request(attributes: Attributes) -> Iterator[Entry]:
    request = json_text.structure(attributes.get(_REQUEST))
    if request and isinstance(request.value, dict):
        for key, value in request.value.items():
            yield Entry("metadata", key, value, (_REQUEST,))


def _tools(attributes: Attributes) -> Iterator[Entry]:
    for attribute in _TOOL_LISTS:
        if tools := tool_definitions(attributes.get(attribute)):
            yield Entry("metadata", "tools", tools, (attribute,))
    name = attributes.get(names.GEN_AI_TOOL_NAME)
    if isinstance(name, str) and name:
        yield Entry("metadata", "tools", [named_tool(name)], (names.GEN_AI_TOOL_NAME,))


def _reason(attributes: Attributes) -> Iterator[Entry]:
    listed, used = list_below(attributes, _COMPLETION)
    if reason := bare_reason(listed):
        yield Entry("metadata", "finish_reason", reason, used)


def _usage(attributes: Attributes, *, places: _Places, objects: Sequence[str]) -> list[Entry]:
    return token_metrics(_counts(attributes, places, objects))


def _usage_apart(attributes: Attributes, *, places: _Places, objects: Sequence[str]) -> list[Entry]:
    return token_metrics(with_cache(_counts(attributes, places, objects)))


def _counts(attributes: Attributes, places: _Places, objects: Sequence[str]) -> list[Count]:
    counts = [Count(metric, attributes[attribute], (attribute,)) for attribute, metric in places]
    for attribute in objects:
        usage = json_text.structure(attributes[attribute])
        if usage and isinstance(usage.value, dict):
            counts += counts_in(usage.value, attribute)
    return counts


def _counted(told: NameSet) -> _Places:
    """Return the attributes that count tokens, and the metrics that they count."""
    return [
        (attribute, metric)
        for path, attribute in told.below(_USAGE_PREFIX)
        for name in ((path.removeprefix(_DETAILS), path) if path.startswith(_DETAILS) else (path,))
        if (metric := METRIC_OF.get(name))
    ]


def _measures(attributes: Attributes) -> Iterator[Entry]:
    for attribute, metric in _MEASURES:
        if (value := measure(attributes.get(attribute))) is not None:
            yield Entry("metrics", metric, value, (attribute,))
