"""What the tokens of a row cost, and how that came about. It changes no row and knows no prices (`price`).

A row counts with what its producer said (`metrics.estimated_cost`), else with its tokens at the prices of its time. A zero
beside tokens that have a price is what producers say that found no price: it counts as not said. A row
whose tokens repeat those of other rows (`rollup`) and a scorer count with nothing. A model without a price has no cost
and a reason, never zero.

Source: Braintrust's cross-SDK specification, estimated cost (spec/translation.md section 7); spec/features.md R34, R35.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, Literal, NamedTuple

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate.price import TABLE, Rates, find_rates
from otel_bridge_collector.translate.rollup import is_marked
from otel_bridge_collector.translate.row import keyed_field
from otel_bridge_collector.translate.usage import is_measure

_TOLERANCE: Final = 0.01
"""Two costs that differ by less than this part are the same: producers round."""

_SERVICE_TIERS: Final = ("openai.response.service_tier", "gen_ai.openai.response.service_tier")

_FRAMEWORKS: Final = frozenset({"autogen", "langchain", "langgraph", "microsoft", "strands-agents"})
"""What some name as provider though it sells no model: the framework itself, as AutoGen, Strands and the Agent Framework
do, and OpenLLMetry for LangChain and LangGraph. Who sold the model is then known by the model's name, if at all."""

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


def estimated_cost(row: Row) -> float | None:
    """Return the US dollars that a row counts with, or None."""
    return cost_of(row).usd


def cost_of(row: Row) -> Cost:
    """Return what a whole row, with its facts in it, costs. Never raises."""
    if is_marked(row):
        return _no_cost("its tokens and cost repeat those of other spans of the trace, which count")
    if keyed_field(row, "span_attributes").get("purpose") == "scorer":
        return _no_cost("a scorer has no cost")
    said = keyed_field(row, "metrics").get("estimated_cost")
    computed, reason = _computation(row)
    if is_measure(said) and not (said == 0 and computed and computed.usd):
        return Cost(usd=said, source="producer", computed=computed, note=_difference(said, computed))
    if computed is None:
        return _no_cost(reason)
    note = "the producer said $0 of tokens that have a price, which counts as not said" if said == 0 else ""
    return Cost(usd=computed.usd, source="price table", computed=computed, note=note)


def _no_cost(note: str) -> Cost:
    return Cost(usd=None, source=None, computed=None, note=note)


def _difference(said: float, computed: Computation | None) -> str:
    if computed is None or abs(said - computed.usd) <= _TOLERANCE * max(said, computed.usd):
        return ""
    return f"the producer said ${said:.6g}, by the price table it is ${computed.usd:.6g}"


def _computation(row: Row) -> tuple[Computation | None, str]:
    """Return the computation, or None and why there is none."""
    buckets = dict(_buckets(keyed_field(row, "metrics")))
    if not buckets:
        return None, ""
    rates = _rates(row)
    if rates is None:
        return None, _unknown(row)
    charges: list[Charge] = []
    total = Decimal(0)
    for bucket, tokens in buckets.items():
        rate = next(
            (rates.usd_per_million[name] for name in _RATES[bucket] if name in rates.usd_per_million), None
        )
        if rate is None:
            return None, f"{TABLE} does not price {bucket} of {rates.model}"
        usd = rate * tokens / 1_000_000
        total += usd
        charges.append(Charge(bucket, tokens, float(rate), float(usd)))
    computed = Computation(
        usd=float(total), provider=rates.provider, model=rates.model, table=TABLE, charges=tuple(charges)
    )
    return computed, ""


def _unknown(row: Row) -> str:
    metadata = keyed_field(row, "metadata")
    model, provider = metadata.get("model"), metadata.get("provider")
    if not isinstance(model, str):
        return "no model is named, so its tokens have no price"
    seller = f" of provider {provider}" if provider else ""
    return f"{TABLE} has no price for model {model}{seller} at that time"


def _rates(row: Row) -> Rates | None:
    """Return the rates of the model that answered, else of the one that was asked for."""
    metadata, metrics = keyed_field(row, "metadata"), keyed_field(row, "metrics")
    at_s, provider = metrics.get("start"), _text(metadata.get("provider"))
    if not is_measure(at_s):
        return None
    models = (_text(metadata.get(key)) for key in ("model", "request_model"))
    tiers = (_text(metadata.get(key)) for key in _SERVICE_TIERS)
    find = partial(
        find_rates,
        provider=None if provider in _FRAMEWORKS else provider,
        at_s=at_s,
        input_tokens=_count(metrics, "prompt_tokens"),
        service_tier=next(filter(None, tiers), None),
    )
    return next(filter(None, map(find, filter(None, models))), None)


def _buckets(metrics: Mapping[str, Json]) -> Iterator[tuple[str, int]]:
    """Yield the disjoint buckets that have tokens, of counts in the normal form of `usage`."""
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
    return ((bucket, tokens) for bucket, tokens in sizes.items() if tokens)


def _count(metrics: Mapping[str, Json], name: str) -> int:
    value = metrics.get(name)
    return int(value) if value is not None and is_measure(value) else 0


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
