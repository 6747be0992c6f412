"""`start_span`, `current_span` and the W3C headers: spans without naming a logger.

| order | a span is started |
| --- | --- |
| 1 | under the current span of ours; an explicit `parent=` says where instead |
| 2 | where `parent=` says, or `parent_context` |
| 3 | in the current experiment, else in the current logger, nested in the current OTel span if there is one |
| 4 | under the current OTel span; as a root where the app wired a `BridgeSpanProcessor` |
| 5 | not at all: `NOOP_SPAN` |

Source: `braintrust` 0.47.0 SDK, `logger.start_span` (spec/app-api.md section 3).
"""

import inspect
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from opentelemetry import trace

from otel_bridge import propagation
from otel_bridge.api.adopted import AdoptedSpan
from otel_bridge.api.interface import ParentArgument, Span, StartArguments
from otel_bridge.api.noop import NOOP_SPAN
from otel_bridge.api.place import Place, place_of
from otel_bridge.api.start import start
from otel_bridge.configure import configure
from otel_bridge.state import activation_of, live_context, logger, parent_argument, process

_TOLD: Final = frozenset(StartArguments.__annotations__)


def current_span() -> Span:
    """Return the span that is current here: one of ours, an open one of others, or `NOOP_SPAN`."""
    context = live_context()
    if activation := activation_of(context):
        span: Span = activation.span
        return span
    otel_span = trace.get_current_span(context)
    return AdoptedSpan(otel_span) if otel_span.is_recording() else NOOP_SPAN


def start_span(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    name: str | None = None,
    type: str | None = None,
    span_attributes: Mapping[str, Any] | None = None,
    start_time: float | None = None,
    set_current: bool | None = None,  # noqa: FBT001 - Braintrust's signature
    parent: ParentArgument = None,
    propagated_event: Mapping[str, Any] | None = None,
    state: object = None,  # noqa: ARG001 - Braintrust's signature
    internal: object = None,  # noqa: ARG001 - Braintrust's signature
    **event: Any,
) -> Span:
    """Start a span; as a context manager it is current inside and ended after.

    Args:
        name: by default `root`, or for a child the place in the app: `function:file.py:line`.
        type: `llm`, `score`, `function`, `eval`, `task`, `tool` or any other text; `task` on a logger's root.
        span_attributes: further attributes of the span; they win over `name` and `type`.
        start_time: Unix seconds, by default now.
        set_current: False keeps the span from becoming current.
        parent: a slug of `export()` or the headers of `extract_trace_context()`.
        propagated_event: fields that the span and all its descendants get.
        state: not used.
        internal: not used.
        event: fields as in `Span.log`, and `id` for the id of the row.

    Raises:
        ValueError: a field cannot be what it is, or `parent` is no slug.
        TypeError: a field that identifies the row.
    """
    arguments = StartArguments(name, type, span_attributes, start_time, set_current, propagated_event, event)
    return start_told(arguments, parent)


def told_by(*args: Any, **kwargs: Any) -> tuple[StartArguments, ParentArgument]:
    """Return what `start_span` hands to `start_told` when it is called with these arguments.

    Raises:
        TypeError: it cannot be called with them.
    """
    said = inspect.signature(start_span).bind(*args, **kwargs).arguments
    told = {name: value for name, value in said.items() if name in _TOLD}
    return StartArguments(**told), said.get("parent")


def start_told(arguments: StartArguments, parent: ParentArgument) -> Span:
    """Start a span as `start_span` does, which is told the same in another form."""
    context = live_context()
    if activation := activation_of(context):
        span: Span = activation.span.start_at(place_of(parent) if parent else None, arguments, context)
        return span
    named = parent_argument.get() if parent is None else parent
    place = place_of(named) if named else None
    home: Any = process.experiment or logger()
    if home:
        at_home: Span = home.start_at(place, arguments, context)
        return at_home
    if place:
        return start(configure(), place, arguments)
    return _start_without_logger(arguments)


def _start_without_logger(arguments: StartArguments) -> Span:
    context = live_context()
    under_span = trace.get_current_span(context).is_recording()
    if not (under_span or process.wired):
        return NOOP_SPAN
    return start(configure(), Place(context=context, under_span=under_span), arguments)


@contextmanager
def parent_context(parent: ParentArgument, state: object = None) -> Generator[None]:  # noqa: ARG001 - Braintrust's
    """Start the spans inside, as far as they would be roots, where `parent` says."""
    token = parent_argument.set(parent)
    try:
        yield
    finally:
        parent_argument.reset(token)


def inject_trace_context(carrier: dict[str, Any] | None = None, span: Span | None = None) -> dict[str, Any]:
    """Write the W3C headers of `span`, by default the current one, into `carrier` and return it."""
    return (current_span() if span is None else span).inject(carrier)


def extract_trace_context(headers: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what `headers` say of the caller's span, for `start_span(parent=...)`; None without a trace."""
    return propagation.headers_of(headers or {})
