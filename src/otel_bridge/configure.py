"""The composition root of the app side: settings to tracer provider, processor chain and feedback pipeline.

It is the only place that looks at the global tracer provider, which it never replaces, and takes only when asked to.
It opens no connection.

| global tracer provider | what happens |
| --- | --- |
| of the OpenTelemetry SDK, or takes processors as that does (Logfire's) | a processor is added, once |
| none set | one of our own, which shares the OTel context; as soon as the app sets one, as above |
| another | one of our own likewise, with one warning |

`OTEL_BRIDGE_TRACER_PROVIDER=isolated` makes one of our own in any case; `global` sets it where none is set.
"""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from typing import Final, Protocol, cast, runtime_checkable
from weakref import WeakValueDictionary

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, Tracer, TracerProvider

from otel_bridge import state
from otel_bridge.contract import names
from otel_bridge.errors import FlushError
from otel_bridge.exporter.resource import KnownResource
from otel_bridge.ids import ChosenIds
from otel_bridge.leaving import before_celery_worker_ends, before_every_end, before_sigterm
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.deadline import RootFlush, flush_at_exit, flush_together
from otel_bridge.processor.delivery import Counts
from otel_bridge.processor.facts import FactSender
from otel_bridge.processor.keyed import KeyedFacts, KeyedPipelines, Lane
from otel_bridge.processor.light import LightSpans, light_spans
from otel_bridge.processor.stats import Stats, stats
from otel_bridge.settings import Settings
from otel_bridge.state import Same

logger = logging.getLogger(__name__)

VERSION: Final = version("otel-bridge")

_REPORTING_S: Final = 1.0
"""What the report of losses may take beyond the time in which everything is sent."""


if hasattr(os, "register_at_fork"):
    # The spans that are open at a fork are the parent's to end.
    os.register_at_fork(after_in_child=state.process.open_spans.clear)
    os.register_at_fork(after_in_child=lambda: before_celery_worker_ends(_leave))


_NOWHERE: Final[Mapping[str, str]] = {}


@runtime_checkable
class AttachableProvider(Protocol):
    """A tracer provider that takes span processors, as that of the OpenTelemetry SDK does."""

    @property
    def resource(self) -> Resource:
        """What it says of this process."""
        ...

    def get_tracer(
        self, instrumenting_module_name: str, instrumenting_library_version: str | None = None
    ) -> trace.Tracer:
        """Return a tracer."""
        ...

    def add_span_processor(self, span_processor: SpanProcessor) -> None:
        """Let `span_processor` see every span from now on."""
        ...


@dataclass(eq=False, slots=True)
class Foundation:
    """What our processors were added to: Logfire's tracer provider exchanges what stands behind it.

    Attributes:
        settings: of the first processor.
        pipelines: of further keys; None while there are none.
        behind: what stood behind the provider then; None for one that does the work itself.
    """

    settings: Settings
    pipelines: KeyedPipelines | None = None
    behind: object = None


