"""Who tells how it went."""

import json
from typing import Any

import pytest

from otel_bridge import Eval, EvalResult, EvalResultWithSummary, Reporter
from otel_bridge.api.evaluation import reporter as reporters
from otel_bridge.api.evaluation.local_summary import local_summary

CASES = [{"input": 1}]


def test_a_reporter_of_ones_own_is_awaited_and_asked_for_the_whole() -> None:
    told: list[Any] = []

    async def report_eval(evaluator: Any, result: Any) -> str:
        told.append((evaluator.eval_name, result.results[0].output))
        return "report"

    def report_run(results: Any, **more: Any) -> bool:
        told.append((results, more))
        return True

    Eval("p", CASES, lambda x: x, [], reporter=Reporter("r", report_eval, report_run), no_send_logs=True)

    assert told == [("p", 1), (["report"], {"verbose": True, "jsonl": False})]


def outcome_of(error: Exception | None) -> EvalResultWithSummary[Any, Any, Any]:
    result: EvalResult[Any, Any, Any] = EvalResult(
        input=1, output=None, scores={"s": 1}, error=error, exc_info="Traceback\nKeyError: 'k'\n"
    )
    return EvalResultWithSummary(summary=local_summary("p", "e", [result]), results=[result])


@pytest.mark.parametrize("verbose", [True, False])
def test_failed_tasks_are_told_on_stderr(
    verbose: bool,  # noqa: FBT001 - a parameter of the test
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Named:
        eval_name = "e"

    said = reporters.DEFAULT_REPORTER.report_eval(
        evaluator=Named(), result=outcome_of(KeyError("k")), verbose=verbose, jsonl=False
    )

    printed = capsys.readouterr()
    assert (said, printed.out) == (False, "")
    assert printed.err.startswith("Evaluator e failed with 1 error\n")
    assert ("Traceback" in printed.err, "Add --verbose" in printed.err) == (verbose, not verbose)


def test_as_json_it_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Named:
        eval_name = "e"

    for error in (None, KeyError("k")):
        outcome = outcome_of(error)
        reporters.DEFAULT_REPORTER.report_eval(evaluator=Named(), result=outcome, verbose=True, jsonl=True)

    good, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert good["scores"]["s"]["score"] == 1
    assert bad == {"eval_name": "e", "errors": ["Traceback\nKeyError: 'k'\n"]}
    assert reporters.DEFAULT_REPORTER.report_run(results=[True, False], verbose=True, jsonl=False) is False
