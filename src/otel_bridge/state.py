"""What is current: the keys of the OTel context, and the few values that hold for the whole process.

It knows neither spans nor loggers, only where they stand; nothing here is written anywhere.

A span of ours becomes current by an `Activation` in the OTel context. Contexts are immutable and copied into
tasks and threads, so an activation cannot be taken out of all of them; it is released instead, and whoever
looks for what is current passes over released ones. No token is kept: detaching one in another context makes
OpenTelemetry log an error, which generators and tasks that are closed early would cause.
"""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span

from otel_bridge.masking.rules import MaskRules
from otel_bridge.settings import Destination, MaskName, Settings

PARENT_KEY: Final = "braintrust.parent"
"""Key of the OTel context whose value is the parent string of the spans started there; Braintrust's own."""

ROUTE_KEY: Final = otel_context.create_key("otel_bridge.route")
"""Key of the OTel context whose value is the `Route` of the spans started there; absent for the usual one."""

(_SPAN_KEY,) = trace.set_span_in_context(
    trace.INVALID_SPAN, Context()
)  # OpenTelemetry's, which has no public name

_ACTIVATION_KEY: Final = otel_context.create_key("otel_bridge.activation")


@dataclass(eq=False, slots=True)
class Activation:
    """That a span is current.

    Attributes:
        span: the handle that is current.
        otel_span: its OTel span.
        outer: the context before.
        released: set when the span ended or was taken off.
    """

    span: Any
    otel_span: trace.Span
    outer: Context
    released: bool = False


def activate(
    span: object, otel_span: trace.Span, values: Mapping[str, object], context: Context | None = None
) -> Activation:
    """Make a span current here, together with `values`, by one copy of `context`, the live one of here."""
    live = live_context() if context is None else context
    activation = Activation(span, otel_span, live)
    otel_context.attach(Context({**live, **values, _SPAN_KEY: otel_span, _ACTIVATION_KEY: activation}))
    return activation


def span_in(context: Context) -> trace.Span:
    """Return the OTel span that is current in `context`, as `trace.get_current_span` does."""
    found: Any = context.get(_SPAN_KEY)
    span: trace.Span = trace.INVALID_SPAN if found is None else found
    return span


def release(activation: Activation) -> None:
    """Take `activation` off, here and wherever its context was copied to."""
    activation.released = True
    current = otel_context.get_current()
    live = live_context(current)
    if live is not current:
        otel_context.attach(live)


def live_context(context: Context | None = None) -> Context:
    """Return `context`, the current one by default, or what was outside of the released spans it stands in."""
    live: Context = otel_context.get_current() if context is None else context
    found: Any = live.get(_ACTIVATION_KEY)
    while found is not None and found.released:
        if found.otel_span is not live.get(_SPAN_KEY):
            break  # a span of others, which lives on
        live = found.outer
        found = live.get(_ACTIVATION_KEY)
    return live


def activation_of(context: Context) -> Activation | None:
    """Return the activation whose span is current in `context`; None when it is a span of others, or none."""
    found = context.get(_ACTIVATION_KEY)
    if isinstance(found, Activation) and found.otel_span is context.get(_SPAN_KEY):
        return found
    return None


def around(context: Context, trace_id: int) -> Activation | None:
    """Return the innermost activation of `context`, also under spans of others, if it is of that trace."""
    found = context.get(_ACTIVATION_KEY)
    if isinstance(found, Activation) and found.otel_span.get_span_context().trace_id == trace_id:
        return found
    return None


class Abandonable(Protocol):
    """What the process knows of a span that has not ended."""

    def abandon(self) -> None:
        """End it because the process ends."""
        ...


MAX_OPEN_SPANS: Final = 10_000
"""Spans that are remembered until they end; of more, those that never end are lost at the end of the process."""


def remember_open(span: Abandonable) -> None:
    """Remember a span that is to be sent even if nobody ends it."""
    if len(process.open_spans) < MAX_OPEN_SPANS:
        process.open_spans.add(span)


class Route:
    """The way of the spans of one API key.

    Attributes:
        lane: what it is made of; `processor.keyed` knows.
    """

    def __init__(self) -> None:
        self.lane: object = None


