"""A project's logger: roots, whole rows at once, and what is said of rows later. No call here waits for a network.

Source: `braintrust` 0.47.0 SDK, `logger.Logger` and `logger.init_logger`, measured (spec/app-api.md sections 1
and 2).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self, cast

from opentelemetry.context import Context, set_value
from opentelemetry.sdk.trace import TracerProvider

from otel_bridge.api.facts import Feedback, feedback_attributes, update_attributes
from otel_bridge.api.fields import checked
from otel_bridge.api.interface import ParentArgument, Span, StartArguments
from otel_bridge.api.place import Place, object_components, place_of, span_context_of
from otel_bridge.api.start import start
from otel_bridge.configure import Bridge, configure, flush
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_row_id
from otel_bridge.contract.row import FeedbackSource
from otel_bridge.errors import ConcurrentLogError
from otel_bridge.settings import Settings
from otel_bridge.state import PARENT_KEY, live_context, logger_here, process
from otel_bridge.state import logger as logger_now


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectMetadata:
    """A project.

    Attributes:
        id: the id that was given; the name stands in for one that is not known without the control plane.
        name: the name that was given, or the id.
    """

    id: str
    name: str
    full_info: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Logger:
    """What `init_logger` returns."""

    def __init__(
        self, bridge: Bridge, *, project: str | None, project_id: str | None, async_flush: bool
    ) -> None:
        self.bridge = bridge
        self.async_flush = async_flush
        self.parent = f"project_id:{project_id}" if project_id else f"project_name:{project or 'Global'}"
        self._project = ObjectMetadata(
            id=project_id or project or "Global", name=project or project_id or "Global"
        )
        self._last_start_time = time.time()
        self._spans_in_use = False

    @property
    def project(self) -> ObjectMetadata:
        """The project of this logger."""
        return self._project

    @property
    def id(self) -> str:
        """Id of the project."""
        return self._project.id

    def log(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        input: Any = None,
        output: Any = None,
        expected: Any = None,
        error: Any = None,
        tags: Sequence[str] | None = None,
        scores: Mapping[str, float | None] | None = None,
        metadata: Any = None,
        metrics: Mapping[str, float] | None = None,
        id: str | None = None,
        allow_concurrent_with_spans: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    ) -> str:
        """Log a row of its own trace, whatever span is current, and return its id.

        It lasts from the end of the previous one until now.

        Raises:
            ConcurrentLogError: spans of this logger are in use and `allow_concurrent_with_spans` is not set.
            ValueError: a field cannot be what it is, with Braintrust's message.
        """
        if self._spans_in_use and not allow_concurrent_with_spans:
            raise ConcurrentLogError(
                "Cannot run toplevel `log` method while using spans. To log to the span,"
                " call `logger.start_span` and then log with `span.log`"
            )
        event = {
            "input": input, "output": output, "expected": expected, "error": error, "tags": tags,
            "scores": scores, "metadata": metadata, "metrics": metrics, "id": id,
        }  # fmt: skip
        place = Place(context=Context(), parent=self.parent, default_type="task")
        span = start(self.bridge, place, StartArguments(start_time=self._last_start_time, event=event))
        self._last_start_time = span.end()
        if not self.async_flush:
            self.flush()
        return span.id

    def log_feedback(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        id: str,
        scores: Mapping[str, float | None] | None = None,
        expected: Any = None,
        tags: Sequence[str] | None = None,
        comment: str | None = None,
        metadata: Any = None,
        source: FeedbackSource | None = None,
    ) -> None:
        """Say what a user thinks of the row of that id; before or after it has arrived.

        Args:
            id: of the row: `span.id`, or what `log` returned.
            scores: merged into those of the row, 0 to 1 by name.
            expected: what the output should have been.
            tags: united with those of the row.
            comment: free text.
            metadata: about the feedback, not about the row.
            source: `external` (default), `app` or `api`.

        Raises:
            ValueError: `id` is no non-empty string; with Braintrust's message, for a wrong source, for nothing said,
                or for a wrong field.
        """
        feedback = Feedback(
            scores=scores, expected=expected, tags=tags, comment=comment, metadata=metadata, source=source
        )
        attributes = feedback_attributes(id, feedback, self.parent)
        self.bridge.facts.send(names.FEEDBACK_EVENT, attributes, None)

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
        """Start a span of this logger, nested in the current span if there is one; see `start_span`."""
        arguments = StartArguments(
            name=name, type=type, span_attributes=span_attributes, start_time=start_time,
            set_current=set_current, propagated_event=propagated_event, event=event,
        )  # fmt: skip
        return self.start_at(place_of(parent), arguments)

    def start_at(self, place: Place | None, arguments: StartArguments) -> Span:
        """Start a span at `place`, by default in the current span or as a root."""
        self._spans_in_use = True
        if place is None:
            context = set_value(PARENT_KEY, self.parent, live_context())
            place = Place(context=context, parent=self.parent, default_type="task")
        return start(self.bridge, place, arguments)

    def update_span(self, id: str, **event: Any) -> None:
        """Merge fields into the row of that id, which has been sent.

        Args:
            id: of the row.
            event: fields as in `Span.log`; besides, `span_id` and `root_span_id` together.

        Raises:
            ValueError: `id` is no non-empty string, or a field cannot be what it is, with Braintrust's message.
        """
        span_id, root_span_id = event.pop("span_id", None), event.pop("root_span_id", None)
        if (span_id is None) != (root_span_id is None):
            raise ValueError("both root_span_id and span_id must be set, or neither")
        attributes = update_attributes(check_row_id(id), checked(event), self.parent)
        self.bridge.facts.send(names.UPDATE_EVENT, attributes, span_context_of(id, span_id, root_span_id))

    def export(self) -> str:
        """Return a slug by which another process can start spans in this logger's project."""
        return object_components(self.parent).encode()

    def flush(self) -> None:
        """Send what waits, of all spans."""
        flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Leave the logger as it is, as Braintrust's does."""


