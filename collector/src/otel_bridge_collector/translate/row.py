"""The row of a span: what every span has, and what its conventions made of its attributes.

Source: spec/translation.md sections 1.2 and 3. `context.otel` is our extension.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, cast

from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Resource, Scope, Span, SpanKind, SpanLink
from otel_bridge_collector.translate.error import span_error
from otel_bridge_collector.translate.merge import Merged

_NS_PER_SECOND: Final = 10**9
_NS_PER_MS: Final = 10**6
_MAX_SECONDS: Final = 256
_KIND_NAMES: Final[Mapping[int, str]] = {kind.value: kind.name for kind in SpanKind if kind}
_SDK_VERSION: Final = "telemetry.sdk.version"
_NOTHING: Final[Mapping[str, Json]] = {}
_MAX_CONTEXTS: Final = 256
_CONTEXTS: Final[dict[tuple[int, int, int], tuple[Mapping[str, Json], Resource, Scope]]] = {}
"""What the spans of one resource, scope and kind have in common, by where these are in memory: decoding gives equal ones as one object."""


def build_row(span: Span, merged: Merged) -> Row:
    """Return the whole row; fields that nobody spoke of are absent, except `span_parents` of a root."""
    said = merged.objects
    row: dict[str, Json] = {
        "id": span.span_id,
        "span_id": span.span_id,
        "root_span_id": span.trace_id,
        "span_parents": [span.parent_span_id] if span.parent_span_id else None,
        "created": created(span.start_ns),
    }
    if (error := span_error(span)) is not None:
        row["error"] = error
    row |= cast("Mapping[str, Json]", object_fields(merged))
    row["metrics"] = {**_times(span), **said.get("metrics", _NOTHING)}
    row["span_attributes"] = {
        "name": span.name,
        "type": merged.fallback_type or "task",
        **said.get("span_attributes", _NOTHING),
    }
    row["context"] = _context(span, said.get("context", _NOTHING))
    if metadata := {**merged.leftovers, **said.get("metadata", _NOTHING)}:
        row["metadata"] = metadata
    row |= merged.contents
    return cast("Row", row)


def object_fields(merged: Merged) -> Row:
    """Return the fields that have keys, as a row has them."""
    if "tags" not in merged.objects:
        return cast("Row", merged.objects)
    return cast("Row", {**merged.objects, "tags": list(merged.objects["tags"])})


def keyed_field(row: Row, field: str) -> Mapping[str, Json]:
    """Return a field that has keys; a row that somebody else made may hold anything there, which counts as nothing."""
    value = cast("Mapping[str, Json]", row).get(field)
    return value if isinstance(value, dict) else {}


def created(time_ns: int) -> str:
    """Return Unix nanoseconds as ISO 8601 in UTC, cut to milliseconds as Braintrust does."""
    seconds, rest_ns = divmod(time_ns, _NS_PER_SECOND)
    return f"{_second(seconds)}.{rest_ns // _NS_PER_MS:03d}Z"


@lru_cache(maxsize=_MAX_SECONDS)
def _second(seconds: int) -> str:
    """Spans come in order of time, many of them within one second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def seconds(time_ns: int) -> float:
    """Return Unix nanoseconds as seconds, the nearest float to the exact quotient."""
    return time_ns / _NS_PER_SECOND


def _times(span: Span) -> dict[str, float]:
    times: dict[str, float] = {}
    if span.start_ns:
        times["start"] = seconds(span.start_ns)
    if span.end_ns:
        times["end"] = seconds(span.end_ns)
    return times


def _context(span: Span, said: Mapping[str, Json]) -> Mapping[str, Json]:
    if span.links or span.trace_state or span.dropped_attributes or span.dropped_events:
        derived: Mapping[str, Json] = {"otel": _otel(span), "span_origin": _span_origin(span)}
    else:
        derived = _shared_context(span)
    if not said:
        return derived
    if "span_origin" in said:
        derived = {"otel": derived["otel"]}
    return cast("Mapping[str, Json]", merge_value(derived, said))


def _shared_context(span: Span) -> Mapping[str, Json]:
    """Return the context of a span that has it in common with others of its resource, scope and kind; nobody changes what they share."""
    resource, scope, kind = span.resource, span.scope, span.kind
    key = (id(resource), id(scope), kind)
    found = _CONTEXTS.get(key)
    if found is None:
        if len(_CONTEXTS) >= _MAX_CONTEXTS:
            _CONTEXTS.clear()
        context: Mapping[str, Json] = {"otel": _otel(span), "span_origin": _span_origin(span)}
        # With the two the place in memory that they are known by stays theirs.
        found = _CONTEXTS[key] = (context, resource, scope)
    return found[0]


def _span_origin(span: Span) -> Json:
    origin: dict[str, Json] = {"name": "opentelemetry"}
    if version := span.resource.attributes.get(_SDK_VERSION):
        origin["version"] = version
    if span.scope.name:
        origin["instrumentation"] = {"name": span.scope.name}
    return origin


def _otel(span: Span) -> Json:
    """What OTLP says and Braintrust has no place for; what says nothing is left out."""
    scope = span.scope
    told = _said({
        "kind": _KIND_NAMES.get(span.kind, span.kind),
        "scope": _said({"name": scope.name, "version": scope.version, "attributes": scope.attributes}),
        "resource": span.resource.attributes,
    })  # fmt: skip
    if span.links:
        told["links"] = [_link(link) for link in span.links]
    if span.trace_state or span.dropped_attributes or span.dropped_events:
        told |= _said({
            "trace_state": span.trace_state,
            "dropped_attributes": span.dropped_attributes,
            "dropped_events": span.dropped_events,
        })  # fmt: skip
    return told


def _link(link: SpanLink) -> Json:
    return _said(
        {
            "trace_id": link.trace_id,
            "span_id": link.span_id,
            "trace_state": link.trace_state,
            "attributes": link.attributes,
        }
    )


def _said(told: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in told.items() if value}
