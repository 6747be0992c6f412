"""The span as an app sees it, whatever stands behind it. Shapes only.

Source: `braintrust` 0.47.0 SDK, `logger.Span` (spec/app-api.md section 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, Protocol, Self, TypeAlias, runtime_checkable

from otel_bridge.contract.row import Json


class SpanTypeAttribute(str, Enum):  # noqa: UP042 - its members are formatted as Braintrust's are
    """The types of spans that Braintrust knows; `type=` takes their text as well."""

    LLM = "llm"
    SCORE = "score"
    FUNCTION = "function"
    EVAL = "eval"
    TASK = "task"
    TOOL = "tool"
    AUTOMATION = "automation"
    FACET = "facet"
    PREPROCESSOR = "preprocessor"
    CLASSIFIER = "classifier"
    REVIEW = "review"
    DECISION = "decision"
    QUESTION = "question"
    LOG = "log"


ParentArgument: TypeAlias = str | Mapping[str, str] | None
"""A slug of `export()`, or the W3C headers of `extract_trace_context()`."""


@dataclass(slots=True)  # not frozen, and by position: for each span, freezing and keywords take twice as long
class StartArguments:
    """What `start_span` is told; each field is an argument of it.

    Attributes:
        name: by default `root`, or the place in the app for a child of a named span.
        type: by default `task` on a root of a logger.
        span_attributes: win over name and type.
        start_time: Unix seconds, by default now.
        set_current: whether the span may become current, by default True.
        propagated_event: fields that the span and its descendants inherit.
        event: fields as in `Span.log`, and `id` for the row's id.
    """

    name: str | None = None
    type: str | None = None
    span_attributes: Mapping[str, Any] | None = None
    start_time: float | None = None
    set_current: bool | None = None
    propagated_event: Mapping[str, Any] | None = None
    event: Mapping[str, Any] = field(default_factory=dict[str, Any])


class TraceRoot(Protocol):
    """The outermost span of a trace in this process, as its descendants know it."""

    def tag(self, tags: Json) -> None:
        """Unite `tags` with those of its row, also after its end."""
        ...


@runtime_checkable
class Span(Protocol):
    """A unit of work; what is logged to it accumulates in one row."""

    @property
    def span_id(self) -> str:
        """16 hex digits; empty on a span that records nothing."""
        ...

    @property
    def root_span_id(self) -> str:
        """32 hex digits, the trace id."""
        ...

    @property
    def span_parents(self) -> list[str] | None:
        """The parent's span id in a list, or None on a root."""
        ...

    @property
    def id(self) -> str:
        """Id of the span's row: the span id, unless `start_span(id=...)` named another."""
        ...

    @property
    def name(self) -> str:
        """Name of the span."""
        ...

    def log(self, **event: Any) -> None:
        """Merge fields into the row: input, output, expected, error, scores, metadata, metrics, tags, ...

        Values are copied now. Objects merge key by key, tags are united, anything else is replaced; a field
        that is None says nothing.

        Raises:
            ValueError: a field cannot be what it is, with Braintrust's message.
            TypeError: a field that identifies the span.
        """
        ...

    def log_feedback(self, **event: Any) -> None:
        """Say what a user thinks of this span; see `Logger.log_feedback`, without its `id`."""
        ...

    def start_span(  # noqa: PLR0913, PLR0917 - Braintrust's signature
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
        start_time: float | None = None,
        set_current: bool | None = None,  # noqa: FBT001 - Braintrust's signature
        parent: ParentArgument = None,
        propagated_event: Mapping[str, Any] | None = None,
        internal: object = None,
        **event: Any,
    ) -> "Span":
        """Start a child of this span, whatever is current; see `start_span`."""
        ...

    def set_attributes(
        self,
        name: str | None = None,
        type: str | None = None,
        span_attributes: Mapping[str, Any] | None = None,
    ) -> None:
        """Change the name, type or other attributes of the span."""
        ...

    def end(self, end_time: float | None = None) -> float:
        """End the span, now or at `end_time` (Unix seconds), and return when; a second call changes nothing."""
        ...

    def close(self, end_time: float | None = None) -> float:
        """Do as `end`."""
        ...

    def export(self) -> str:
        """Return a slug by which another process can start children of this span."""
        ...

    def inject(self, carrier: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write `traceparent` and `baggage` into `carrier`, a new dictionary by default, and return it."""
        ...

    def link(self) -> str:
        """Return the link to the span's page as far as it is known without asking; never raises."""
        ...

    def permalink(self) -> str:
        """Return the lasting link to the span's page; may log in and ask for the project's id; never raises."""
        ...

    def flush(self) -> None:
        """Send what waits, of all spans."""
        ...

    def set_current(self) -> None:
        """Make this the current span."""
        ...

    def unset_current(self) -> None:
        """Undo `set_current`."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None: ...
