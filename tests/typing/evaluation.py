"""What type checkers make of experiments and datasets; checked by mypy and pyright, never run."""

from collections.abc import Iterator
from typing import Any, assert_type

from otel_bridge import (
    Dataset,
    DatasetRef,
    Eval,
    EvalAsync,
    EvalCase,
    EvalHooks,
    EvalResult,
    EvalResultWithSummary,
    Experiment,
    ExperimentSummary,
    GitMetadataSettings,
    MetricSummary,
    ReadonlyExperiment,
    RepoInfo,
    Reporter,
    ReporterDef,
    Score,
    ScoreSummary,
    current_experiment,
    init,
    init_dataset,
    summarize,
)


def datasets() -> None:
    dataset = init_dataset("p", "d", version=7)
    assert_type(dataset, Dataset)
    assert_type(dataset.insert(1, expected=2, tags=["t"]), str)
    assert_type(dataset.fetch(10), Iterator[dict[str, Any]])
    assert_type(dataset.summarize().dataset_url, str)
    assert_type([record["id"] for record in dataset], list[Any])


def experiments() -> None:
    reference: DatasetRef = {"id": "d"}
    experiment = init("p", "e", dataset=reference, repo_info=RepoInfo(commit="c"))
    assert_type(experiment, Experiment | ReadonlyExperiment)
    assert isinstance(experiment, Experiment)
    assert_type(experiment.log(input=1, output=2, scores={"s": None}), str)
    assert_type(current_experiment(), Experiment | None)
    init("p", git_metadata_settings=GitMetadataSettings("some", ["commit"]))


def summaries() -> None:
    summary = summarize()
    assert_type(summary, ExperimentSummary)
    assert_type(summary.scores, dict[str, ScoreSummary])
    assert_type(summary.metrics, dict[str, MetricSummary])


def exact(output: str, expected: str) -> bool:
    return output == expected


async def judged(output: str) -> Score:
    return Score("judged", len(output) / 10)


def with_hooks(input: int, hooks: EvalHooks[str]) -> str:
    assert_type(hooks.expected, str | None)
    assert_type(hooks.metadata, dict[str, Any])
    return str(input)


async def evaluations() -> None:
    outcome = Eval("p", [{"input": 1}], str, scores=[exact, judged, lambda: None])
    assert_type(outcome, EvalResultWithSummary[Any, Any, Any])
    assert_type(outcome.results, list[EvalResult[Any, Any, Any]])
    await EvalAsync("p", lambda: [EvalCase(1, "1")], with_hooks, [exact], reporter=Reporter("r", print, bool))
    assert_type(Reporter("r", len, bool), ReporterDef[int])
