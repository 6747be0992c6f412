"""Braintrust's own attributes (`braintrust.*`), as its SDKs, its documentation and our app side write them.

| attribute | field |
| --- | --- |
| `braintrust.input_json`, `.output_json`, `.expected_json` | `input`, `output`, `expected`: JSON text; anything else stays in `metadata` |
| `braintrust.input`, `.output`, `.expected` | the same: text, parsed where it is JSON; also flattened: `braintrust.input.0.role` |
| `braintrust.metadata`, `.metrics`, `.scores`, `.span_attributes` | the field of that name: a JSON object; also flattened: `braintrust.metadata.model` |
| `braintrust.tags` | `tags`: a list of strings |
| `braintrust.context_json` | `context`: a JSON object, over what the span itself says |
| `braintrust.origin` | `origin`: a JSON object |
| `braintrust.classifications`, `.facets`, `.error_json` | `classifications`, `facets`, `error`: JSON text (ours) |
| `braintrust.row_id` | `id`, in place of the span id (ours) |
| `braintrust.event.<name>` | `<name>`, a field that Braintrust does not name: JSON text (ours) |
| `braintrust.event.created` | `created`, in place of the start: a time in ISO 8601, as JSON text (ours) |
| `braintrust.otel.preserve_attributes` | attributes that were read stay in `metadata` too |
| `braintrust.parent`, `.org`, `.app_url` | routing; they stay in `metadata` |

Metrics with `prompt_tokens` and `completion_tokens` and without `tokens` get their sum. A score that is no number from 0 to 1 and a metric that is no finite number stay in `metadata`, for example as
`braintrust.scores.quality`.

Source: Braintrust documentation, "OpenTelemetry attributes and events", read 2026-11-22; rows recorded from the hosted
service in May 2026; spec/translation.md section 4.1.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.indexed import below, list_below, nested
from otel_bridge_collector.translate.messages import chat_messages
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, useful
from otel_bridge_collector.translate.partial import Content, Entry, ObjectField, Partial, Rank, Reading
from otel_bridge_collector.translate.usage import is_measure

NAME: Final = "braintrust"

_PREFIX: Final = "braintrust."
_VALUE_FIELDS: Final = {
    "input": names.INPUT_JSON,
    "output": names.OUTPUT_JSON,
    "expected": names.EXPECTED_JSON,
}
_JSON_FIELDS: Final = {
    "error": names.ERROR_JSON,
    "classifications": names.CLASSIFICATIONS,
    "facets": names.FACETS,
}
_OBJECT_FIELDS: Final[tuple[ObjectField, ...]] = ("metadata", "metrics", "scores", "span_attributes")
_KEYED: Final = (
    names.METADATA,
    names.METRICS,
    names.SCORES,
    names.SPAN_ATTRIBUTES,
    names.TAGS,
    names.CONTEXT_JSON,
)
_CREATED: Final = f"{names.EVENT_PREFIX}created"
_NOTHING: Final[Mapping[str, Json]] = {}
_FLATTENED_DEEP: Final = ("metadata", "span_attributes")
"""Fields whose flattened keys nest; a dot in the name of a metric or a score is part of the name."""


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of Braintrust's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `braintrust.*` attributes of `span`."""
    return Partial(readings=tuple(fields(span.attributes)), spent=_spent(span.attributes))


def fields(attributes: Attributes) -> Iterator[Reading]:
    """Yield what `braintrust.*` attributes of a span or of an update to it say, the better of two first."""
    return chain.from_iterable(read(attributes) for read in name_set(attributes).plan(_useful))


def _useful(told: NameSet) -> Sequence[Read[Reading]]:
    return useful(_READERS, told)


def _spent(attributes: Attributes) -> tuple[str, ...]:
    """What is no part of a value: flags, and objects and lists that are empty or that a mask left nothing of."""
    empty = (name for name in _KEYED if attributes.get(name) in ("{}", "[]", "null", {}, []))
    return (names.PRESERVE_ATTRIBUTES, *empty)


def _value(attributes: Attributes, *, field: str, json_attribute: str, attribute: str) -> Iterator[Content]:
    if parsed := json_text.parse(attributes.get(json_attribute)):
        yield Content(field, parsed.value, Rank.EXPLICIT, (json_attribute,))
    if attribute in attributes:
        yield Content(field, json_text.decoded(attributes[attribute]), Rank.EXPLICIT, (attribute,))
    listed, used = list_below(attributes, f"{attribute}.")
    if used:
        yield Content(field, chat_messages(listed), Rank.EXPLICIT, used)


def _json_values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute in _JSON_FIELDS.items():
        if parsed := json_text.parse(attributes.get(attribute)):
            yield Content(field, parsed.value, Rank.EXPLICIT, (attribute,))
    origin = json_text.structure(attributes.get(names.ORIGIN))
    if origin and isinstance(origin.value, dict):
        yield Content("origin", origin.value, Rank.EXPLICIT, (names.ORIGIN,))


