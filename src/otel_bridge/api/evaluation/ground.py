"""Where the cases of an evaluation go: an experiment that is made for it, the span of another process, or nowhere.

Source: `braintrust` 0.47.0 SDK, `framework.Eval`, measured (spec/evaluate.md sections 1.1, 1.9 and 1.10).
"""

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from opentelemetry import context as otel_context
from opentelemetry import trace

from otel_bridge.api.datasets import Dataset
from otel_bridge.api.evaluation.casework import Place
from otel_bridge.api.evaluation.data import BaseExperiment
from otel_bridge.api.evaluation.evaluator import Evaluator
from otel_bridge.api.evaluation.hooks import SSEProgressEvent
from otel_bridge.api.evaluation.trace import LocalTrace
from otel_bridge.api.experiment import Experiment
from otel_bridge.api.experiments import NewExperiment, new_experiment
from otel_bridge.api.interface import Span, StartArguments
from otel_bridge.api.noop import NOOP_SPAN
from otel_bridge.api.place import place_of
from otel_bridge.api.readonly_experiment import ReadonlyExperiment
from otel_bridge.api.start import start
from otel_bridge.attributes.to_json import to_json
from otel_bridge.configure import configure
from otel_bridge.contract.checks import check_metadata, check_tags
from otel_bridge.contract.parent import parse_parent
from otel_bridge.control.account import Account
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once

Stream = Callable[[SSEProgressEvent], None]


def experiment_for(evaluator: Evaluator[Any, Any, Any], account: Account) -> Experiment:
    """Return the experiment of an evaluation, which is not made yet.

    Raises:
        ValueError: its tags or metadata cannot be what they are.
    """
    data = evaluator.data
    base_name = evaluator.base_experiment_name or (data.name if isinstance(data, BaseExperiment) else None)
    given = evaluator.metadata
    made = NewExperiment(
        project=evaluator.project_name if evaluator.project_id is None else None,
        project_id=evaluator.project_id,
        experiment=evaluator.experiment_name,
        description=evaluator.description,
        dataset=data if isinstance(data, Dataset) else None,
        parameters=None,
        base_experiment=base_name,
        base_experiment_id=evaluator.base_experiment_id,
        is_public=evaluator.is_public,
        metadata=None if given is None else check_metadata(to_json(given)),
        tags=None if evaluator.tags is None else check_tags(evaluator.tags),
        git_metadata_settings=evaluator.git_metadata_settings,
        update=evaluator.update,
        repo_info=evaluator.repo_info,
    )
    return new_experiment(account, made, set_current=False)


def in_experiment(experiment: Experiment, stream: Stream | None) -> Place:
    """Every case is a trace of the experiment."""
    dataset = experiment.dataset
    return Place(
        start=lambda arguments: start(experiment.bridge, experiment.root_place(), arguments),
        dataset_id=dataset.id if isinstance(dataset, Dataset) else None,
        trace=_traces(
            experiment.account, lambda: experiment.parent
        ),  # asked with the first case: it makes the experiment
        stream=stream,
    )


def under_parent(parent: str, account: Account, data: Any, stream: Stream | None) -> Place:
    """Every case is a child of the span that `parent`, a slug, names, or a root in its object.

    Raises:
        SlugError: `parent` is no slug.
    """
    bridge = configure(None, account.api_key)
    place = place_of(parent)
    if place is None:
        raise ValueError("parent is empty, expected what export() of a span, logger or experiment returned")
    return Place(
        start=lambda arguments: start(bridge, place, arguments),
        dataset_id=data.id if isinstance(data, Dataset) else None,
        trace=_traces(account, partial(str, parse_parent(parent))),
        stream=stream,
    )


def nowhere(account: Account, data: Any, stream: Stream | None) -> Place:
    """No case is sent, and nothing that is traced inside: it hangs under a span that is not sampled."""
    return Place(
        start=_start_nothing,
        dataset_id=data.id if isinstance(data, Dataset) else None,
        trace=_traces(account, str),
        stream=stream,
    )


def data_of(evaluator: Evaluator[Any, Any, Any], experiment: Experiment | None) -> Any:
    """Return the data of an evaluation; of a `BaseExperiment` the cases of that experiment.

    Raises:
        ValueError: nothing is sent, and so no experiment can be asked for its base.
        LookupError: the experiment has none.
    """
    if not isinstance(evaluator.data, BaseExperiment):
        return evaluator.data
    if experiment is None:
        raise ValueError(
            "Cannot use BaseExperiment() without connecting to Braintrust (you most likely set --no-send-logs)"
        )
    base = experiment.fetch_base_experiment()
    if base is None:
        raise LookupError("BaseExperiment() failed to fetch base experiment")
    found = ProjectObject(project=experiment.project, id=base.id, name=base.name)
    return ReadonlyExperiment(experiment.account, Once(lambda: found)).as_dataset()


def _traces(account: Account, parent: Callable[[], str]) -> Callable[[Span, Mapping[str, Any]], LocalTrace]:
    return lambda root, row: LocalTrace(account, parent(), root.root_span_id, open_row=row)


def _start_nothing(arguments: StartArguments) -> Span:
    if (tags := arguments.event.get("tags")) is not None:
        check_tags(tags)  # as a span would have
    unsampled = trace.SpanContext(
        trace_id=int(secrets.token_hex(16), 16) | 1,
        span_id=int(secrets.token_hex(8), 16) | 1,
        is_remote=False,
        trace_flags=trace.TraceFlags(trace.TraceFlags.DEFAULT),
    )
    # The context is that of the case's own task, and ends with it.
    otel_context.attach(trace.set_span_in_context(trace.NonRecordingSpan(unsampled)))
    return cast("Span", NOOP_SPAN)
