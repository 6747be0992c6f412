"""Evaluations whose cases are answered by their traces, at a sidecar."""

import asyncio
from typing import Any

import pytest

import otel_bridge
from otel_bridge import Eval, traced
from otel_bridge.api.evaluation.evaluation import Evaluation, Outcome
from otel_bridge.api.evaluation.registry import declaring
from otel_bridge.errors import UnrecordedCallError
from tests.support.collector import Collector

CALLED: list[str] = []


@traced(type="tool")
def lookup(question: str) -> str:
    CALLED.append(question)
    return f"answer {len(CALLED)} to {question}"


def twice(question: str) -> list[str]:
    return [lookup(question), lookup(question)]


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    CALLED.clear()


def recorded(sidecar: Collector, project: str) -> dict[str, Any]:
    """Trace a run of `twice`; return the case that it is."""
    logger = otel_bridge.init_logger(project)
    with logger.start_span("app", input="q") as span:
        span.log(output=twice("q"))
    otel_bridge.flush()
    (row,) = sidecar.query(f"select: * | from: project_logs('{project}') | filter: is_root")
    origin = {"object_type": "project_logs", "object_id": row["project_id"], "id": row["id"]}
    return {"input": row["input"], "expected": row["output"], "origin": origin}


def replayed(evaluation: Evaluation) -> tuple[Evaluation, Outcome]:
    evaluation.begin()
    return evaluation, asyncio.run(evaluation.run())


def declared(project: str, cases: list[dict[str, Any]], task: Any, **more: Any) -> Evaluation:
    def same(output: Any, expected: Any) -> bool:
        return bool(output == expected)

    with declaring() as registry:
        Eval(project, cases, task, [same], **more)
    return registry.evaluations[0].with_options(
        replays=True, calls_unrecorded=more.get("max_concurrency") == 1
    )


def test_unchanged_code_scores_the_same_and_calls_nothing(
    sidecar: Collector, project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case = recorded(sidecar, project)

    evaluation, outcome = replayed(declared(project, [case], twice, trial_count=2))

    assert [result.output for result in outcome.results] == [["answer 1 to q", "answer 2 to q"]] * 2
    assert [result.scores for result in outcome.results] == [{"same": True}] * 2
    assert CALLED == ["q", "q"]  # when it was recorded
    assert evaluation.is_well
    assert "Replay: 4 calls answered as recorded\n" in capsys.readouterr().err


def test_a_trace_of_the_replay_is_as_that_of_any_run(sidecar: Collector, project: str) -> None:
    case = recorded(sidecar, project)

    _, outcome = replayed(declared(project, [case], twice))

    rows = sidecar.query(
        f"select: * | from: experiment('{outcome.summary.experiment_id}') | filter: span_attributes.type = 'tool' | sort: created"
    )
    assert [row["output"] for row in rows] == ["answer 1 to q", "answer 2 to q"]


def test_what_was_not_recorded_is_named_and_not_called(
    sidecar: Collector, project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case = recorded(sidecar, project)

    def changed(question: str) -> str:
        try:
            return lookup(question.upper())
        except UnrecordedCallError:
            return "swallowed"

    evaluation, outcome = replayed(declared(project, [case], changed))

    assert [result.output for result in outcome.results] == ["swallowed"]
    assert CALLED == ["q", "q"]
    assert not evaluation.is_well
    assert "  not recorded, not made: tool lookup, 1 call\n" in capsys.readouterr().err


def test_what_was_not_recorded_is_called_where_that_is_allowed(
    sidecar: Collector, project: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case = recorded(sidecar, project)

    evaluation, outcome = replayed(
        declared(project, [case], lambda question: lookup(question.upper()), max_concurrency=1)
    )

    assert [result.output for result in outcome.results] == ["answer 3 to Q"]
    assert evaluation.is_well
    assert "  not recorded, made: tool lookup, 1 call\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("origin", "said"),
    [
        pytest.param(None, "it has no origin", id="none"),
        pytest.param({"id": "gone"}, "the row gone", id="gone"),
        pytest.param({"object_type": "dataset", "id": "r"}, "the row r", id="no trace"),
        pytest.param({"object_id": "x' OR 1"}, "could not find project_logs", id="no such project"),
    ],
)
def test_a_case_without_a_trace_fails_alone(
    sidecar: Collector, project: str, capsys: pytest.CaptureFixture[str], origin: Any, said: str
) -> None:
    good = recorded(sidecar, project)
    bad_case = {"input": 1, "origin": origin and {**good["origin"], **origin}}

    evaluation, outcome = replayed(declared(project, [bad_case, good], twice))

    bad, fine = outcome.results
    assert said in str(bad.error)
    assert fine.error is None
    assert not evaluation.is_well
    assert "  1 case without a recorded trace\n" in capsys.readouterr().err


def test_scorers_are_not_answered_for(sidecar: Collector, project: str) -> None:
    case = recorded(sidecar, project)

    def judge(input: str) -> float:
        lookup(input)
        return 1.0

    with declaring() as registry:
        Eval(project, [case], twice, [judge], no_send_logs=True)
    replayed(registry.evaluations[0].with_options(replays=True))

    assert CALLED == ["q", "q", "q"]


@pytest.mark.usefixtures("sidecar")
def test_an_experiment_is_replayed_too(project: str) -> None:
    first = Eval(project, [{"input": "q"}], twice, [])

    _, outcome = replayed(declared(project, otel_bridge.BaseExperiment(first.summary.experiment_name), twice))  # type: ignore[arg-type]  # data of any kind

    assert [result.scores for result in outcome.results] == [{"same": True}]
    assert len(CALLED) == 2
