"""The propagator named `otel_bridge`: W3C trace context and baggage, with the object that spans belong to.

It reads `x-bt-parent` besides, the header of Braintrust's OTLP endpoint, and writes the object only into the
baggage. Headers that are wrong count as absent.

Source: W3C Trace Context, W3C Baggage; Braintrust documentation, "OpenTelemetry", read 2026-11-22.
"""

import logging

from opentelemetry import baggage, trace
from opentelemetry.baggage.propagation import W3CBaggagePropagator
from opentelemetry.context import Context, get_current, get_value
from opentelemetry.propagators.textmap import (
    CarrierT,
    Getter,
    Setter,
    TextMapPropagator,
    default_getter,
    default_setter,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from otel_bridge.attributes.decode import attributes_of
from otel_bridge.contract import names
from otel_bridge.contract.parent import ParentError, parse_parent
from otel_bridge.errors import SettingsError
from otel_bridge.settings import Settings
from otel_bridge.state import PARENT_KEY

logger = logging.getLogger(__name__)


class BridgePropagator(TextMapPropagator):
    """For `OTEL_PROPAGATORS=otel_bridge`."""

    def __init__(self) -> None:
        self._trace_context, self._baggage = TraceContextTextMapPropagator(), W3CBaggagePropagator()
        self._accepts_parent = _accepts_parent()

    def extract(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        getter: Getter[CarrierT] = default_getter,
    ) -> Context:
        """Return the context that the headers name."""
        context = self._trace_context.extract(carrier, context, getter)
        context = self._baggage.extract(carrier, context, getter)
        parent = (getter.get(carrier, names.PARENT_HEADER) or [""])[0]
        if (
            self._accepts_parent
            and not baggage.get_baggage(names.PARENT_BAGGAGE, context)
            and _is_parent(parent)
        ):
            context = baggage.set_baggage(names.PARENT_BAGGAGE, parent, context)
        return context

    def inject(
        self,
        carrier: CarrierT,
        context: Context | None = None,
        setter: Setter[CarrierT] = default_setter,
    ) -> None:
        """Write the place of the current span."""
        context = get_current() if context is None else context
        if parent := _parent(context):
            context = baggage.set_baggage(names.PARENT_BAGGAGE, parent, context)
        self._trace_context.inject(carrier, context, setter)
        self._baggage.inject(carrier, context, setter)

    @property
    def fields(self) -> set[str]:
        """The headers that it writes."""
        return self._trace_context.fields | self._baggage.fields


def _accepts_parent() -> bool:
    """What the setting says; no where settings cannot be used: OpenTelemetry lets an app not start whose propagator raises."""
    try:
        return Settings.from_environment().accept_parent_baggage
    except SettingsError as error:
        logger.error("x-bt-parent is not read: %s", error)  # noqa: TRY400 - the message says all
        return False


def _parent(context: Context) -> str | None:
    """The object of the spans that start in `context`, or None."""
    for parent in (
        get_value(PARENT_KEY, context),
        baggage.get_baggage(names.PARENT_BAGGAGE, context),
        attributes_of(trace.get_current_span(context)).get(names.PARENT),
    ):
        if isinstance(parent, str) and parent:
            return parent
    return None


def _is_parent(text: str) -> bool:
    try:
        parse_parent(text)
    except ParentError:
        return False
    return True