@dataclass(eq=False, slots=True)
class Bridge:
    """What spans are made with and facts are sent by.

    Attributes:
        settings: as they were when it was configured.
        resource: what the provider says of this process.
        provider: whose tracer it is.
        environment_key: the API key of the environment, or None.
        route: the way of its spans, where they leave with another key than the first one of the provider.
        waits: whether the provider is one of ours because the app has set none yet.
        light_below: starts light spans below one of ours, where the provider is one of ours; None where none may be.
    """

    settings: Settings
    resource: Resource
    provider: AttachableProvider
    environment_key: str | None = None
    route: state.Route | None = None
    waits: bool = False
    light_below: LightSpans | None = None
    _tracer: trace.Tracer = field(default_factory=trace.NoOpTracer)
    _foundation: Foundation | None = None
    _keyed: WeakValueDictionary[str | None, state.Route] = field(
        default_factory=WeakValueDictionary[str | None, state.Route]
    )
    _facts: FactSender | None = None

    @property
    def tracer(self) -> trace.Tracer:
        """What makes our spans: of the global provider as soon as there is one."""
        if self.waits:
            self._move_if_set()
        return self.tracer_below

    @property
    def light(self) -> LightSpans | None:
        """What makes them light, likewise; see `light_below`."""
        if self.waits:
            self._move_if_set()
        return self.light_below

    @property
    def tracer_below(self) -> trace.Tracer:
        """The same for a span below one of ours, whose trace stays with the provider that it has begun on."""
        if self._is_left_behind:
            with state.process.configuring:
                self.follow()
        return self._tracer

    @property
    def _is_left_behind(self) -> bool:
        foundation = self._foundation
        return foundation is not None and _behind(self.provider) is not foundation.behind

    def follow(self) -> None:
        """Add the processors again where the provider has exchanged what stands behind it; called under the lock."""
        if self._foundation is None or not self._is_left_behind:
            return
        foundation = self._foundation
        foundation.behind = _behind(self.provider)
        self.provider.add_span_processor(BridgeSpanProcessor(settings=foundation.settings, stand_in=True))
        if foundation.pipelines is not None:
            foundation.pipelines.begin_again()
            self.provider.add_span_processor(foundation.pipelines)

    @property
    def environment(self) -> Mapping[str, str]:
        """Type and name of the place where the process runs; empty when nobody said."""
        if state.process.environment:
            return state.process.environment
        kind, name = self.settings.environment_type, self.settings.environment_name
        if not kind and not name:
            return _NOWHERE
        return {key: value for key, value in (("type", kind), ("name", name)) if value}

    @property
    def facts(self) -> FactSender | KeyedFacts:
        """What takes feedback and updates; the pipeline behind it is made at its first use."""
        lane = self.route.lane if self.route else None
        if isinstance(lane, Lane):
            return KeyedFacts(lane)
        with state.process.configuring:
            if self._facts is None:
                self._facts = FactSender(self.settings, self.resource)
            return self._facts

    def close(self) -> None:
        """Shut down the pipelines for feedback and updates, which no provider does."""
        if self._facts is not None:
            self._facts.shutdown()
        if self._foundation is not None and self._foundation.pipelines is not None:
            self._foundation.pipelines.close_facts()

    def of_key(self, api_key: str | None) -> "Bridge":
        """Return the bridge that sends with `api_key`, by default with that of the environment."""
        wanted = api_key or self.environment_key
        if wanted == self.settings.api_key:
            return self
        settings = replace(self.settings, api_key=wanted)
        route = self._keyed.get(wanted) or self._pipelines().route(settings, self.resource)
        self._keyed[wanted] = route
        return replace(self, settings=settings, route=route, _facts=None)

    def _pipelines(self) -> KeyedPipelines:
        """The pipelines of further keys, made at the first of them."""
        if self._foundation is None:
            self._foundation = Foundation(self.settings, behind=_behind(self.provider))
        if self._foundation.pipelines is None:
            self._foundation.pipelines = KeyedPipelines()
            self.provider.add_span_processor(self._foundation.pipelines)
        return self._foundation.pipelines

    def _move_if_set(self) -> None:
        if not _none_is_set() and not isinstance(
            found := trace.get_tracer_provider(), trace.ProxyTracerProvider
        ):
            self._move(found)

    def _move(self, found: object) -> None:
        """Attach to the provider that the app has set since."""
        with state.process.configuring:
            if self.waits and found is not self.provider and isinstance(found, AttachableProvider):
                unkeyed = replace(self.settings, api_key=self.environment_key)
                first = _bridge_at(found) or _attached(found, unkeyed, self.settings.api_key)
                state.process.bridges[Same(found)] = first
                home = first.of_key(self.settings.api_key)
                self.provider, self.resource = home.provider, home.resource
                self.light_below, self._tracer, self.route = home.light_below, home._tracer, home.route  # noqa: SLF001 - another of this class
                self._foundation, self._keyed = home._foundation, home._keyed  # noqa: SLF001 - likewise
            self.waits = False


def configure(
    tracer_provider: AttachableProvider | None = None,
    api_key: str | None = None,
    *,
    take_global: bool = False,
    settings: Settings | None = None,
) -> Bridge:
    """Return the bridge of the tracer provider, by default of the global one; the first call builds it.

    Each further API key gets a pipeline of its own beside the first, so that what is logged with one key never
    leaves with another.

    Args:
        tracer_provider: instead of the global one.
        api_key: instead of that of the environment.
        take_global: whether a provider of our own becomes the global one where none is set.
        settings: instead of those of the environment.

    Raises:
        SettingsError: a setting of the environment cannot be used.
    """
    with state.process.configuring:
        found = tracer_provider or trace.get_tracer_provider()
        bridge = _bridge_at(found)
        if bridge is None:
            settings = settings or Settings.from_environment()
            provider = tracer_provider or _provider_for(found, settings, take_global=take_global)
            bridge = _bridge_at(provider) or _attached(provider, settings, api_key)
            none_set = isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
            bridge.waits = none_set and provider is not found and settings.provider_mode == "attach"
            state.process.bridges[Same(found)] = state.process.bridges[Same(provider)] = bridge
        bridge.follow()
        return bridge.of_key(api_key)