def _object(attributes: Attributes, *, field: ObjectField, attribute: str) -> Iterator[Entry]:
    parsed = json_text.structure(attributes.get(attribute))
    whole = parsed.value if parsed and isinstance(parsed.value, dict) else _NOTHING
    paths = below(attributes, f"{attribute}.")
    flat = {path: json_text.decoded(value) for path, value in paths.items()}
    overlay = nested(flat) if field in _FLATTENED_DEEP else flat
    if isinstance(overlay, dict):
        used = (*([attribute] if whole else []), *(f"{attribute}.{path}" for path in paths))
        merged = _merged(whole, overlay) if overlay else whole
        for key, value in merged.items():
            yield _entry(field, key, value, used)
        if field == "metrics" and (total := _total(merged)) is not None:
            yield Entry(field, "tokens", total, used)


def _total(metrics: Mapping[str, Json]) -> int | float | None:
    """Return the sum that a row has where its sender gave both parts only."""
    prompt, completion = metrics.get("prompt_tokens"), metrics.get("completion_tokens")
    if "tokens" in metrics or not is_measure(prompt) or not is_measure(completion):
        return None
    return prompt + completion


def _merged(whole: Mapping[str, Json], overlay: Mapping[str, Json]) -> Mapping[str, Json]:
    merged = merge_value(whole, overlay)
    return merged if isinstance(merged, dict) else overlay


def _entry(field: ObjectField, key: str, value: Json, used: tuple[str, ...]) -> Entry:
    fits = _CHECKS.get(field)
    if fits is not None and not fits(key, value):
        return Entry("metadata", f"{_PREFIX}{field}.{key}", value, used)
    if field in ("metrics", "scores") and isinstance(value, bool):
        value = int(value)
    return Entry(field, key, value, used)


def _is_metric(_key: str, value: Json) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_score(_key: str, value: Json) -> bool:
    return value is None or (isinstance(value, int | float) and 0 <= value <= 1)


def _is_span_attribute(key: str, value: Json) -> bool:
    return key not in ("name", "type") or (isinstance(value, str) and value != "")


def _context(attributes: Attributes) -> Iterator[Entry]:
    context = json_text.structure(attributes.get(names.CONTEXT_JSON))
    if context and isinstance(context.value, dict):
        for key, value in context.value.items():
            yield Entry("context", key, value, (names.CONTEXT_JSON,))


def _tags(attributes: Attributes) -> Iterator[Entry]:
    tags = attributes.get(names.TAGS)
    if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
        for tag in tags:
            yield Entry("tags", str(tag), None, (names.TAGS,))


def _row_id(attributes: Attributes) -> Iterator[Content]:
    row_id = attributes.get(names.ROW_ID)
    if isinstance(row_id, str) and row_id:
        yield Content("id", row_id, Rank.EXPLICIT, (names.ROW_ID,))


def _event_fields(attributes: Attributes) -> Iterator[Content]:
    for field, text in below(attributes, names.EVENT_PREFIX).items():
        known = field in Row.__annotations__ or field.startswith("_")
        if not known and (parsed := json_text.parse(text)):
            yield Content(field, parsed.value, Rank.EXPLICIT, (names.EVENT_PREFIX + field,))
    created = json_text.parse(attributes.get(_CREATED))
    if created and _is_time(created.value):
        yield Content("created", created.value, Rank.EXPLICIT, (_CREATED,))


def _is_time(value: Json) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


_CHECKS: Final[dict[ObjectField, Callable[[str, Json], bool]]] = {
    "metrics": _is_metric,
    "scores": _is_score,
    "span_attributes": _is_span_attribute,
}
"""Whether a key's value may stand in the field; what may not stays in `metadata`."""

_READERS: Final[tuple[Reader[Reading], ...]] = (
    *(
        Reader[Reading](
            partial(_value, field=field, json_attribute=json_attribute, attribute=_PREFIX + field),
            frozenset({json_attribute, _PREFIX + field}),
            (f"{_PREFIX}{field}.",),
        )
        for field, json_attribute in _VALUE_FIELDS.items()
    ),
    Reader(_json_values, frozenset({*_JSON_FIELDS.values(), names.ORIGIN})),
    *(
        Reader[Reading](
            partial(_object, field=field, attribute=_PREFIX + field),
            frozenset({_PREFIX + field}),
            (f"{_PREFIX}{field}.",),
        )
        for field in _OBJECT_FIELDS
    ),
    Reader(_context, frozenset({names.CONTEXT_JSON})),
    Reader(_tags, frozenset({names.TAGS})),
    Reader(_row_id, frozenset({names.ROW_ID})),
    Reader(_event_fields, prefixes=(names.EVENT_PREFIX,)),
)
