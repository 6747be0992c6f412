"""What an evaluation returns.

Source: `braintrust` 0.47.0 SDK, `framework.EvalResult`, measured (spec/evaluate.md section 1.10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from otel_bridge.api.summary import ExperimentSummary

Input = TypeVar("Input")
Output = TypeVar("Output")
Expected = TypeVar("Expected")


@dataclass(slots=True)
class EvalResult(Generic[Input, Output, Expected]):
    """What became of a case in one trial.

    Attributes:
        input: of the case.
        output: of the task; None if it failed.
        scores: by name; None for one that does not count.
        classifications: by name, or None where there are none.
        expected: of the case.
        metadata: of the case, with what the task and failing scorers added.
        tags: of the case, with what the task added, or None.
        error: what the task raised, or None.
        exc_info: the traceback as text, or None.
        origin: the row that the case was made from, or None.
    """

    input: Input
    output: Output | None
    scores: Mapping[str, float | None]
    classifications: dict[str, list[dict[str, Any]]] | None = None
    expected: Expected | None = None
    metadata: Any = None
    tags: list[str] | None = None
    error: Exception | None = None
    exc_info: str | None = None
    origin: Mapping[str, Any] | None = None


@dataclass(slots=True)
class EvalResultWithSummary(Generic[Input, Output, Expected]):
    """All results in the order of the cases, trials of one beside each other, and what they came to."""

    summary: ExperimentSummary
    results: list[EvalResult[Input, Output, Expected]]
