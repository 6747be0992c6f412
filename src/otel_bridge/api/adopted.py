"""A span of others, made current by plain OpenTelemetry or an instrumentation, seen as a `Span`.

Its owner ends it, and OpenTelemetry has no public place to be told of that, so each `log` writes its fields at
once. What was logged before is read back from the attributes; nothing is kept here.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from opentelemetry import trace
from opentelemetry.context import Context, set_value
from opentelemetry.trace import StatusCode

from otel_bridge import propagation, state
from otel_bridge.api.facts import Feedback, feedback_attributes
from otel_bridge.api.fields import checked, merged
from otel_bridge.api.interface import ParentArgument, Span, StartArguments
from otel_bridge.api.link import link_of, permalink_of
from otel_bridge.api.logger import current_bridge
from otel_bridge.api.login import account_now
from otel_bridge.api.place import Place, object_components, place_of
from otel_bridge.api.start import start
from otel_bridge.attributes.decode import attributes_of, decode
from otel_bridge.attributes.encode import encode
from otel_bridge.attributes.to_json import clean, dump, to_json
from otel_bridge.configure import flush
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_span_attributes
from otel_bridge.contract.parent import DEFAULT_PARENT
from otel_bridge.contract.row import Json


class AdoptedSpan:
    """See `Span`."""

    def __init__(self, otel_span: trace.Span) -> None:
        own = otel_span.get_span_context()
        above: trace.SpanContext | None = getattr(otel_span, "parent", None)
        self._otel_span = otel_span
        self.span_id = trace.format_span_id(own.span_id)
        self.root_span_id = trace.format_trace_id(own.trace_id)
        self.span_parents = [trace.format_span_id(above.span_id)] if above else None

    def __str__(self) -> str:
        """As it stands in a row where it was logged itself."""
        return "<span>"

    @property
    def id(self) -> str:
        """See `Span`."""
        return self.span_id

    @property
    def name(self) -> str:
        """See `Span`."""
        return str(getattr(self._otel_span, "name", ""))

    def log(self, **event: Any) -> None:
        """See `Span`."""
        self._write(checked(event))

    def log_feedback(self, **event: Any) -> None:
        """See `Span`."""
        attributes = feedback_attributes(self.id, Feedback(**event), self._parent())
        current_bridge().facts.send(names.FEEDBACK_EVENT, attributes, self._otel_span.get_span_context())

    def set_attributes(
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
    ) -> None:
        """See `Span`."""
        given = {"type": type, **check_span_attributes(span_attributes or {})}
        if said := {key: to_json(value) for key, value in given.items() if value is not None}:
            self._write({"span_attributes": said})
        if name is not None:
            self._otel_span.update_name(clean(name))

    def start_span(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
        start_time: float | None = None,
        set_current: bool | None = None,  # noqa: FBT001 - Braintrust's signature
        parent: ParentArgument = None,
        propagated_event: Mapping[str, Any] | None = None,
        internal: object = None,  # noqa: ARG002 - Braintrust's signature
        **event: Any,
    ) -> Span:
        """See `Span`."""
        arguments = StartArguments(
            name, type, span_attributes, start_time, set_current, propagated_event, event
        )
        place = Place(context=self._context(), parent=self._parent(), under_span=True)
        return start(current_bridge(), place_of(parent) or place, arguments)

    def end(self, end_time: float | None = None) -> float:
        """Return `end_time`, by default the time now; the span is ended by its owner."""
        return end_time or time.time()

    def close(self, end_time: float | None = None) -> float:
        """Do as `end`."""
        return self.end(end_time)

    def export(self) -> str:
        """See `Span`."""
        slug = replace(
            object_components(self._parent()),
            row_id=self.id,
            span_id=self.span_id,
            root_span_id=self.root_span_id,
        )
        return slug.encode()

    def inject(self, carrier: dict[str, Any] | None = None) -> dict[str, Any]:
        """See `Span`."""
        carrier = {} if carrier is None else carrier
        propagation.inject(carrier, self._otel_span.get_span_context(), self._parent())
        return carrier

    def link(self) -> str:
        """See `Span`."""
        return link_of(account_now(), self._parent() or DEFAULT_PARENT, self.id)

    def permalink(self) -> str:
        """See `Span`."""
        return permalink_of(account_now(), self.export())

    def flush(self) -> None:
        """See `Span`."""
        flush()

    def set_current(self) -> None:
        """Do nothing: its owner makes it current."""

    def unset_current(self) -> None:
        """Do nothing: its owner makes it current."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Leave it as it is: its owner records what it raises."""

    def _write(self, fields: Mapping[str, Json]) -> None:
        before = decode(attributes_of(self._otel_span))
        known = {name: before[name] for name in fields if name in before}
        self._otel_span.set_attributes(encode(merged(known, fields)))
        if (error := fields.get("error")) is not None:
            self._otel_span.set_status(
                StatusCode.ERROR, clean(error if isinstance(error, str) else dump(error))
            )

    def _parent(self) -> str | None:
        parent = attributes_of(self._otel_span).get(names.PARENT)
        return parent if isinstance(parent, str) else None

    def _context(self) -> Context:
        context = trace.set_span_in_context(self._otel_span, state.live_context())
        return set_value(state.PARENT_KEY, self._parent(), context) if self._parent() else context
