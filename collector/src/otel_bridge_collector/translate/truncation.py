"""Make whole the JSON text of attributes that a length limit has cut, before any convention reads it, and say so.

What nobody reads stays in `metadata` as it was received. It does not know which attributes hold JSON: text that is the
beginning of JSON is taken for it.

| metadata | value |
| --- | --- |
| `otel_bridge.truncated` | attribute (`name.index` in a list, `event.attribute` in an event) to the end of its text that could not be read |

Source: OpenTelemetry specification 1.x, "Attribute limits"; spec/features.md R31.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.cut_json import BEGINNINGS, Closed, closed
from otel_bridge_collector.translate.partial import Entry, Partial

_NO_NOTE: Final = Partial()
TRUNCATED: Final = "otel_bridge.truncated"


class Whole(NamedTuple):
    """Attributes without cuts, and the unread end of each that had one."""

    attributes: Attributes
    rests: Mapping[str, str]


def whole_span(span: Span) -> tuple[Span, Partial]:
    """Return `span` with whole attributes, itself where none was cut, and the note that says which were."""
    own = whole_attributes(span.attributes)
    if not span.events and not own:
        return span, _NO_NOTE
    own = own or Whole(span.attributes, {})
    events = [whole_attributes(event.attributes) or Whole(event.attributes, {}) for event in span.events]
    rests = dict(own.rests)
    for event, whole in zip(span.events, events, strict=True):
        rests |= {f"{event.name}.{name}": rest for name, rest in whole.rests.items()}
    if not rests:
        return span, note(rests)
    whole_events = (
        replace(event, attributes=whole.attributes) for event, whole in zip(span.events, events, strict=True)
    )
    return span._replace(attributes=own.attributes, events=tuple(whole_events)), note(rests)


def whole_attributes(attributes: Attributes) -> Whole | None:
    """Return `attributes` without cuts; None where there are none."""
    cuts: dict[str, dict[str, Closed]] = {}
    for name, value in attributes.items():
        if isinstance(value, str):
            # That most texts are no JSON, or whole, is seen here without a call or a dictionary for each.
            if value[:1] in BEGINNINGS and not json_text.parse(value) and (cut := closed(value)):
                cuts[name] = {"": cut}
        elif isinstance(value, list) and (found := _cuts(value)):
            cuts[name] = found
    if not cuts:
        return None
    whole = {name: _without(cuts[name], attributes[name]) for name in cuts}
    rests = {name + place: cut.rest for name, found in cuts.items() for place, cut in found.items()}
    return Whole({**attributes, **whole}, rests)


def note(rests: Mapping[str, str]) -> Partial:
    """Return the reading that says which attributes were cut, if any."""
    return Partial(readings=(Entry("metadata", TRUNCATED, dict(rests), ()),)) if rests else _NO_NOTE


def _cuts(items: list[Json]) -> dict[str, Closed]:
    """Return what was cut in a list of texts, by its place; that of a text itself is ""."""
    return {
        f".{index}": cut
        for index, item in enumerate(items)
        if isinstance(item, str) and item[:1] in BEGINNINGS and (cut := closed(item))
    }


def _without(cuts: Mapping[str, Closed], value: Json) -> Json:
    if isinstance(value, list):
        return [cuts[f".{index}"].text if f".{index}" in cuts else item for index, item in enumerate(value)]
    return cuts[""].text
