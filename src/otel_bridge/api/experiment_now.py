"""Which experiment is current in this process.

Source: `braintrust` 0.47.0 SDK, `logger.current_experiment` (spec/app-api.md section 1).
"""

from typing import Any

from otel_bridge.api.experiment import Experiment
from otel_bridge.api.summary import ExperimentSummary
from otel_bridge.errors import NoLoggerError
from otel_bridge.state import process


def current_experiment() -> Experiment | None:
    """Return the experiment that `init` made current last, in whatever task or thread; None without one."""
    experiment: Experiment | None = process.experiment
    return experiment


def log(**event: Any) -> str:
    """Log a case to the current experiment; see `Experiment.log`.

    Raises:
        NoLoggerError: no experiment is current.
    """
    return _needed().log(**event)


def summarize(
    summarize_scores: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    comparison_experiment_id: str | None = None,
) -> ExperimentSummary:
    """Return what the current experiment came to; see `Experiment.summarize`.

    Raises:
        NoLoggerError: no experiment is current.
    """
    return _needed().summarize(summarize_scores, comparison_experiment_id)


def _needed() -> Experiment:
    experiment = current_experiment()
    if experiment is None:
        raise NoLoggerError("Not initialized. Please call init() first")
    return experiment