class Routes:
    """Which spans take another way than the usual one; none is kept longer than its span lives."""

    def __init__(self) -> None:
        self._spans: WeakValueDictionary[tuple[int, int], Span] = WeakValueDictionary()
        self._routes: WeakKeyDictionary[Span, Route] = WeakKeyDictionary()

    def add(self, span: Span, route: Route) -> None:
        """Send `span`, which has just started, by `route`."""
        self._routes[span] = route
        self._spans[_ids(span.get_span_context())] = span

    def of(self, ended: ReadableSpan) -> Route | None:
        """Return the way of a span that is just ending; None for the usual one."""
        if not (self._spans and ended.context):
            return None
        span = self._spans.get(_ids(ended.context))
        return None if span is None else self._routes.get(span)

    def in_use(self) -> set[Route]:
        """The ways of the spans that live."""
        return set(self._routes.values())

    def __len__(self) -> int:
        return len(self._spans)


def _ids(span_context: trace.SpanContext) -> tuple[int, int]:
    return span_context.trace_id, span_context.span_id


class HasParent(Protocol):
    """What the process knows of a logger."""

    @property
    def parent(self) -> str:
        """The parent string of the logger's spans."""
        ...

    @property
    def route(self) -> Route | None:
        """The way of the logger's spans; None for the usual one."""
        ...

    @property
    def account(self) -> object:
        """Where the logger logs in."""
        ...


@dataclass(eq=False, slots=True)
class Unwritten:
    """The row of a span of ours that ends before it is encoded.

    Attributes:
        span_context: of that span.
        write: gives its attributes, which the ended span gets beside those that it has.
        row_bytes: what the row takes in memory, as estimated.
    """

    span_context: trace.SpanContext
    write: Callable[[], Mapping[str, Any]]
    row_bytes: int


