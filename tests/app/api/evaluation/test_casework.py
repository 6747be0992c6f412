"""One case; what its rows say is in test_evaluate_vectors."""

from typing import Any

import pytest

from otel_bridge import Eval


def result_of(task: Any, **more: Any) -> Any:
    scores = more.pop("scores", [])
    (result,) = Eval(
        "p", [{"input": 1, "tags": ["a"], "metadata": {"m": 1}}], task, scores, no_send_logs=True, **more
    ).results
    return result


def test_parameters_reach_the_task() -> None:
    result = result_of(lambda _, hooks: hooks.parameters["k"], parameters={"k": 7})

    assert result.output == 7


def test_tags_that_the_task_takes_away_are_gone_from_the_result() -> None:
    def task(_: int, hooks: Any) -> None:
        hooks.tags.clear()

    assert result_of(task).tags is None


def test_the_error_of_a_task_is_kept_as_it_is() -> None:
    error = KeyError("k")

    def task(_: int) -> None:
        raise error

    result = result_of(task)
    assert (result.error, result.output, result.tags) == (error, None, ["a"])
    assert result.exc_info.rstrip().endswith("KeyError: 'k'")


def test_a_handler_that_fails_is_told_of(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("handler")

    result = result_of(lambda _: 1 // 0, scores=[lambda: 1], error_score_handler=broken)

    assert result.scores == {}
    assert "error_score_handler for scorer_0 [RuntimeError('handler')]" in capsys.readouterr().err


def test_the_metadata_of_the_data_is_not_changed() -> None:
    case = {"input": 1, "metadata": {"m": 1}}

    def task(_: int, hooks: Any) -> None:
        hooks.metadata["added"] = 1

    (result,) = Eval("p", [case], task, [], no_send_logs=True).results

    assert (result.metadata, case["metadata"]) == ({"m": 1, "added": 1}, {"m": 1})
