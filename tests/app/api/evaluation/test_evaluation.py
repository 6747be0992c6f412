"""An evaluation from beginning to end."""

import pytest

import otel_bridge
from otel_bridge import Eval
from otel_bridge.errors import ControlError

pytestmark = pytest.mark.usefixtures("sidecar")


def test_the_experiment_is_told_of_before_the_first_case(
    project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Eval(project, [{"input": 1}], lambda x: x, [])

    printed = capsys.readouterr()
    summary = outcome.summary
    assert f"Experiment {summary.experiment_name} is running at {summary.experiment_url}" in printed.err
    assert f"See results at {summary.experiment_url}" in printed.out


def test_an_experiment_that_cannot_be_made_ends_it_before_any_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")
    ran: list[int] = []

    with pytest.raises(ControlError):
        Eval("p", [{"input": 1}], ran.append, [])
    assert ran == []


def test_more_cases_than_the_queue_holds_all_arrive(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_QUEUE_SIZE", "40")

    async def task(input: int) -> int:
        return input

    outcome = Eval(project, [{"input": n} for n in range(200)], task, [], max_concurrency=10)

    opened = otel_bridge.init(project, outcome.summary.experiment_name, open=True)
    assert len(list(opened.fetch())) == 400


def test_numbers_can_be_left_out(project: str) -> None:
    outcome = Eval(project, [{"input": 1}], lambda x: x, [], summarize_scores=False)

    assert outcome.summary.comparison.status == "skipped"
