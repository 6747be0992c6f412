"""A project's logger: roots, whole rows at once, and what is said of rows later. No call here waits for a network.

Source: `braintrust` 0.47.0 SDK, `logger.Logger` and `logger.init_logger`, measured (spec/app-api.md sections 1
and 2).
"""

import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Final, Self

from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanContext

from otel_bridge.api.application_log import LogLevel, LogLine, new_span_context, render_line, span_context_now
from otel_bridge.api.caller import START_AT_FRAMES
from otel_bridge.api.facts import Feedback, feedback_attributes, update_attributes
from otel_bridge.api.fields import checked
from otel_bridge.api.interface import ParentArgument, Span, StartArguments
from otel_bridge.api.login import account_for
from otel_bridge.api.place import Place, object_components, place_of, span_context_of
from otel_bridge.api.start import start
from otel_bridge.api.threads import setup_threads
from otel_bridge.attributes.to_json import clean
from otel_bridge.configure import Bridge, configure, flush
from otel_bridge.contract import names
from otel_bridge.contract.checks import check_row_id
from otel_bridge.contract.row import FeedbackSource
from otel_bridge.control.account import Account, ObjectMetadata
from otel_bridge.errors import ConcurrentLogError
from otel_bridge.ids import chosen_ids
from otel_bridge.state import Route, live_context, logger_here, process
from otel_bridge.state import logger as logger_now

GLOBAL: Final = "Global"
"""Name of the project of a logger that names none."""


class Logger:
    """What `init_logger` returns."""

    def __init__(
        self, bridge: Bridge, account: Account, *, project: str | None, project_id: str | None,
        async_flush: bool,
    ) -> None:  # fmt: skip
        self.bridge, self.account = bridge, account
        self.async_flush = async_flush
        self.parent = f"project_id:{project_id}" if project_id else f"project_name:{project or GLOBAL}"
        self._project, self._project_id = project, project_id
        self._last_start_time = time.time()
        self._spans_in_use = False
        self._trace_id = secrets.token_hex(16)

    def __str__(self) -> str:
        """As it stands in a row where it was logged itself."""
        return "<logger>"

    @property
    def route(self) -> Route | None:
        """The way of the logger's spans; None for the usual one."""
        return self.bridge.route

    @property
    def org_id(self) -> str:
        """Id of the organisation; logs in.

        Raises:
            ValueError, ControlError: see `login`.
        """
        return self.account.org_id

    @property
    def project(self) -> ObjectMetadata:
        """The project of this logger; asks for it where a Braintrust was named and the id was not.

        Raises:
            ValueError, ControlError: see `login`.
        """
        name = self._project or self._project_id or GLOBAL
        if self._project_id or self.account.plane.is_local:
            return ObjectMetadata(id=self._project_id or name, name=name)
        return self.account.project(name)

    @property
    def id(self) -> str:
        """Id of the project; see `project`."""
        return self.project.id

    @property
    def logging_state(self) -> Account:
        """Where this logger logs in."""
        return self.account

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
        self._flush_now()
        return span.id

    def emit_log(
        self, body: Any, level: LogLevel, metadata: Mapping[str, Any] | None = None, **parameters: object
    ) -> str:
        """Log a line of an application log as a row of its own, beside the current span if there is one.

        Args:
            body: text, in which `{name}` stands for a parameter; without parameters any value.
            level: `trace`, `debug`, `info`, `warn`, `error` or `fatal`.
            metadata: of the row; the template and its parameters are added.
            parameters: values for the names in `body`; those that are missing stay as they are.

        Returns:
            The id of the row.

        Raises:
            ValueError: for another level.
            TypeError: `body` is no text, and there are parameters.
        """
        line = render_line(body, level, metadata, parameters)
        row_id = self.send_line(line, span_context_now())
        self._flush_now()
        return row_id

    def trace(self, body: Any, metadata: Mapping[str, Any] | None = None, **parameters: object) -> str:
        """Log a line of level `trace`; see `emit_log`."""
        return self.emit_log(body, "trace", metadata, **parameters)

    def debug(self, body: Any, metadata: Mapping[str, Any] | None = None, **parameters: object) -> str:
        """Log a line of level `debug`; see `emit_log`."""
        return self.emit_log(body, "debug", metadata, **parameters)

    def info(self, body: Any, metadata: Mapping[str, Any] | None = None, **parameters: object) -> str:
        """Log a line of level `info`; see `emit_log`."""
        return self.emit_log(body, "info", metadata, **parameters)

    def warn(self, body: Any, metadata: Mapping[str, Any] | None = None, **parameters: object) -> str:
        """Log a line of level `warn`; see `emit_log`."""
        return self.emit_log(body, "warn", metadata, **parameters)

    def error(self, body: Any, metadata: Mapping[str, Any] | None = None, **parameters: object) -> str:
        """Log a line of level `error`; see `emit_log`."""
        return self.emit_log(body, "error", metadata, **parameters)

    def fatal(self, body: Any, metadata: Mapping[str, Any] | None = None, **parameters: object) -> str:
        """Log a line of level `fatal`; see `emit_log`."""
        return self.emit_log(body, "fatal", metadata, **parameters)

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
        span_id: str | None = None,
        root_span_id: str | None = None,
        internal: object = None,  # noqa: ARG002 - Braintrust's signature
        **event: Any,
    ) -> Span:
        """Start a span of this logger, nested in the current span if there is one; see `start_span`.

        `span_id` (16 hex digits) and, of a root, `root_span_id` (32 hex digits) may be chosen.

        Raises:
            ValueError: see `start_span`; or a chosen id is none of OpenTelemetry's.
        """
        arguments = StartArguments(
            name, type, span_attributes, start_time, set_current, propagated_event, event
        )
        with chosen_ids(span_id, root_span_id):
            return self.start_at(place_of(parent), arguments)

    def start_at(
        self, place: Place | None, arguments: StartArguments, context: Context | None = None
    ) -> Span:
        """Start a span at `place`, by default in the current span or as a root; `context` is the live one, where it is known."""
        self._spans_in_use = True
        if place is None:
            live = live_context() if context is None else context
            place = Place(live, self.parent, "task")
        if place.flush_root is self.async_flush:
            place = replace(place, flush_root=not self.async_flush)
        return start(self.bridge, place, arguments, START_AT_FRAMES)

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

    def send_line(self, line: LogLine, span_context: SpanContext | None) -> str:
        """Send a line as a row beside the span of `span_context`, or in the logger's own trace; return its id."""
        row_id = str(uuid.uuid4())
        attributes = {
            **line.attributes(self.bridge.environment),
            names.ROW_ID: row_id,
            names.PARENT: clean(self.parent),
        }
        self.bridge.facts.send(
            names.LOG_EVENT, attributes, span_context or new_span_context(self._trace_id), line=line
        )
        return row_id

    def _flush_now(self) -> None:
        if not self.async_flush:
            self.flush()