def init_logger(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    project: str | None = None,
    project_id: str | None = None,
    async_flush: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    app_url: str | None = None,  # noqa: ARG001 - Braintrust's signature
    api_key: str | None = None,
    org_name: str | None = None,  # noqa: ARG001 - Braintrust's signature
    force_login: bool = False,  # noqa: ARG001, FBT001, FBT002 - Braintrust's signature
    set_current: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    state: object = None,  # noqa: ARG001 - Braintrust's signature
    environment: Mapping[str, str] | None = None,
    *,
    tracer_provider: TracerProvider | None = None,
) -> Logger:
    """Return a new logger of a project and make it current; opens no connection.

    The spans go through the global tracer provider, which gets a `BridgeSpanProcessor`, once; if there is no
    provider yet, one is made. A processor that the app added before is used instead.

    Args:
        project: name of the project, by default `Global`.
        project_id: its id, which wins over the name.
        async_flush: False makes `Logger.log` wait until its row was sent.
        app_url: not used without the control plane.
        api_key: key for the destination, by default `BRAINTRUST_API_KEY`; the first call decides.
        org_name: not used without the control plane.
        force_login: not used without the control plane.
        set_current: whether `start_span` and `traced` use this logger, here and in threads without one.
        state: not used.
        environment: `type` and `name` of the place where the process runs.
        tracer_provider: instead of the global one.

    Raises:
        SettingsError: a setting of the environment cannot be used.
    """
    settings = Settings.from_environment()
    bridge = configure(replace(settings, api_key=api_key or settings.api_key), tracer_provider)
    process.environment = environment or process.environment
    logger = Logger(bridge, project=project, project_id=project_id, async_flush=async_flush)
    if set_current:
        logger_here.set(logger)
        process.logger = logger
    return logger


def current_logger() -> Logger | None:
    """Return the logger that this task or thread made current last, or else the process; None without one."""
    return cast("Logger | None", logger_now())


def current_bridge() -> Bridge:
    """Return what the current logger sends through; without one, the bridge of the global tracer provider."""
    logger = current_logger()
    return logger.bridge if logger else configure()
