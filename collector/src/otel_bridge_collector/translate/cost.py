"""What the tokens of a row cost, and how that came about. It changes no row and knows no prices (`price`).

A row counts with what its producer said (`metrics.estimated_cost`), else with its tokens at the prices of its time. A zero
beside tokens that have a price is what producers say that found no price: it counts as not said. A row
whose tokens repeat those of other rows (`rollup`) and a scorer count with nothing. A model without a price has no cost
and a reason, never zero.

Source: Braintrust's cross-SDK specification, estimated cost (spec/translation.md section 7); spec/features.md R34, R35.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate.price import TABLE, Rates, find_rates
from otel_bridge_collector.translate.rollup import MARK
from otel_bridge_collector.translate.row import keyed_field
from otel_bridge_collector.translate.usage import is_measure

_TOLERANCE: Final = 0.01
"""Two costs that differ by less than this part are the same: producers round."""

_SERVICE_TIERS: Final = ("openai.response.service_tier", "gen_ai.openai.response.service_tier")

_FRAMEWORKS: Final = frozenset({
    "ag2", "agent_framework", "agno", "autogen", "browser_use", "claude_agent_sdk", "controlflow", "crewai", "dynamiq", "haystack",
    "julep", "langchain", "langgraph", "letta", "litellm", "llama_index", "microsoft", "openai_agents", "pydantic_ai", "smolagents",
    "spring_ai", "strands-agents", "strands_agents",
})  # fmt: skip
"""What some name as provider though it sells no model: the framework itself, as AutoGen, Strands, Spring AI and the Agent Framework
do, OpenLLMetry for LangChain and LangGraph, and OpenLIT for all that it knows (openlit 1.45.0, `semcov`). Who sold the model is
then known by the model's name, if at all."""

_RATES: Final[Mapping[str, tuple[str, ...]]] = {
    "promptUncachedTokens": ("input",),
    "promptAudioTokens": ("input_audio", "input"),
    "promptCachedTokens": ("cache_read", "input"),
    "promptCacheCreationTokens": ("cache_write", "input"),
    "promptCacheCreation5mTokens": ("cache_write_5m", "cache_write", "input"),
    "promptCacheCreation1hTokens": ("cache_write_1h", "cache_write", "input"),
    "completionTokens": ("output",),
    "completionAudioTokens": ("output_audio", "output"),
}
"""Bucket, named as in Braintrust's `estimated_cost_breakdown`, to the rates that price it; the first that is known."""


_PARTS: Final = frozenset({
    "prompt_cached_tokens", "prompt_cache_creation_tokens", "prompt_cache_creation_5m_tokens",
    "prompt_cache_creation_1h_tokens", "prompt_audio_tokens", "completion_audio_tokens",
})  # fmt: skip
"""Metrics that split input and output into buckets; most rows have none of them."""


_PLAIN_TOKENS: Final = 10_000_000
"""Up to so many tokens no product with a rate has more digits than a `Decimal` keeps."""


