"""W3C headers: a span's place to `traceparent`, `tracestate` and `baggage`, and back to an OTel context.

The header values of others are forwarded byte for byte. It starts no span and never raises.

Source: W3C Trace Context (Recommendation 2021) and Baggage (draft 2024); `braintrust` 0.47.0 SDK,
`propagation.py`, measured (spec/app-api.md section 3).
"""

from collections.abc import Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import quote, unquote

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from otel_bridge.contract.names import PARENT_BAGGAGE

TRACEPARENT: Final = "traceparent"
TRACESTATE: Final = "tracestate"
BAGGAGE: Final = "baggage"

MAX_BAGGAGE_BYTES: Final = 8192
MAX_BAGGAGE_MEMBERS: Final = 64
"""Limits of W3C Baggage; members above them are left out whole, ours stays."""

_W3C: Final = TraceContextTextMapPropagator()


def inject(carrier: MutableMapping[str, Any], span_context: trace.SpanContext, parent: str | None) -> None:
    """Write the place of a span into the headers `carrier`, with lower-case names."""
    if not span_context.is_valid:
        return
    written: dict[str, str] = {}
    _W3C.inject(written, trace.set_span_in_context(trace.NonRecordingSpan(span_context), Context()))
    if parent:
        written[BAGGAGE] = _with_parent(_header(carrier, BAGGAGE), parent)
    for name in [name for name in carrier if name.lower() in written]:
        del carrier[name]
    carrier.update(written)


def headers_of(headers: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the W3C headers among `headers` in lower case; None without a valid `traceparent`."""
    found = {name: value for name in (TRACEPARENT, BAGGAGE, TRACESTATE) if (value := _header(headers, name))}
    return found if span_context_of(found).is_valid else None


def span_context_of(headers: Mapping[str, str]) -> trace.SpanContext:
    """Return the remote span that `headers` name; an invalid one when they name none."""
    return trace.get_current_span(_W3C.extract(headers, Context())).get_span_context()


def parent_of(headers: Mapping[str, str]) -> str | None:
    """Return the parent string in the baggage of `headers`, or None."""
    for member in headers.get(BAGGAGE, "").split(","):
        name, equals, value = member.partition("=")
        if equals and name.strip() == PARENT_BAGGAGE:
            return unquote(value.partition(";")[0].strip()) or None
    return None


def _header(headers: Mapping[str, Any], name: str) -> str:
    values = [value for key, value in headers.items() if key.lower() == name and isinstance(value, str)]
    return values[0] if values else ""


def _with_parent(baggage: str, parent: str) -> str:
    ours = f"{PARENT_BAGGAGE}={quote(parent, safe='')}"
    kept: list[str] = []
    room = MAX_BAGGAGE_BYTES - len(ours)
    for member in map(str.strip, baggage.split(",")):
        if not member or member.partition("=")[0].strip() == PARENT_BAGGAGE:
            continue
        room -= len(member.encode()) + 1
        if room >= 0 and len(kept) < MAX_BAGGAGE_MEMBERS - 1:
            kept.append(member)
    return ",".join([*kept, ours])
