"""What a task gets beside its input: the case, its span, and a way to tell how far it is.

Source: `braintrust` 0.47.0 SDK, `framework.EvalHooks`, measured (spec/evaluate.md section 1.3).
"""

import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Literal, NotRequired, Protocol, TypedDict, TypeVar, cast

from otel_bridge.api.interface import Span

ExpectedT = TypeVar("ExpectedT")
ExpectedT_co = TypeVar("ExpectedT_co", covariant=True)


class TaskProgressEvent(TypedDict):
    """How far a task is, as it tells itself."""

    format: str
    output_type: str
    event: Literal[
        "reasoning_delta", "text_delta", "json_delta", "error", "console", "start", "done", "progress"
    ]
    data: str


class SSEProgressEvent(TaskProgressEvent):
    """The same with the case that it is about; `id` is that of its row."""

    id: str
    object_type: str
    name: str
    origin: NotRequired[Mapping[str, Any]]


class EvalHooks(Protocol[ExpectedT_co]):
    """The second argument of a task."""

    @property
    def cancel_event(self) -> threading.Event:
        """Set when the evaluation was cancelled or ran out of time."""
        ...

    @property
    def metadata(self) -> dict[str, Any]:
        """Of the case; what is changed in it stands in the row."""
        ...

    @property
    def expected(self) -> ExpectedT_co | None:
        """What the task should give."""
        ...

    @property
    def span(self) -> Span:
        """The span of the task, which is current too."""
        ...

    @property
    def trial_index(self) -> int:
        """How often this case ran before."""
        ...

    @property
    def tags(self) -> list[str]:
        """Of the case; what is changed in it stands in the row."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any] | None:
        """Of the evaluation, or None."""
        ...

    def report_progress(self, progress: TaskProgressEvent) -> None:
        """Tell `Eval(stream=...)` how far the task is."""
        ...

    def meta(self, **info: Any) -> None:
        """Deprecated: change `metadata` instead."""
        ...


class DictEvalHooks(dict[str, Any], Generic[ExpectedT]):
    """See `EvalHooks`; also a dictionary of metadata, expected, trial_index and tags."""

    def __init__(  # noqa: PLR0913 - each is a member
        self,
        metadata: dict[str, Any],
        expected: ExpectedT | None,
        *,
        trial_index: int,
        tags: Sequence[str] | None,
        report: Callable[[TaskProgressEvent], None],
        parameters: Mapping[str, Any] | None,
        cancel_event: threading.Event,
    ) -> None:
        told = {} if expected is None else {"expected": expected}
        super().__init__(metadata=metadata, trial_index=trial_index, **told)
        self._report, self._parameters, self._cancel_event = report, parameters, cancel_event
        self._span: Span | None = None
        self.tags = tags

    @property
    def cancel_event(self) -> threading.Event:
        """See `EvalHooks`."""
        return self._cancel_event

    @property
    def metadata(self) -> dict[str, Any]:
        """See `EvalHooks`."""
        return cast("dict[str, Any]", self["metadata"])

    @property
    def expected(self) -> ExpectedT | None:
        """See `EvalHooks`."""
        return self.get("expected")

    @property
    def span(self) -> Span:
        """See `EvalHooks`."""
        if self._span is None:
            raise RuntimeError("the span of the task has not begun")
        return self._span

    @property
    def trial_index(self) -> int:
        """See `EvalHooks`."""
        return cast("int", self["trial_index"])

    @property
    def tags(self) -> Any:
        """See `EvalHooks`."""
        return self["tags"]

    @tags.setter
    def tags(self, tags: Any) -> None:
        is_list = isinstance(tags, list | tuple | set)
        self["tags"] = [] if tags is None else list(cast("list[str]", tags)) if is_list else tags

    @property
    def parameters(self) -> Mapping[str, Any] | None:
        """See `EvalHooks`."""
        return self._parameters

    def set_span(self, span: Span) -> None:
        """Say which span the task runs in."""
        self._span = span

    def report_progress(self, progress: TaskProgressEvent) -> None:
        """See `EvalHooks`."""
        self._report(progress)

    def meta(self, **info: Any) -> None:
        """See `EvalHooks`."""
        warnings.warn("meta() is deprecated, change hooks.metadata", DeprecationWarning, stacklevel=2)
        self.metadata.update(info)
