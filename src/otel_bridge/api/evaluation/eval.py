"""`Eval` and `EvalAsync`: run a task over cases, score what it gives, and say what it came to.

Source: `braintrust` 0.47.0 SDK, `framework.Eval`, measured (spec/evaluate.md section 1).
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from otel_bridge.api.evaluation import registry
from otel_bridge.api.evaluation.arguments import check_arguments
from otel_bridge.api.evaluation.evaluation import Evaluation, Options
from otel_bridge.api.evaluation.evaluator import ErrorScoreHandler, EvalScorer, EvalTask, Evaluator
from otel_bridge.api.evaluation.hooks import SSEProgressEvent
from otel_bridge.api.evaluation.reporter import ReporterDef
from otel_bridge.api.evaluation.result import EvalResultWithSummary
from otel_bridge.api.evaluation.turns import short_turns
from otel_bridge.api.login import account_for
from otel_bridge.api.same_arguments import with_arguments_of
from otel_bridge.api.summary import ExperimentSummary
from otel_bridge.control.repo import GitMetadataSettings, RepoInfo
from otel_bridge.state import process

logger = logging.getLogger(__name__)

_BY_NAME = "Must specify a reporter object, not a name. Can only specify reporter names when running 'braintrust eval'"


def _prepared(  # noqa: PLR0913, PLR0917 - Braintrust's signature, of `Eval` and `EvalAsync`
    name: str,
    data: Any,
    task: EvalTask,
    scores: Sequence[EvalScorer] | None = None,
    classifiers: Sequence[Callable[..., Any]] | None = None,
    experiment_name: str | None = None,
    trial_count: int = 1,
    metadata: Any = None,
    tags: Sequence[str] | None = None,
    is_public: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    update: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    reporter: ReporterDef[Any] | str | None = None,
    timeout: float | None = None,
    max_concurrency: int | None = None,
    project_id: str | None = None,
    base_experiment_name: str | None = None,
    base_experiment_id: str | None = None,
    git_metadata_settings: GitMetadataSettings | None = None,
    repo_info: RepoInfo | None = None,
    error_score_handler: ErrorScoreHandler | None = None,
    description: str | None = None,
    summarize_scores: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    no_send_logs: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    parameters: Mapping[str, Any] | None = None,
    on_start: Callable[[ExperimentSummary], None] | None = None,
    stream: Callable[[SSEProgressEvent], None] | None = None,
    parent: str | None = None,
    state: object = None,
    enable_cache: bool = True,  # noqa: FBT001, FBT002 - Braintrust's signature
    cancel_event: threading.Event | None = None,
) -> Evaluation:
    """Check what can be checked without asking anybody."""
    del enable_cache
    if scores is None and classifiers is None:
        raise ValueError("At least one of `scores` or `classifiers` must be provided.")
    check_arguments(
        task, {"scores": scores, "classifiers": classifiers}, trial_count, max_concurrency, timeout
    )
    if isinstance(reporter, str):
        if (declared := registry.current()) is None:
            raise ValueError(_BY_NAME)
        reporter = declared.reporter(reporter)
    evaluator: Evaluator[Any, Any, Any] = Evaluator(
        project_name=name, eval_name=_shown(name, experiment_name), data=data, task=task, scores=scores or [],
        classifiers=None if classifiers is None else list(classifiers), experiment_name=experiment_name,
        metadata=metadata, tags=tags, trial_count=trial_count, is_public=is_public, update=update, timeout=timeout,
        max_concurrency=max_concurrency, project_id=project_id, base_experiment_name=base_experiment_name,
        base_experiment_id=base_experiment_id, git_metadata_settings=git_metadata_settings, repo_info=repo_info,
        error_score_handler=error_score_handler, description=description, summarize_scores=summarize_scores,
        parameters=parameters, cancel_event=cancel_event,
    )  # fmt: skip
    options = Options(
        account=account_for(None, None, None, state), reporter=reporter, no_send_logs=no_send_logs,
        on_start=on_start, stream=stream, parent=parent,
    )  # fmt: skip
    return Evaluation(evaluator, options)


_prepared.__qualname__ = "Eval"  # what Python names when an argument is missing


@with_arguments_of(_prepared)
def Eval(  # noqa: D417, N802 - the arguments are those that it is called with; Braintrust's name
    evaluation: Evaluation,
) -> EvalResultWithSummary[Any, Any, Any]:
    """Run a task over cases, score what it gives, and print and return what it came to.

        Eval("my-app", data=[{"input": 1, "expected": 2}], task=lambda x: x + 1, scores=[exact])

    Inside a running loop it returns an `asyncio.Task`, which must be awaited; `EvalAsync` is made for that.

    Args:
        name: of the project.
        data: the cases: a list, any iterable, a function that returns one, an async generator, a `Dataset`, or
            `BaseExperiment()`. A case is an `EvalCase` or a dictionary with `input`, and what `EvalCase` has besides.
        task: takes the input and, if it has a second parameter, `EvalHooks`; a function or a coroutine.
        scores: take any of `input`, `output`, `expected`, `metadata`, `trace`, `id`, `tags` by name, and return a
            number from 0 to 1, None, a `Score`, a dictionary with `score`, or a list of those. Scorers of `autoevals`, and
            classes, work as they are.
        classifiers: likewise, but return a `Classification`, a dictionary with `id`, or a list of those.
        experiment_name: by default one that the server makes up.
        trial_count: how often each case runs.
        metadata: about the experiment.
        tags: of the experiment.
        is_public: whether everybody may see the experiment.
        update: True goes on with the experiment of that name.
        reporter: what `Reporter` returned, or under `otel-bridge eval` its name; by default a table is printed.
        timeout: seconds for all of it; what is done by then is kept, see below.
        max_concurrency: cases that run at the same time, by default all.
        project_id: id of the project; `name` is a label then.
        base_experiment_name: of the experiment to compare with.
        base_experiment_id: wins over its name.
        git_metadata_settings: what may be told of the repository; see `init`.
        repo_info: what to tell of it.
        error_score_handler: gives scores in the place of those that are missing because of errors;
            `default_error_score_handler` gives 0.
        description: of the experiment.
        summarize_scores: False leaves the numbers out.
        no_send_logs: True sends nothing at all; the summary is made here.
        parameters: a schema by name (a pydantic model, or `{"type": "model", "default": ...}`), or plain values for
            `hooks.parameters`.
        on_start: is called with the experiment's names and links before the first case.
        stream: is called with what tasks report by `hooks.report_progress`.
        parent: a slug; the cases hang under that span, and no experiment is made.
        state: what `login_to_state` returned.
        enable_cache: not used: the spans of a trace are asked from where they are kept.
        cancel_event: ends it when it is set.

    Returns:
        all results in the order of the cases, and the summary.

    Raises:
        ValueError: neither scores nor classifiers are given, a reporter by name, or wrong tags.
        TypeError: the data gives no cases, or a case is none; an argument is of a kind that it cannot be.
        AttributeError: a case is no dictionary, and has not what a case has.
        TimeoutError: the time is over.
        asyncio.CancelledError: `cancel_event` was set, or a task raised it.
        ControlError: the experiment could not be made.

        What is wrong with some cases is raised when the others are done. What ends it early has an attribute `partial`: the results of the cases that were done, and their summary.
    """
    if (declared := registry.current()) is not None:
        declared.evaluations.append(evaluation)
        return cast("EvalResultWithSummary[Any, Any, Any]", registry.Declared())
    evaluation.begin()
    loop = _running_loop()
    if loop is None:
        return _run(evaluation)
    if "Eval" not in process.warned:
        process.warned.add("Eval")
        logger.warning(
            "Eval() was called from an async context; it is recommended to use `await EvalAsync()`"
        )
    return cast("EvalResultWithSummary[Any, Any, Any]", loop.create_task(_finished(evaluation)))


@with_arguments_of(_prepared)
async def EvalAsync(evaluation: Evaluation) -> EvalResultWithSummary[Any, Any, Any]:  # noqa: N802 - Braintrust's name
    """Do as `Eval` in a running loop."""
    if (declared := registry.current()) is not None:
        declared.evaluations.append(evaluation)
        return cast("EvalResultWithSummary[Any, Any, Any]", registry.Declared())
    evaluation.begin()
    return await _finished(evaluation)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _run(evaluation: Evaluation) -> EvalResultWithSummary[Any, Any, Any]:
    try:
        with short_turns():
            return asyncio.run(_finished(evaluation))
    except KeyboardInterrupt as error:  # of a loop of its own, and so another one than `_finished` has seen
        error.partial = evaluation.partial  # type: ignore[attr-defined]  # an exception takes any attribute
        raise


async def _finished(evaluation: Evaluation) -> EvalResultWithSummary[Any, Any, Any]:
    """Run it; what ends it early carries what was done."""
    try:
        return await evaluation.run()
    except BaseException as error:
        error.partial = evaluation.partial  # type: ignore[attr-defined]  # an exception takes any attribute
        raise


def _shown(name: str, experiment_name: str | None) -> str:
    return name if experiment_name is None else f"{name} [experiment_name={experiment_name}]"
