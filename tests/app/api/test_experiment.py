"""A running experiment at a real sidecar."""

from typing import Any

import pytest
from opentelemetry import propagate, trace

import otel_bridge
from otel_bridge import Experiment
from otel_bridge.errors import ConcurrentLogError
from tests.support.collector import Collector

pytestmark = pytest.mark.usefixtures("sidecar")


@pytest.fixture
def experiment(project: str) -> Experiment:
    made = otel_bridge.init(project, "e", set_current=False)
    assert isinstance(made, Experiment)
    return made


def rows(experiment: Experiment) -> dict[str, dict[str, Any]]:
    return {row["span_attributes"]["name"]: row for row in experiment}


def test_a_case_is_a_row_of_its_own_trace(experiment: Experiment) -> None:
    row_id = experiment.log(
        input=1, output=2, expected=3, scores={"s": True}, metadata={"m": 1}, metrics={"n": 4}, tags=["t"], error="e"
    )  # fmt: skip

    (row,) = experiment
    assert (row["id"], row["is_root"], row["span_attributes"]["type"]) == (row_id, True, "eval")
    assert (row["input"], row["output"], row["expected"], row["scores"]) == (1, 2, 3, {"s": 1})
    assert (row["metadata"], row["tags"], row["metrics"]["n"], row["error"]) == ({"m": 1}, ["t"], 4, "e")
    assert row["experiment_id"] == experiment.id


def test_cases_follow_one_another_in_time(experiment: Experiment) -> None:
    for number in (1, 2):
        experiment.log(id=str(number), input=number, output=1, scores={})

    second, first = sorted(experiment, key=lambda row: str(row["id"]), reverse=True)
    assert second["metrics"]["start"] == pytest.approx(first["metrics"]["end"], abs=1e-3)


def test_whole_cases_and_spans_do_not_mix_unless_allowed(experiment: Experiment) -> None:
    experiment.start_span("s").end()

    with pytest.raises(ConcurrentLogError, match="Cannot run toplevel `log` method while using spans"):
        experiment.log(input=1, output=1, scores={})
    experiment.log(input=1, output=1, scores={}, allow_concurrent_with_spans=True)


def test_spans_of_others_inside_are_part_of_the_experiment(experiment: Experiment) -> None:
    tracer = otel_bridge.tracer_provider().get_tracer("an instrumentation")

    with experiment.start_span("case") as case:
        with tracer.start_as_current_span("theirs"):
            pass
        assert otel_bridge.current_span() is case

    found = rows(experiment)
    assert found["theirs"]["span_parents"] == [found["case"]["span_id"]]
    assert found["theirs"]["experiment_id"] == experiment.id


def test_services_that_are_called_learn_of_the_experiment_by_the_baggage(experiment: Experiment) -> None:
    with experiment.start_span("case"):
        headers: dict[str, str] = {}
        propagate.inject(headers)
    outside: dict[str, str] = {}
    propagate.inject(outside)

    assert "braintrust.parent=experiment_id%3A" + experiment.id in headers["baggage"]
    assert "baggage" not in outside


def test_a_span_of_another_object_is_no_parent(experiment: Experiment, project: str) -> None:
    logger = otel_bridge.init_logger(project)

    with logger.start_span("outer") as outer, experiment.start_span("case") as case:
        with experiment.start_span("inner") as inner:
            assert inner.span_parents == [case.span_id]
        assert trace.get_current_span().get_span_context().is_valid

    assert (case.span_parents, case.root_span_id == outer.root_span_id) == (None, False)


def test_feedback_and_updates_reach_their_row(experiment: Experiment) -> None:
    row_id = experiment.log(input=1, output=1, scores={"a": 1})
    experiment.log_feedback(row_id, scores={"b": 0.5}, comment="well")
    experiment.update_span(row_id, metadata={"late": True})
    with pytest.raises(ValueError, match="both root_span_id and span_id"):
        experiment.update_span(row_id, span_id="s", output=1)

    (row,) = experiment
    assert (row["scores"], row["metadata"]) == ({"a": 1, "b": 0.5}, {"late": True})


def test_another_process_goes_on_where_the_slug_says(experiment: Experiment) -> None:
    with otel_bridge.start_span("remote", parent=experiment.export()):
        pass

    assert rows(experiment)["remote"]["is_root"] is True


def test_cases_are_compared_by_their_input(project: str, experiment: Experiment) -> None:
    experiment.log(input={"x": 1}, output=1, scores={"s": 0.5})
    experiment.flush()
    second = otel_bridge.init(project, "second", set_current=False)
    assert isinstance(second, Experiment)
    second.log(input={"x": 1.0}, output=1, scores={"s": 1})
    second.log(input="new", output=1, scores={"s": 0})

    summary = second.summarize()

    score = summary.scores["s"]
    assert summary.comparison_experiment_name == "e"
    assert (score.score, score.diff, score.improvements, score.regressions) == (0.5, 0.5, 1, 0)
    assert second.fetch_base_experiment() == otel_bridge.ExperimentIdentifier(experiment.id, "e")
    assert second.summarize(comparison_experiment_id=second.id).comparison_experiment_name == "second"


def test_a_summary_that_cannot_be_had_says_why(experiment: Experiment) -> None:
    assert "Score summarization was disabled" in str(experiment.summarize(summarize_scores=False))
    missing = experiment.summarize(comparison_experiment_id="nobody")

    assert "Summary skipped: Failed to fetch experiment summary" in str(missing)


def test_links_lead_to_the_experiment(experiment: Experiment, project: str, sidecar: Collector) -> None:
    summary = experiment.summarize()

    assert summary.project_name == project
    assert str(summary.experiment_url).startswith(f"{sidecar.api}/app/local/p/")
    assert str(summary.experiment_url).endswith("/experiments/e")
    assert experiment.close() == experiment.id


def test_it_is_a_context_manager_that_does_nothing(experiment: Experiment) -> None:
    with experiment as inside:
        inside.log(input=1, output=1, scores={})

    assert experiment.version == next(experiment)["_xact_id"]
