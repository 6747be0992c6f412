"""Tokens and times of a call from `ai.*` attributes.

`ai.usage.*` lacks what a provider counts in its own way. That stands in `ai.response.providerMetadata`: of the last of
several calls, so that it says something only where the span is one call.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.name_set import NameSet, name_set
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.usage import Count, is_measure, token_metrics

_PREFIX: Final = "ai.usage."
_PROVIDER_METADATA: Final = "ai.response.providerMetadata"
_FIRST_CHUNK_EVENT: Final = "ai.stream.firstChunk"
_FIRST_CHUNK: Final = ("ai.response.msToFirstChunk", "ai.stream.msToFirstChunk")
_MS_PER_SECOND: Final = 1000

_METRIC_OF: Final = {
    "promptTokens": "prompt_tokens",
    "inputTokens": "prompt_tokens",
    "tokens": "prompt_tokens",
    "completionTokens": "completion_tokens",
    "outputTokens": "completion_tokens",
    "totalTokens": "tokens",
    "cachedInputTokens": "prompt_cached_tokens",
    "inputTokenDetails.cacheReadTokens": "prompt_cached_tokens",
    "inputTokenDetails.cacheWriteTokens": "prompt_cache_creation_tokens",
    "reasoningTokens": "completion_reasoning_tokens",
    "outputTokenDetails.reasoningTokens": "completion_reasoning_tokens",
}

_PROVIDER_METRICS: Final = (
    ("prompt_cached_tokens", ("anthropic", "usage", "cache_read_input_tokens")),
    ("prompt_cached_tokens", ("anthropic", "cacheReadInputTokens")),
    ("prompt_cached_tokens", ("bedrock", "usage", "cacheReadInputTokens")),
    ("prompt_cached_tokens", ("google", "usageMetadata", "cachedContentTokenCount")),
    ("prompt_cached_tokens", ("openai", "cachedPromptTokens")),
    ("prompt_cache_creation_tokens", ("anthropic", "usage", "cache_creation_input_tokens")),
    ("prompt_cache_creation_tokens", ("anthropic", "cacheCreationInputTokens")),
    ("prompt_cache_creation_tokens", ("bedrock", "usage", "cacheWriteInputTokens")),
    (
        "prompt_cache_creation_5m_tokens",
        ("anthropic", "usage", "cache_creation", "ephemeral_5m_input_tokens"),
    ),
    (
        "prompt_cache_creation_1h_tokens",
        ("anthropic", "usage", "cache_creation", "ephemeral_1h_input_tokens"),
    ),
    ("completion_reasoning_tokens", ("google", "usageMetadata", "thoughtsTokenCount")),
    ("completion_reasoning_tokens", ("openai", "reasoningTokens")),
)
"""Where providers of the AI SDK say what `ai.usage.*` may leave out."""

_CACHES: Final = ("prompt_cached_tokens", "prompt_cache_creation_tokens")
_ANTHROPIC_INPUT: Final = ("anthropic", "usage", "input_tokens")
_ANTHROPIC_CACHE_OF_4: Final = ("anthropic", "cacheReadInputTokens")

_REPEATED: Final = {
    names.GEN_AI_USAGE_INPUT_TOKENS: "prompt_tokens",
    names.GEN_AI_USAGE_OUTPUT_TOKENS: "completion_tokens",
}
"""What the spans of a call repeat of `ai.usage.*`, under names that promise another way of counting."""


def readings(span: Span, *, is_call: bool) -> Iterator[Entry]:
    """Yield the metrics of a span; `is_call` says that it is one request to a model."""
    counts = _counts(span.attributes)
    if is_call:
        beside = _provider_counts(span.attributes)
        counts = [*_with_cache(counts, beside, span.attributes), *beside]
    yield from token_metrics(counts)
    yield from _first_chunk(span)


def repeated(attributes: Attributes) -> list[str]:
    """Return the attributes that only say again what `ai.usage.*` says."""
    if not any(attribute in attributes for attribute in _REPEATED):
        return []
    said = [(count.metric, count.value) for count in _counts(attributes)]
    return [
        attribute for attribute, metric in _REPEATED.items() if (metric, attributes.get(attribute)) in said
    ]


def _counts(attributes: Attributes) -> list[Count]:
    return [
        Count(metric, attributes[attribute], (attribute,))
        for metric, attribute in name_set(attributes).plan(_counted)
    ]


def _counted(told: NameSet) -> Sequence[tuple[str, str]]:
    return [(metric, attribute) for key, attribute in told.below(_PREFIX) if (metric := _METRIC_OF.get(key))]


def _provider_counts(attributes: Attributes) -> list[Count]:
    metadata = _provider_metadata(attributes)
    found = [Count(metric, _at(metadata, path), ()) for metric, path in _PROVIDER_METRICS]
    return [count for count in found if count.value is not None]


def _with_cache(counts: list[Count], beside: list[Count], attributes: Attributes) -> list[Count]:
    """Count the cache within the input, where Anthropic's adapter did not; a total without it is no total."""
    given = next((count.value for count in counts if count.metric == "prompt_tokens"), None)
    metadata = _provider_metadata(attributes)
    excludes = given == _at(metadata, _ANTHROPIC_INPUT) or _at(metadata, _ANTHROPIC_CACHE_OF_4) is not None
    cached: dict[str, int] = {}
    for count in beside:
        if count.metric in _CACHES and isinstance(count.value, int):
            cached.setdefault(count.metric, count.value)
    if not excludes or not isinstance(given, int) or not any(cached.values()):
        return counts
    whole = given + sum(cached.values())
    return [
        Count(count.metric, whole, count.attributes) if count.metric == "prompt_tokens" else count
        for count in counts
        if count.metric != "tokens"
    ]


def _first_chunk(span: Span) -> Iterator[Entry]:
    events = [event.attributes for event in span.events if event.name == _FIRST_CHUNK_EVENT]
    for attributes in (span.attributes, *events):
        for attribute in _FIRST_CHUNK:
            if is_measure(value := attributes.get(attribute)):
                used = (attribute,) if attribute in span.attributes else ()
                yield Entry("metrics", "time_to_first_token", value / _MS_PER_SECOND, used)


def _provider_metadata(attributes: Attributes) -> Json:
    parsed = json_text.structure(attributes.get(_PROVIDER_METADATA))
    return parsed.value if parsed else None


def _at(value: Json, path: tuple[str, ...]) -> Json:
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
