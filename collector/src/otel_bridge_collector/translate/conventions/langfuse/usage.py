"""Counts, cost and time to the first token of a Langfuse observation."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.usage import Count, counts_in, is_measure, token_metrics

_USAGE: Final = "langfuse.observation.usage_details"
_COST: Final = "langfuse.observation.cost_details"
_TOTAL: Final = "total"
_ANSWER_START: Final = "langfuse.observation.completion_start_time"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NS_PER_US: Final = 1_000
_NS_PER_SECOND: Final = 10**9

_METRIC_OF: Final[Mapping[str, str]] = {
    "input": "prompt_tokens",
    "output": "completion_tokens",
    "total": "tokens",
    "input_cache_read": "prompt_cached_tokens",
    "input_cached_tokens": "prompt_cached_tokens",
    "cache_read": "prompt_cached_tokens",
    "cache_read_input_tokens": "prompt_cached_tokens",
    "input_cache_creation": "prompt_cache_creation_tokens",
    "cache_creation": "prompt_cache_creation_tokens",
    "cache_creation_input_tokens": "prompt_cache_creation_tokens",
    "cache_creation_ephemeral_5m_input_tokens": "prompt_cache_creation_5m_tokens",
    "cache_creation_ephemeral_1h_input_tokens": "prompt_cache_creation_1h_tokens",
    "input_ephemeral_5m_input_tokens": "prompt_cache_creation_5m_tokens",
    "input_ephemeral_1h_input_tokens": "prompt_cache_creation_1h_tokens",
    "input_audio": "prompt_audio_tokens",
    "input_audio_tokens": "prompt_audio_tokens",
    "output_reasoning": "completion_reasoning_tokens",
    "output_reasoning_tokens": "completion_reasoning_tokens",
    "output_audio": "completion_audio_tokens",
    "output_audio_tokens": "completion_audio_tokens",
}
"""Langfuse's names. Each token has one name only, except those of cache writes by their lifetime."""

_APART: Final = {
    "input": ("input_", "cached_modality_", "cache_read", "cache_creation"),
    "output": ("output_",),
}
"""How the names begin of what `input` and `output` do not include."""

_PARTS_OF_PARTS: Final = ("cache_creation_ephemeral_", "input_priority", "output_priority")


def readings(span: Span) -> Iterator[Entry]:
    """Yield what the span says of tokens, cost and time."""
    return chain(token_metrics(_counts(span.attributes)), _cost(span.attributes), _time_to_first_token(span))


def _counts(attributes: Attributes) -> Iterator[Count]:
    usage = _object(attributes.get(_USAGE))
    if "input" in usage or "output" in usage:
        return _own_counts(usage)
    return counts_in(usage, _USAGE)


def _own_counts(usage: Mapping[str, Json]) -> Iterator[Count]:
    """The attribute is spent if its counts are all known, and none had to be added to another."""
    whole = {name: _with_parts(usage, name) for name in _APART if name in usage and not _is_whole(usage)}
    is_spent = all(value == whole.get(name, value) for name, value in usage.items()) and all(
        name in _METRIC_OF or value == 0 for name, value in usage.items()
    )
    for name, value in usage.items():
        if metric := _METRIC_OF.get(name):
            yield Count(metric, whole.get(name, value), (_USAGE,) if is_spent else ())


def _is_whole(usage: Mapping[str, Json]) -> bool:
    """Tell whether input and output include their parts after all: together they are the total."""
    counts = [value for name in _APART if is_measure(value := usage.get(name))]
    return sum(counts) == usage.get("total")


def _with_parts(usage: Mapping[str, Json], name: str) -> Json:
    apart = [
        value
        for part, value in usage.items()
        if part.startswith(_APART[name]) and not part.startswith(_PARTS_OF_PARTS)
    ]
    counts = [value for value in (usage[name], *apart) if is_measure(value)]
    return sum(counts) if len(counts) == len(apart) + 1 else usage[name]


def _cost(attributes: Attributes) -> Iterator[Entry]:
    """Yield the total, which Langfuse takes for the sum of all parts where it is not given."""
    cost = _object(attributes.get(_COST))
    parts = [value for name, value in cost.items() if name != _TOTAL]
    counted = [value for value in parts if is_measure(value)]
    total = cost.get(_TOTAL, sum(counted) if counted and len(counted) == len(parts) else None)
    if is_measure(total):
        yield Entry("metrics", "estimated_cost", total, () if any(parts) else (_COST,))


def _time_to_first_token(span: Span) -> Iterator[Entry]:
    text = json_text.decoded(span.attributes.get(_ANSWER_START))
    if not isinstance(text, str):
        return
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return
    if moment.tzinfo is None:
        return
    since_start_ns = (moment - _EPOCH) // timedelta(microseconds=1) * _NS_PER_US - span.start_ns
    if since_start_ns >= 0:
        yield Entry("metrics", "time_to_first_token", since_start_ns / _NS_PER_SECOND, ())


def _object(value: Json) -> Mapping[str, Json]:
    parsed = json_text.structure(value)
    return parsed.value if parsed and isinstance(parsed.value, dict) else {}
