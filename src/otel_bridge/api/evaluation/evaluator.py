"""What an evaluation is told to do. It does nothing.

Source: `braintrust` 0.47.0 SDK, `framework.Evaluator` (spec/evaluate.md section 1.1).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from otel_bridge.api.evaluation.case import EvalCase
from otel_bridge.api.interface import Span
from otel_bridge.control.repo import GitMetadataSettings, RepoInfo

Input = TypeVar("Input")
Output = TypeVar("Output")
Expected = TypeVar("Expected")
Output_contra = TypeVar("Output_contra", contravariant=True)
Expected_contra = TypeVar("Expected_contra", contravariant=True)

EvalTask: TypeAlias = Callable[..., Any]
"""A task: takes an input, and `EvalHooks` if it has a second parameter; a function or a coroutine."""


class ScorerLike(Protocol[Output_contra, Expected_contra]):
    """A scorer with a method of its own for coroutines, as those of `autoevals`."""

    async def eval_async(
        self, output: Output_contra, expected: Expected_contra | None = None, **kwargs: Any
    ) -> Any:
        """Return what a scorer may return."""
        ...


EvalScorer: TypeAlias = Callable[..., Any] | ScorerLike[Any, Any]
"""A scorer, or a class of scorers: takes any of input, output, expected, metadata, trace, id, tags by their names."""

ErrorScoreHandler: TypeAlias = Callable[[Span, EvalCase[Any, Any], Sequence[str]], dict[str, float] | None]
"""Takes the span of a case, the case, and the names of the scorers that gave nothing; returns scores in their place."""


@dataclass(slots=True)
class Evaluator(Generic[Input, Output, Expected]):
    """The arguments of `Eval`.

    Attributes:
        eval_name: what it is called in reports.
        parameter_values: of `parameters`, where somebody chose them.
        cancel_event: ends the evaluation when it is set.
    """

    project_name: str
    eval_name: str
    data: Any
    task: EvalTask
    scores: Sequence[EvalScorer]
    experiment_name: str | None
    metadata: Any
    tags: Sequence[str] | None = None
    trial_count: int = 1
    is_public: bool = False
    update: bool = False
    timeout: float | None = None
    max_concurrency: int | None = None
    project_id: str | None = None
    base_experiment_name: str | None = None
    base_experiment_id: str | None = None
    git_metadata_settings: GitMetadataSettings | None = None
    repo_info: RepoInfo | None = None
    error_score_handler: ErrorScoreHandler | None = None
    description: str | None = None
    summarize_scores: bool = True
    parameters: Mapping[str, Any] | None = None
    classifiers: list[Callable[..., Any]] | None = None
    parameter_values: dict[str, Any] | None = None
    cancel_event: threading.Event | None = None


def default_error_score_handler(
    root_span: Span, data: EvalCase[Any, Any], unhandled_scores: Sequence[str]
) -> dict[str, float]:
    """Give 0 to every scorer that gave nothing, in the row as well."""
    del data
    scores = dict.fromkeys(unhandled_scores, 0.0)
    root_span.log(scores=scores)
    return scores
