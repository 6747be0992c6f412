"""An evaluation from beginning to end."""

from pathlib import Path

import pytest
from opentelemetry.context import Context

import otel_bridge
from otel_bridge import Eval
from otel_bridge.errors import BridgeError, ControlError, FlushError
from tests.support.collector import running_collector
from tests.support.otlp_receiver import OtlpReceiver

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


def test_one_that_does_not_arrive_shows_its_scores_and_raises(
    receiver: OtlpReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.status = 401

    with pytest.raises(FlushError, match="have not arrived") as caught:
        Eval(
            "refused",
            [{"input": 1, "expected": 1}],
            lambda x: x,
            scores=[lambda output, expected: output == expected],
        )

    partial = caught.value.partial  # type: ignore[attr-defined]  # see `Eval`
    assert [result.output for result in partial.results] == [1]
    assert "100.00%" in capsys.readouterr().out


def test_what_others_lose_meanwhile_does_not_count(receiver: OtlpReceiver, project: str) -> None:
    receiver.poison, receiver.poison_status = b"poison", 400

    def task(number: int) -> int:
        otel_bridge.tracer_provider().get_tracer("app").start_span("poison", context=Context()).end()
        return number

    outcome = Eval(project, [{"input": 1}], task, scores=[])

    assert [result.output for result in outcome.results] == [1]
    assert otel_bridge.stats().spans.failed == 1


def test_one_whose_sidecar_goes_away_keeps_its_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_collector(tmp_path / "data") as collector:
        for name in ("API_URL", "APP_URL"):
            monkeypatch.setenv(f"BRAINTRUST_{name}", collector.api)
        monkeypatch.setenv("OTEL_BRIDGE_ENDPOINT", collector.otlp_http)
        monkeypatch.setenv("OTEL_BRIDGE_FLUSH_TIMEOUT_MS", "500")

        def task(number: int) -> int:
            collector.kill()
            return number

        with pytest.raises(BridgeError) as caught:
            Eval("away", [{"input": 1}], task, scores=[])

    assert [result.output for result in caught.value.partial.results] == [1]  # type: ignore[attr-defined]