def tracer_provider() -> trace.TracerProvider:
    """Return the provider that our spans go through, for those who make spans of their own.

        trace.set_tracer_provider(otel_bridge.tracer_provider())  # where the app has none

    Raises:
        SettingsError: a setting of the environment cannot be used.
    """
    return cast("trace.TracerProvider", configure().provider)  # a Protocol cannot say that it is one


def _bridge_at(provider: object) -> Bridge | None:
    found: Bridge | None = state.process.bridges.get(Same(provider))
    return found


def _attached(provider: AttachableProvider, found: Settings, api_key: str | None) -> Bridge:
    settings = replace(found, api_key=api_key or found.api_key)
    provider.add_span_processor(BridgeSpanProcessor(settings=settings, stand_in=True))
    before_every_end(_leave)
    if settings.flush_on_sigterm:
        before_sigterm(_leave_at_once, _begin_to_leave, settings.shutdown_timeout_ms / 1000 + _REPORTING_S)
    tracer = provider.get_tracer(names.SCOPE, VERSION)
    if isinstance(tracer, Tracer):
        tracer.id_generator = ChosenIds(tracer.id_generator)
    is_own = isinstance(provider.resource, KnownResource)
    return Bridge(
        settings=settings,
        light_below=light_spans(tracer) if is_own else None,
        _tracer=tracer,
        resource=provider.resource,
        provider=provider,
        environment_key=found.api_key,
        _foundation=Foundation(settings, behind=_behind(provider)),
    )


def _behind(provider: object) -> object:
    """The provider that does the work of `provider`, as Logfire's names it; None where it does that itself."""
    return getattr(provider, "provider", None)


def _none_is_set() -> bool:
    """Whether OpenTelemetry still knows of no global provider; it looks into the environment each time that it is asked itself.

    That is a private name; where it is another one, this says no, and OpenTelemetry is asked.
    """
    return getattr(trace, "_TRACER_PROVIDER", False) is None


def flush() -> None:
    """Send what waits, of all pipelines at once, for no longer than the setting allows.

    Raises:
        FlushError: something was lost or is still waiting, and `BRAINTRUST_SYNC_FLUSH` is set; otherwise it never raises.
    """
    before = _failed(stats())
    flush_together(list(state.process.pipelines))
    if not any(one.settings.sync_flush for one in list(state.process.pipelines)):
        return
    after = stats()
    lost = _failed(after) - before + sum(one.waiting for one in _counts(after))
    if lost > 0:
        raise FlushError(f"{lost} spans, feedback or log records could not be sent")


def flush_quietly() -> None:
    """Do the same, and never raise: nobody asked for it in so many words."""
    flush_together(list(state.process.pipelines))


def _failed(counted: Stats) -> int:
    return sum(one.failed for one in _counts(counted))


def _counts(counted: Stats) -> tuple[Counts, ...]:
    return counted.spans, counted.facts, counted.log_records


def _provider_for(found: object, settings: Settings, *, take_global: bool) -> AttachableProvider:
    """The provider to attach to where `found` is the global one; see the table above."""
    if settings.provider_mode != "isolated" and isinstance(found, AttachableProvider):
        return found
    provider = TracerProvider(resource=KnownResource(Resource.create({})))
    if isinstance(found, trace.ProxyTracerProvider):
        if take_global or settings.provider_mode == "global":
            trace.set_tracer_provider(provider)
            logger.info("no tracer provider was set; one of ours is the global one from now on")
        else:
            logger.info(
                "no global tracer provider is set; our spans go through one of our own, and those of others go"
                " nowhere: set_tracer_provider(otel_bridge.tracer_provider()) brings them here"
            )
    elif settings.provider_mode != "isolated":
        logger.warning(
            "the global tracer provider (%s) takes no span processors, so its spans are not seen; ours go through"
            " one of our own and share the OTel context",
            type(found).__name__,
        )
    return provider


def _leave() -> None:
    """Send everything while the process ends; the providers shut down the span processors after that.

    Where the app does not want that, no shutdown after it waits or sends either.
    """
    if not all(bridge.settings.flush_at_exit for bridge in state.process.bridges.values()):
        state.process.exit_wait_s, state.process.may_send = 0, False
        for bridge in set(state.process.bridges.values()):
            bridge.close()
        return
    for span in list(state.process.open_spans):
        span.abandon()
    flush_at_exit(list(state.process.pipelines))
    for bridge in set(state.process.bridges.values()):
        bridge.close()


def _begin_to_leave() -> None:
    """Send what waits, and from now on each trace when it ends: the process may end without another word."""
    state.process.leaving = True
    RootFlush().run(list(state.process.pipelines))


def _leave_at_once() -> None:
    """Send everything while a signal ends the process: no handler of a provider comes after it."""
    _leave()
    for pipeline in list(state.process.pipelines):
        pipeline.shutdown()
