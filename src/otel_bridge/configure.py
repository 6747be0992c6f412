"""The composition root of the app side: settings to tracer provider, processor chain and feedback pipeline.

It is the only place that looks at the global tracer provider, and it takes the global slot only when nobody
has. It opens no connection.

| global tracer provider | what happens |
| --- | --- |
| none set | one is made and set |
| one of the OpenTelemetry SDK | a processor is added, once |
| another | one of our own beside it, with one warning; the two share the OTel context |
"""

import atexit
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from multiprocessing import parent_process, util
from typing import Final

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Tracer, TracerProvider

from otel_bridge import state
from otel_bridge.contract import names
from otel_bridge.ids import ChosenIds
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.deadline import flush_at_exit, flush_together
from otel_bridge.processor.facts import FactSender
from otel_bridge.settings import Settings

logger = logging.getLogger(__name__)

VERSION: Final = version("otel-bridge")


if hasattr(os, "register_at_fork"):
    # The spans that are open at a fork are the parent's to end.
    os.register_at_fork(after_in_child=state.process.open_spans.clear)


@dataclass(eq=False, slots=True)
class Bridge:
    """What spans are made with and facts are sent by.

    Attributes:
        settings: as they were when it was configured.
        tracer: makes our spans.
        resource: what the provider says of this process.
        provider: whose tracer it is.
        environment_key: the API key of the environment, or None.
        route: the way of its spans, where they leave with another key than the first one of the provider.
    """

    settings: Settings
    tracer: trace.Tracer
    resource: Resource
    provider: TracerProvider
    environment_key: str | None = None
    route: state.Route | None = None
    _keyed: dict[str | None, "Bridge"] = field(default_factory=dict[str | None, "Bridge"])
    _facts: FactSender | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """Type and name of the place where the process runs; empty when nobody said."""
        if state.process.environment:
            return state.process.environment
        known = {"type": self.settings.environment_type, "name": self.settings.environment_name}
        return {key: value for key, value in known.items() if value}

    @property
    def facts(self) -> FactSender:
        """The pipeline for feedback and updates, made at its first use."""
        with state.process.configuring:
            if self._facts is None:
                self._facts = FactSender(self.settings, self.resource)
            return self._facts

    def close(self) -> None:
        """Shut down the pipelines for feedback and updates, which no provider does."""
        if self._facts is not None:
            self._facts.shutdown()
        for keyed in self._keyed.values():
            keyed.close()

    def of_key(self, api_key: str | None) -> "Bridge":
        """Return the bridge that sends with `api_key`, by default with that of the environment."""
        wanted = api_key or self.environment_key
        if wanted == self.settings.api_key:
            return self
        if wanted not in self._keyed:
            settings, route = replace(self.settings, api_key=wanted), state.Route()
            self.provider.add_span_processor(
                BridgeSpanProcessor(settings=settings, stand_in=True, route=route)
            )
            self._keyed[wanted] = replace(self, settings=settings, route=route, _keyed={}, _facts=None)
        return self._keyed[wanted]


def configure(tracer_provider: TracerProvider | None = None, api_key: str | None = None) -> Bridge:
    """Return the bridge of the tracer provider, by default of the global one; the first call builds it.

    Each further API key gets a pipeline of its own beside the first, so that what is logged with one key never
    leaves with another.

    Raises:
        SettingsError: a setting of the environment cannot be used.
    """
    with state.process.configuring:
        found = tracer_provider or trace.get_tracer_provider()
        bridge: Bridge | None = state.process.bridges.get(found)
        if bridge is None:
            provider = _sdk_provider(found)
            bridge = _attached(provider, Settings.from_environment(), api_key)
            state.process.bridges[found] = state.process.bridges[provider] = bridge
        return bridge.of_key(api_key)


def _attached(provider: TracerProvider, found: Settings, api_key: str | None) -> Bridge:
    settings = replace(found, api_key=api_key or found.api_key)
    provider.add_span_processor(BridgeSpanProcessor(settings=settings, stand_in=True))
    # After the handlers of the providers, and so called before them, once for all.
    atexit.unregister(_leave)
    atexit.register(_leave)
    _leave_as_worker()
    util.register_after_fork(_leave_as_worker, lambda register: register())
    tracer = provider.get_tracer(names.SCOPE, VERSION)
    if isinstance(tracer, Tracer):
        tracer.id_generator = ChosenIds(tracer.id_generator)
    return Bridge(
        settings=settings,
        tracer=tracer,
        resource=provider.resource,
        provider=provider,
        environment_key=found.api_key,
    )


def _leave_as_worker() -> None:
    """See that a child of `multiprocessing` leaves as others do: it ends by `os._exit`, without `atexit`.

    A forked child forgets the finalizers of its parent, and so calls this again.
    """
    if parent_process() is not None:
        util.Finalize(None, _leave, exitpriority=0)


def flush() -> None:
    """Send what waits, of all pipelines at once, for no longer than the setting allows; never raises."""
    flush_together(list(state.process.pipelines))


def _sdk_provider(found: trace.TracerProvider) -> TracerProvider:
    if isinstance(found, TracerProvider):
        return found
    provider = TracerProvider()
    if isinstance(found, trace.ProxyTracerProvider):
        trace.set_tracer_provider(provider)
    else:
        logger.warning(
            "the global tracer provider (%s) is not of the OpenTelemetry SDK; our spans go through one of our own",
            type(found).__name__,
        )
    return provider


def _leave() -> None:
    """Send everything while the process ends; the providers shut down the span processors after that."""
    for span in list(state.process.open_spans):
        span.abandon()
    flush_at_exit(list(state.process.pipelines))
    for bridge in set(state.process.bridges.values()):
        bridge.close()
