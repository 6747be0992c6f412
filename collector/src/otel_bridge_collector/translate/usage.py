"""Token counts in one normal form, whatever names and sums a producer uses.

| metric | meaning |
| --- | --- |
| `prompt_tokens` | all input, cached and cache-written included |
| `completion_tokens` | all output, reasoning included |
| `tokens` | as given, else the sum of the two |
| `prompt_cached_tokens`, `prompt_cache_creation_tokens`, `prompt_audio_tokens` | parts of `prompt_tokens` |
| `completion_reasoning_tokens`, `completion_audio_tokens`, `completion_image_tokens` | parts of `completion_tokens` |

Source: spec/translation.md sections 7 and 14 (7); the providers' usage objects. Prices are not its subject.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from otel_bridge.contract.kinds import NUMBERS
from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.partial import Entry

METRIC_OF: Final[Mapping[str, str]] = {
    "input_tokens": "prompt_tokens",
    "prompt_tokens": "prompt_tokens",
    "output_tokens": "completion_tokens",
    "completion_tokens": "completion_tokens",
    "total_tokens": "tokens",
    "cache_read.input_tokens": "prompt_cached_tokens",
    "cache_read_input_tokens": "prompt_cached_tokens",
    "cache_read_tokens": "prompt_cached_tokens",
    "cached_tokens": "prompt_cached_tokens",
    "cached_input_tokens": "prompt_cached_tokens",
    "prompt_cache_hit_tokens": "prompt_cached_tokens",
    "input_tokens_details.cached_tokens": "prompt_cached_tokens",
    "input_token_details.cached_tokens": "prompt_cached_tokens",
    "input_token_details.cache_read": "prompt_cached_tokens",
    "prompt_tokens_details.cached_tokens": "prompt_cached_tokens",
    "cache_write.input_tokens": "prompt_cache_creation_tokens",
    "cache_write_tokens": "prompt_cache_creation_tokens",
    "cache_creation.input_tokens": "prompt_cache_creation_tokens",
    "cache_creation_input_tokens": "prompt_cache_creation_tokens",
    "cache_creation_tokens": "prompt_cache_creation_tokens",
    "input_tokens_details.cache_write_tokens": "prompt_cache_creation_tokens",
    "prompt_tokens_details.cache_write_tokens": "prompt_cache_creation_tokens",
    "prompt_tokens_details.cache_creation_tokens": "prompt_cache_creation_tokens",
    "input_token_details.cache_creation": "prompt_cache_creation_tokens",
    "cache_creation.5m_input_tokens": "prompt_cache_creation_5m_tokens",
    "cache_creation.1h_input_tokens": "prompt_cache_creation_1h_tokens",
    "cache_creation.ephemeral_5m_input_tokens": "prompt_cache_creation_5m_tokens",
    "cache_creation.ephemeral_1h_input_tokens": "prompt_cache_creation_1h_tokens",
    "audio.input_tokens": "prompt_audio_tokens",
    "audio_input_tokens": "prompt_audio_tokens",
    "input_audio_tokens": "prompt_audio_tokens",
    "input_tokens_details.audio_tokens": "prompt_audio_tokens",
    "input_token_details.audio_tokens": "prompt_audio_tokens",
    "input_token_details.audio": "prompt_audio_tokens",
    "prompt_tokens_details.audio_tokens": "prompt_audio_tokens",
    "reasoning.output_tokens": "completion_reasoning_tokens",
    "reasoning_tokens": "completion_reasoning_tokens",
    "thoughts_tokens": "completion_reasoning_tokens",
    "output_token_details.reasoning": "completion_reasoning_tokens",
    "output_tokens_details.reasoning_tokens": "completion_reasoning_tokens",
    "completion_tokens_details.reasoning_tokens": "completion_reasoning_tokens",
    "audio.output_tokens": "completion_audio_tokens",
    "audio_output_tokens": "completion_audio_tokens",
    "output_audio_tokens": "completion_audio_tokens",
    "output_tokens_details.audio_tokens": "completion_audio_tokens",
    "output_token_details.audio_tokens": "completion_audio_tokens",
    "output_token_details.audio": "completion_audio_tokens",
    "completion_tokens_details.audio_tokens": "completion_audio_tokens",
    "image.output_tokens": "completion_image_tokens",
    "output_tokens_details.image_tokens": "completion_image_tokens",
    "completion_tokens_details.image_tokens": "completion_image_tokens",
    "prompt_token_count": "prompt_tokens",
    "promptTokenCount": "prompt_tokens",
    "total_token_count": "tokens",
    "totalTokenCount": "tokens",
    "cached_content_token_count": "prompt_cached_tokens",
    "cachedContentTokenCount": "prompt_cached_tokens",
    "cached_content_tokens": "prompt_cached_tokens",
    "thoughts_token_count": "completion_reasoning_tokens",
    "thoughtsTokenCount": "completion_reasoning_tokens",
    "inputTokens": "prompt_tokens",
    "outputTokens": "completion_tokens",
    "totalTokens": "tokens",
    "cacheReadInputTokens": "prompt_cached_tokens",
    "cacheWriteInputTokens": "prompt_cache_creation_tokens",
    "cachedInputTokens": "prompt_cached_tokens",
    "inputTokenDetails.cacheReadTokens": "prompt_cached_tokens",
    "inputTokenDetails.cacheWriteTokens": "prompt_cache_creation_tokens",
    "reasoningTokens": "completion_reasoning_tokens",
    "outputTokenDetails.reasoningTokens": "completion_reasoning_tokens",
    "tokens.input_tokens": "prompt_tokens",
    "tokens.output_tokens": "completion_tokens",
    "prompt_eval_count": "prompt_tokens",
    "eval_count": "completion_tokens",
}
"""Name of a count, behind a convention's prefix or as a path in a usage object, to its metric."""

