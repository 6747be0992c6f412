"""What a million tokens of a model cost at a given time, from a table that comes with a package. It prices no row.

The table is that of `genai-prices`, as installed: nothing is fetched. Its prices have dates, hours of the day and
request tiers, and it knows models and providers by patterns, so that a dated or prefixed name finds its model.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from math import lcm
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from genai_prices.types import TieredPrices

TABLE: Final = f"genai-prices {version('genai-prices')}"
"""Which table, in answers."""

_RATE_NAMES: Final = (
    "input", "cache_read", "cache_write", "cache_write_5m", "cache_write_1h", "input_audio", "output", "output_audio",
)  # fmt: skip

_LONGEST_NAME: Final = 256
_MILLION: Final = 1_000_000
_LAST_S: Final = 253_402_300_799
"""The end of the year 9999, the last that a date can have."""


class Rates(NamedTuple):
    """US dollars for a million tokens of each kind, as one request pays them.

    Attributes:
        provider: as the table calls it.
        model: as the table calls it.
        usd_per_million: by kind; a kind that the table does not price is absent.
        whole: input and output of one token (None where the table does not price it) in equal parts of a dollar, and how many
            parts a dollar has.
    """

    provider: str
    model: str
    usd_per_million: Mapping[str, Decimal]
    whole: tuple[int | None, int | None, int]


class _Card(NamedTuple):
    """A model's prices at a time; `rates` are those of any request, None where they depend on the tokens of its input."""

    provider: str
    model: str
    prices: "Mapping[str, Decimal | TieredPrices]"
    rates: Rates | None


def find_rates(
    model: str, provider: str | None, *, at_s: float, input_tokens: int, service_tier: str | None = None
) -> Rates | None:
    """Return what a request pays; None when the table has no such model.

    Args:
        model: the model's name in any spelling.
        provider: who sold it; None to let the table guess from the name. A provider that the table does not know
            has no prices.
        at_s: when, Unix seconds.
        input_tokens: all input of the request, by which some models have steps.
        service_tier: the tier that the provider reported.
    """
    if (
        max(len(model), len(provider or ""), len(service_tier or "")) > _LONGEST_NAME
        or not 0 <= at_s <= _LAST_S
    ):
        return None
    # Prices change at full minutes at the earliest.
    card = _card(model, provider, int(at_s // 60), service_tier)
    if card is None or card.rates:
        return card and card.rates
    rates = {name: _at(price, input_tokens) for name, price in card.prices.items()}
    return _rates(card.provider, card.model, rates)


@lru_cache(maxsize=4096)
def _card(model: str, provider: str | None, minute: int, service_tier: str | None) -> _Card | None:
    # The table takes 100 ms and 7 MB, which who starts without a model's calls need not wait for.
    from genai_prices.data_snapshot import DataSnapshot, get_snapshot  # noqa: PLC0415 - see above

    # A snapshot of its own for each search: the shared one remembers every name that it was ever asked for. It gives the table, because
    # pyright takes a minute and a half to find the type of the table itself.
    snapshot = DataSnapshot(providers=get_snapshot().providers, from_auto_update=False)
    try:
        seller, found = snapshot.find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    tier = {"service_tier": service_tier} if service_tier else None
    prices = found.get_prices(datetime.fromtimestamp(minute * 60, UTC), tier)
    named = {name: getattr(prices, f"{name}_mtok") for name in _RATE_NAMES}
    known = {name: price for name, price in named.items() if price is not None}
    flat = {name: price for name, price in known.items() if isinstance(price, Decimal)}
    return _Card(seller.id, found.id, known, _rates(seller.id, found.id, flat) if flat == known else None)


def _rates(provider: str, model: str, usd_per_million: Mapping[str, Decimal]) -> Rates:
    whole = _whole(usd_per_million.get("input"), usd_per_million.get("output"))
    return Rates(provider, model, usd_per_million, whole)


@lru_cache(maxsize=1024)
def _whole(*rates: Decimal | None) -> tuple[int | None, int | None, int]:
    ratios = [(0, 1) if rate is None else rate.as_integer_ratio() for rate in rates]
    parts = lcm(*(below for _, below in ratios))
    read, written = [
        None if rate is None else above * (parts // below)
        for rate, (above, below) in zip(rates, ratios, strict=True)
    ]
    return read, written, parts * _MILLION


def _at(price: "Decimal | TieredPrices", input_tokens: int) -> Decimal:
    if isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if input_tokens > tier.start]
    return reached[-1] if reached else price.base