class Charge(NamedTuple):
    """The tokens of one bucket and their price; buckets do not overlap."""

    bucket: str
    tokens: int
    usd_per_million: float
    usd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Computation:
    """Tokens at the prices of a table."""

    usd: float
    provider: str
    model: str
    table: str
    charges: tuple[Charge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a row costs.

    Attributes:
        usd: US dollars that the row counts with; None when it has none or nobody knows.
        source: who says so; None without `usd`.
        computed: what the price table says, also where the producer's word counts; None when it cannot say.
        note: what a reader should know: why there is no cost, or that two costs differ; empty when nothing.
    """

    usd: float | None
    source: Literal["producer", "price table"] | None
    computed: Computation | None
    note: str


class _Priced(NamedTuple):
    """The buckets of a row with the rate and the cost of each."""

    rates: Rates
    buckets: Sequence[tuple[str, int, Decimal, Decimal]]
    usd: float

    def explained(self) -> Computation:
        charges = (Charge(name, tokens, float(rate), float(usd)) for name, tokens, rate, usd in self.buckets)
        return Computation(
            usd=self.usd,
            provider=self.rates.provider,
            model=self.rates.model,
            table=TABLE,
            charges=tuple(charges),
        )


def estimated_cost(row: Row) -> float | None:
    """Return the US dollars that a row counts with, or None: `cost_of(row).usd`, without what explains it. Never raises."""
    if _why_not(row):
        return None
    metrics = keyed_field(row, "metrics")
    said = metrics.get("estimated_cost")
    if said is None and (plain := _plain_counts(metrics)):
        return _plain_usd(row, metrics, *plain)
    if is_measure(said) and said:
        return said
    priced = _priced(row)
    usd = None if isinstance(priced, str) else priced.usd
    return said if is_measure(said) and not usd else usd


def _plain_counts(metrics: Mapping[str, Json]) -> tuple[int, int] | None:
    """Return input and output where nothing splits them into buckets; None where something may."""
    read, written = metrics.get("prompt_tokens", 0), metrics.get("completion_tokens", 0)
    if type(read) is not int or type(written) is not int or not _PARTS.isdisjoint(metrics):
        return None
    return (read, written) if 0 <= read <= _PLAIN_TOKENS and 0 <= written <= _PLAIN_TOKENS else None


def _plain_usd(row: Row, metrics: Mapping[str, Json], read: int, written: int) -> float | None:
    """Return what plain counts cost, by one division of whole numbers instead of `Decimal` at each step: the same float."""
    if not read and not written:
        return None
    rates = _rates_of(keyed_field(row, "metadata"), metrics.get("start"), read)
    if rates is None:
        return None
    input_rate, output_rate, parts = rates.whole
    if (read and input_rate is None) or (written and output_rate is None):
        return None
    return (read * (input_rate or 0) + written * (output_rate or 0)) / parts


def cost_of(row: Row) -> Cost:
    """Return what a whole row, with its facts in it, costs. Never raises."""
    if why_not := _why_not(row):
        return _no_cost(why_not)
    said = keyed_field(row, "metrics").get("estimated_cost")
    priced = _priced(row)
    computed = None if isinstance(priced, str) else priced.explained()
    if is_measure(said) and not (said == 0 and computed and computed.usd):
        return Cost(usd=said, source="producer", computed=computed, note=_difference(said, computed))
    if isinstance(priced, str):
        return _no_cost(priced)
    note = "the producer said $0 of tokens that have a price, which counts as not said" if said == 0 else ""
    return Cost(usd=priced.usd, source="price table", computed=computed, note=note)


def _why_not(row: Row) -> str:
    """Return why a row counts with nothing, whatever its tokens; empty where it may count."""
    attributes = keyed_field(row, "span_attributes")
    if attributes.get(MARK) is True:
        return "its tokens and cost repeat those of other spans of the trace, which count"
    if attributes.get("purpose") == "scorer":
        return "a scorer has no cost"
    return ""


def _no_cost(note: str) -> Cost:
    return Cost(usd=None, source=None, computed=None, note=note)


def _difference(said: float, computed: Computation | None) -> str:
    if computed is None or abs(said - computed.usd) <= _TOLERANCE * max(said, computed.usd):
        return ""
    return f"the producer said ${said:.6g}, by the price table it is ${computed.usd:.6g}"


def _priced(row: Row) -> _Priced | str:
    """Return the tokens at their prices, or why there are none."""
    buckets = _buckets(keyed_field(row, "metrics"))
    if not buckets:
        return ""
    rates = _rates(row)
    if rates is None:
        return _unknown(row)
    known = rates.usd_per_million
    priced: list[tuple[str, int, Decimal, Decimal]] = []
    total = Decimal(0)
    for bucket, tokens in buckets.items():
        rate = next((known[name] for name in _RATES[bucket] if name in known), None)
        if rate is None:
            return f"{TABLE} does not price {bucket} of {rates.model}"
        usd = rate * tokens / 1_000_000
        total += usd
        priced.append((bucket, tokens, rate, usd))
    return _Priced(rates, priced, float(total))


def _unknown(row: Row) -> str:
    metadata = keyed_field(row, "metadata")
    model, provider = metadata.get("model"), metadata.get("provider")
    if not isinstance(model, str):
        return "no model is named, so its tokens have no price"
    seller = f" of provider {provider}" if provider else ""
    return f"{TABLE} has no price for model {model}{seller} at that time"


def _rates(row: Row) -> Rates | None:
    metrics = keyed_field(row, "metrics")
    return _rates_of(keyed_field(row, "metadata"), metrics.get("start"), _count(metrics, "prompt_tokens"))


def _rates_of(metadata: Mapping[str, Json], at_s: Json, input_tokens: int) -> Rates | None:
    """Return the rates of the model that answered, else of the one that was asked for."""
    if not is_measure(at_s):
        return None
    provider = _text(metadata.get("provider"))
    if provider in _FRAMEWORKS:
        provider = None
    tier = _text(metadata.get(_SERVICE_TIERS[0])) or _text(metadata.get(_SERVICE_TIERS[1]))
    for key in ("model", "request_model"):
        model = _text(metadata.get(key))
        if model and (
            rates := find_rates(model, provider, at_s=at_s, input_tokens=input_tokens, service_tier=tier)
        ):
            return rates
    return None


def _buckets(metrics: Mapping[str, Json]) -> dict[str, int]:
    """Return the disjoint buckets that have tokens, of counts in the normal form of `usage`."""
    if _PARTS.isdisjoint(metrics):
        whole = {
            "promptUncachedTokens": _count(metrics, "prompt_tokens"),
            "completionTokens": _count(metrics, "completion_tokens"),
        }
        return {bucket: tokens for bucket, tokens in whole.items() if tokens}
    cached = _count(metrics, "prompt_cached_tokens")
    kept_5m = _count(metrics, "prompt_cache_creation_5m_tokens")
    kept_1h = _count(metrics, "prompt_cache_creation_1h_tokens")
    created = max(_count(metrics, "prompt_cache_creation_tokens"), kept_5m + kept_1h)
    uncached = max(_count(metrics, "prompt_tokens") - cached - created, 0)
    completion = _count(metrics, "completion_tokens")
    heard = min(_count(metrics, "prompt_audio_tokens"), uncached)
    spoken = min(_count(metrics, "completion_audio_tokens"), completion)
    sizes = {
        "promptUncachedTokens": uncached - heard,
        "promptAudioTokens": heard,
        "promptCachedTokens": cached,
        "promptCacheCreationTokens": created - kept_5m - kept_1h,
        "promptCacheCreation5mTokens": kept_5m,
        "promptCacheCreation1hTokens": kept_1h,
        "completionTokens": completion - spoken,
        "completionAudioTokens": spoken,
    }
    return {bucket: tokens for bucket, tokens in sizes.items() if tokens}


def _count(metrics: Mapping[str, Json], name: str) -> int:
    value = metrics.get(name)
    return int(value) if value is not None and is_measure(value) else 0


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