_PARTS: Final = {
    "prompt_tokens": ("prompt_cached_tokens", "prompt_cache_creation_tokens"),
    "completion_tokens": ("completion_reasoning_tokens",),
}


_CACHE_APART: Final = (
    ("input_tokens", ("cache_read_input_tokens", "cache_creation_input_tokens")),
    ("inputTokens", ("cacheReadInputTokens", "cacheWriteInputTokens")),
)
"""What Anthropic and Bedrock call their input, and the caches that it leaves out."""
_GOOGLE_APART: Final = (
    ("completion_tokens", "candidates_token_count", "thoughts_token_count"),
    ("completion_tokens", "candidatesTokenCount", "thoughtsTokenCount"),
    ("prompt_tokens", "prompt_token_count", "tool_use_prompt_token_count"),
    ("prompt_tokens", "promptTokenCount", "toolUsePromptTokenCount"),
)
"""What Google counts, and what it leaves out of that: thoughts of an answer, results of its own tools in a prompt."""

_MAX_DIGITS: Final = 15
_COUNT_TEXT: Final = re.compile(rf"([0-9]{{1,{_MAX_DIGITS}}})(?:\.0{{1,{_MAX_DIGITS}}})?")
_MEASURE_TEXT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,30})?(?:[eE]-?[0-9]{1,2})?")
_LIMIT: Final = 10**_MAX_DIGITS
"""A number that is longer is no count; within this, floats are exact."""


@dataclass(slots=True)
class Count:
    """A number of tokens as given, and the attributes that are spent with it; made as readings are (`partial`)."""

    metric: Final[str]
    value: Final[Json]
    attributes: Final[tuple[str, ...]]


def counts_in(usage: Json, attribute: str, *, spends: bool = True) -> Iterator[Count]:
    """Yield the counts of a provider's usage object; the attribute is spent if they are all that it says.

    A zero that has no metric says nothing. Anthropic and Bedrock count their input apart from what their caches held, and
    Google the tokens of its answers apart from those of its thoughts, and those of a prompt apart from what its tools found.
    """
    leaves = _leaves(usage) if isinstance(usage, dict) else {}
    if not leaves:
        return
    is_all = all(path in METRIC_OF or value == 0 for path, value in leaves.items())
    spent = (attribute,) if spends and is_all else ()
    for summed, counted, apart in _GOOGLE_APART:
        if counted in leaves and (told := _tokens(leaves[counted])) is not None:
            leaves = {path: value for path, value in leaves.items() if path != counted}
            yield Count(summed, told + (_tokens(leaves.get(apart)) or 0), spent)
    for given, caches in _CACHE_APART:
        if any(path in leaves for path in caches):
            leaves |= _with_cache(leaves, given, caches)
    for path, value in leaves.items():
        if metric := METRIC_OF.get(path):
            yield Count(metric, value, spent)