def init_logger(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    project: str | None = None,
    project_id: str | None = None,
    async_flush: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
    force_login: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    set_current: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    state: object = None,
    environment: Mapping[str, str] | str | None = None,
    *,
    tracer_provider: TracerProvider | None = None,
) -> Logger:
    """Return a new logger of a project and make it current; opens no connection.

    The spans go through the global tracer provider, which gets a `BridgeSpanProcessor`, once; if there is no
    provider yet, one is made. A processor that the app added before is used instead.

    Args:
        project: name of the project, by default `Global`.
        project_id: its id, which wins over the name.
        async_flush: False makes `log`, `emit_log` and the end of a root (the outermost span of this process) wait
            until everything was sent, for the time of `flush()` at most.
        app_url: where to log in for ids and links, by default `BRAINTRUST_APP_URL`.
        api_key: key for the destination, by default what `login` was given, then `BRAINTRUST_API_KEY`. Loggers with
            different keys can be used side by side; their spans leave apart.
        org_name: organisation for ids and links, by default `BRAINTRUST_ORG_NAME`.
        force_login: True logs in at once.
        set_current: whether `start_span` and `traced` use this logger, here and in threads without one.
        state: what `login_to_state` returned; its key and URLs are used.
        environment: `type` and `name` of the place where the process runs; a text is its name.
        tracer_provider: instead of the global one.

    Raises:
        SettingsError: a setting of the environment cannot be used.
        ValueError, ControlError: with `force_login`, see `login`.
    """
    known = account_for(app_url, api_key, org_name, state)
    if force_login:
        known.login()
    bridge = configure(tracer_provider, known.api_key)
    if bridge.settings.instrument_threads:
        setup_threads()
    process.environment = _place_in_words(environment) if environment else process.environment
    logger = Logger(bridge, known, project=project, project_id=project_id, async_flush=async_flush)
    if set_current:
        logger_here.set(logger)
        process.logger = logger
    return logger


def current_logger() -> Logger | None:
    """Return the logger that this task or thread made current last, or else the process; None without one."""
    found: Any = logger_now()
    logger: Logger | None = found
    return logger


def current_bridge() -> Bridge:
    """Return what the current logger sends through; without one, the bridge of the global tracer provider."""
    logger = current_logger()
    return logger.bridge if logger else configure()


def _place_in_words(environment: Mapping[str, object] | str) -> dict[str, str]:
    """The place where the process runs, in texts only: it is said of every span."""
    said = {"name": environment} if isinstance(environment, str) else environment
    return {str(key): str(value) for key, value in said.items()}
