"""The scores of an experiment by trace, read from a sidecar."""

import pytest

import otel_bridge
from otel_bridge import Eval
from otel_bridge.api.login import account_for
from otel_bridge.control import trials
from otel_bridge.control.trials import TraceScores, canonical, read_trials

pytestmark = pytest.mark.usefixtures("sidecar")


def test_traces_have_the_input_of_their_root_and_the_mean_of_each_score(project: str) -> None:
    experiment = otel_bridge.init(project, "e")
    assert isinstance(experiment, otel_bridge.Experiment)
    with experiment.start_span("case", input={"b": 1.0, "a": "x"}) as span:
        span.log(scores={"s": 1, "t": None})
        with span.start_span("below") as below:
            below.log(scores={"s": 0})
    otel_bridge.flush()

    found = read_trials(account_for(None, None, None), experiment.id)

    assert found == [TraceScores(case='{"a": "x", "b": 1}', scores={"s": 0.5})]


def test_pages_are_read_to_the_end(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "PAGE_ROWS", 3)
    outcome = Eval(project, [{"input": n} for n in range(10)], str, [lambda: 1])

    found = read_trials(account_for(None, None, None), str(outcome.summary.experiment_id))

    assert sorted(trial.case for trial in found) == [str(number) for number in range(10)]
    assert all(trial.scores == {"scorer_0": 1} for trial in found)


@pytest.mark.parametrize(("one", "other"), [(1, 1.0), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), ([1.0], (1,))])
def test_equal_values_have_equal_texts(one: object, other: object) -> None:
    assert canonical(one) == canonical(other)


def test_a_number_is_no_truth() -> None:
    assert canonical(1) != canonical(True)  # noqa: FBT003 - the value