def with_cache(counts: Sequence[Count]) -> list[Count]:
    """Return counts with all input in `prompt_tokens`, where that left out what the cache held."""
    given = {count.metric: told for count in reversed(counts) if (told := _tokens(count.value)) is not None}
    apart = sum(given.get(part, 0) for part in _PARTS["prompt_tokens"])
    whole = given.get("prompt_tokens", 0) + apart
    return [
        Count(count.metric, whole, count.attributes) if count.metric == "prompt_tokens" else count
        for count in counts
    ]


def token_metrics(counts: Iterable[Count]) -> list[Entry]:
    """Return the metrics for counts; of two for one metric the first is taken.

    What is no number of tokens (negative, not finite, no number) is passed over, so that it stays a leftover. Parts that a
    total cannot include are added to it.
    """
    valid: list[tuple[str, int, tuple[str, ...]]] = []
    given: dict[str, int] = {}
    for count in counts:
        if (value := _tokens(count.value)) is not None:
            valid.append((count.metric, value, count.attributes))
            if count.metric not in given:
                given[count.metric] = value
    if not valid:
        return []
    normal = _normal_form(given)
    found = [
        Entry("metrics", metric, normal[metric] if value == given[metric] else value, attributes)
        for metric, value, attributes in valid
    ]
    if "tokens" in normal and "tokens" not in given:
        found.append(Entry("metrics", "tokens", normal["tokens"], ()))
    return found


def is_measure(value: Json) -> TypeGuard[int | float]:
    """Tell whether `value` is a finite number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, NUMBERS):
        return False
    return 0 <= value <= sys.float_info.max  # an integer may be larger than any double


def measure(value: Json) -> int | float | None:
    """Return a measure as a number, also one that an instrumentation wrote as text; None when it is none."""
    if isinstance(value, str):
        return float(value) if _MEASURE_TEXT.fullmatch(value) else None
    return value if is_measure(value) else None


def _with_cache(leaves: Mapping[str, Json], given: str, caches: Sequence[str]) -> dict[str, Json]:
    apart = [_tokens(leaves.get(path, 0)) for path in (given, *caches)]
    counts = [count for count in apart if count is not None]
    return {given: sum(counts)} if given in leaves and len(counts) == len(apart) else {}


def _normal_form(given: Mapping[str, int]) -> dict[str, int]:
    normal = dict(given)
    for total, parts in _PARTS.items():
        if total in given:
            part_sum = 0
            for part in parts:
                part_sum += given.get(part, 0)
            if part_sum and _are_apart(given, total, part_sum):
                normal[total] = given[total] + part_sum
    if "prompt_tokens" in normal and "completion_tokens" in normal:
        sum_of_both = normal["prompt_tokens"] + normal["completion_tokens"]
        normal["tokens"] = given["tokens"] if "tokens" in given and normal == given else sum_of_both
    return normal


def _are_apart(given: Mapping[str, int], total: str, part_sum: int) -> bool:
    """Tell whether a total does not include its parts: it is smaller, or the sum of all needs them beside it."""
    sum_of_both = given.get("prompt_tokens", 0) + given.get("completion_tokens", 0)
    return part_sum > given[total] or given.get("tokens") == sum_of_both + part_sum != sum_of_both


def _tokens(value: Json) -> int | None:
    if type(value) is int:
        return value if 0 <= value < _LIMIT else None
    if isinstance(value, str):
        return int(whole[1]) if (whole := _COUNT_TEXT.fullmatch(value)) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LIMIT:
        return None
    return int(value) if value == int(value) else None


def _leaves(value: Mapping[str, Json], path: str = "") -> dict[str, Json]:
    """Return the values inside of an object by their path; null is none."""
    leaves: dict[str, Json] = {}
    for key, child in value.items():
        place = f"{path}.{key}" if path else key
        if isinstance(child, dict):
            leaves |= _leaves(child, place)
        elif child is not None:
            leaves[place] = child
    return leaves
