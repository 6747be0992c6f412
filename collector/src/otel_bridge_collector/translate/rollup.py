"""Token counts that repeat those of other spans of a trace, so that a sum over its rows counts every token once.

Only a call uses tokens. What another span says of tokens or cost (an agent, a workflow, the outer span of a client)
repeats what stands below it, as far as anything there says so: its row is marked with
`span_attributes.usage_is_rollup`. Whether the numbers are equal is not asked: the sum of an agent leaves out the agents
that it called, and some clients repeat their last call only.

It remembers what it needs, since spans arrive in any order. Which of two calls is one is the subject of `nested_calls`.

Source: spec/features.md R33; spec/translation.md section 7.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from otel_bridge.contract.row import Row
from otel_bridge_collector.translate.row import keyed_field
from otel_bridge_collector.translate.usage import is_measure

MARK: Final = "usage_is_rollup"
"""The key in `span_attributes`."""

_USAGE: Final = ("tokens", "prompt_tokens", "completion_tokens", "estimated_cost")


def has_usage(row: Row) -> bool:
    """Tell whether a row says that tokens were used, or what they cost."""
    metrics = keyed_field(row, "metrics")
    return any(is_measure(value := metrics.get(name)) and value > 0 for name in _USAGE)


def is_marked(row: Row) -> bool:
    """Tell whether the tokens of a row repeat those of other rows."""
    return keyed_field(row, "span_attributes").get(MARK) is True


class _Place(NamedTuple):
    parent_span_id: str | None
    has_usage: bool
    is_call: bool


class Rollups:
    """The spans of one trace, and which of them repeat the tokens of those below."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}
        self._above_usage: set[str] = set()
        """Spans, also such as have not come yet, with usage somewhere below them."""

    def observe(self, span_id: str, parent_span_id: str | None, row: Row) -> Iterator[str]:
        """Yield the ids of the spans that one more span makes known as roll-ups."""
        is_call = keyed_field(row, "span_attributes").get("type") == "llm"
        place = self._places[span_id] = _Place(parent_span_id, has_usage(row), is_call)
        if span_id in self._above_usage and _repeats(place):
            yield span_id
        if place.has_usage or span_id in self._above_usage:
            yield from self._raise(parent_span_id)

    def _raise(self, span_id: str | None) -> Iterator[str]:
        """Note usage below a span and all above it, as far as they are known."""
        while span_id is not None and span_id not in self._above_usage:
            self._above_usage.add(span_id)
            place = self._places.get(span_id)
            if place and _repeats(place):
                yield span_id
            span_id = place.parent_span_id if place else None


def _repeats(place: _Place) -> bool:
    return place.has_usage and not place.is_call