class Customizer(Protocol):
    """A hook that changes rows before they are sent."""

    def on_span_export(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the row to send."""
        ...


class AttachmentUploads(Protocol):
    """What the process knows of attachments that are not uploaded yet."""

    def sent(self, texts: Iterable[object], settings: Settings) -> None:
        """Upload what these attributes of sent rows refer to."""
        ...

    def wait(self, timeout_s: float) -> bool:
        """Wait until what was sent so far is uploaded."""
        ...


class Pipeline(Protocol):
    """What the process knows of a pipeline."""

    @property
    def settings(self) -> Settings:
        """How long its flush and its shutdown may take."""
        ...

    def start_flush(self) -> threading.Event:
        """Start to send what waits, in the background; the event is set when that is over."""
        ...

    def shutdown(self) -> None:
        """Send what waits, report what is lost, and take no more."""
        ...


class SpanWatch(Protocol):
    """What the process knows of who watches the spans of some traces."""

    def ended(self, span: ReadableSpan) -> None:
        """Count a span that is about to be queued."""
        ...

    def taken(self, spans: Iterable[ReadableSpan]) -> None:
        """Count spans that a receiver has taken."""
        ...


class Exporter(Protocol):
    """What the process knows of an exporter of ours."""

    @property
    def settings(self) -> Settings:
        """Where it sends."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Same:
    """A key that is equal to another one of the very same thing; Logfire's tracer provider has no hash of its own."""

    thing: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


@dataclass(slots=True)
class Process:
    """What holds for the whole process, whatever the context.

    Attributes:
        masking: what every value passes before it leaves, or None; made of the two that follow (`processor.both_masks`).
        masking_of_code: what `set_masking_function` was told, or None.
        masks_named: the rule sets that settings have named.
        logger: the logger that was made current last, for threads without one of their own.
        pipelines: everything that `flush()` flushes.
        open_spans: spans of ours that have not ended.
        exit_wait_s: how long the exit may still be held up, by all pipelines together; None while it has not begun.
        may_send: False once the process ends and the app wants nothing sent then.
        leaving: whether SIGTERM came, so that nothing waits for company any more.
        environment: what `init_logger(environment=...)` said of the place where the process runs.
        wired: whether the app added a processor of ours itself, and so has spans without a logger.
        taken: where a processor of ours sends each ended span that it has seen, None if nowhere; while it waits.
        unwritten: what is still to be encoded of ended spans, while they wait.
        exporters: the exporters of ours that the app or its configuration made, each with its `settings`.
        claimed: spans that the app's own processor has seen start, by ids; the one that we added leaves them alone.
        watches: who watches the spans of some traces.
        neighbours_seen: the other span processors, as they were when they were last looked at.
        neighbours_told: kinds of those that were warned of.
        unknown_fields: names that were logged, are no field of a row, and have been warned of.
        warned: kinds of mistakes that have been warned of.
        bridges: what `configure` built, by tracer provider.
        configuring: held while it builds.
        instrumentors: what `auto_instrument` switched on, by entry point: what `uninstrument` undoes.
        customizers: hooks that each row of ours passes before it is sent.
        threads_set_up: whether threads hand on their context.
        uploads: attachments that are not uploaded yet; None before the first one.
        routes: the spans of other API keys than the usual one.
        keyed: the pipelines of those keys, by tracer provider.
        account: what `login` logged in to, or None.
        accounts: where the loggers log in, by their arguments.
        row_senders: what sends rows that are no spans, by account.
        experiment: the experiment that `init` made current, or None; it comes before the logger.
        eval_workers: how many plain functions an evaluation runs at a time, or None for one per processor.
        http_adapter: of `requests`, what `set_http_adapter` was given, or None.
        http_sessions: the sessions of `requests` that we send through.
        prompt_cache: prompts as they were last loaded, or None before the first.
        declarations: where `Eval` notes what it is told while files of evaluations are loaded; None where it runs.
        spans_started: numbers of the spans, in the order in which they were started.
    """

    masking: MaskRules | None = None
    masking_of_code: MaskRules | None = None
    masks_named: tuple[MaskName, ...] = ()
    logger: HasParent | None = None
    pipelines: WeakSet[Pipeline] = field(default_factory=WeakSet[Pipeline])
    open_spans: set[Abandonable] = field(default_factory=set[Abandonable])
    exit_wait_s: float | None = None
    may_send: bool = True
    leaving: bool = False
    environment: Mapping[str, str] | None = None
    wired: bool = False
    taken: WeakKeyDictionary[ReadableSpan, Destination | None] = field(
        default_factory=WeakKeyDictionary[ReadableSpan, Destination | None]
    )
    unwritten: WeakKeyDictionary[ReadableSpan, Unwritten] = field(
        default_factory=WeakKeyDictionary[ReadableSpan, Unwritten]
    )
    exporters: WeakSet[Exporter] = field(default_factory=WeakSet[Exporter])
    claimed: WeakValueDictionary[tuple[int, int], Span] = field(
        default_factory=WeakValueDictionary[tuple[int, int], Span]
    )
    watches: tuple[SpanWatch, ...] = ()
    neighbours_seen: object = None
    neighbours_told: set[str] = field(default_factory=set[str])
    unknown_fields: set[str] = field(default_factory=set[str])
    warned: set[str] = field(default_factory=set[str])
    bridges: dict[Same, Any] = field(default_factory=dict[Same, Any])
    configuring: threading.Lock = field(default_factory=threading.Lock)
    instrumentors: dict[str, Any] = field(default_factory=dict[str, Any])
    customizers: tuple[Customizer, ...] = ()
    threads_set_up: bool = False
    uploads: AttachmentUploads | None = None
    routes: Routes = field(default_factory=Routes)
    keyed: WeakSet[Any] = field(default_factory=WeakSet[Any])
    account: Any = None
    accounts: dict[tuple[str | None, ...], Any] = field(default_factory=dict[tuple[str | None, ...], Any])
    row_senders: dict[Any, Any] = field(default_factory=dict[Any, Any])
    experiment: Any = None
    eval_workers: int | None = None
    http_adapter: Any = None
    http_sessions: WeakSet[Any] = field(default_factory=WeakSet[Any])
    prompt_cache: Any = None
    declarations: Any = None
    spans_started: Iterator[int] = field(default_factory=lambda: itertools.count(1))


process: Final = Process()

logger_here: Final[ContextVar[HasParent | None]] = ContextVar("otel_bridge.logger", default=None)
"""The logger that this task or thread made current; `process.logger` where it made none."""

ending: Final[ContextVar[Unwritten | None]] = ContextVar("otel_bridge.ending", default=None)
"""The row of the span that is just ending in this thread, for our span processor; None where the span holds it already."""

parent_argument: Final[ContextVar[str | Mapping[str, str] | None]] = ContextVar(
    "otel_bridge.parent", default=None
)
"""What `parent_context` set: a slug or W3C headers, for spans that would be roots."""


def logger() -> HasParent | None:
    """Return the current logger."""
    return logger_here.get() or process.logger


def mask_rules() -> MaskRules | None:
    """Return what every value passes before it leaves, or None."""
    return process.masking
