"""Wrong arguments of `Eval`, which are told before anything runs."""

from typing import Any

import pytest

from otel_bridge import Eval


def exact(output: Any) -> bool:
    return bool(output)


@pytest.mark.parametrize(
    ("argument", "error", "message"),
    [
        pytest.param({"task": None}, TypeError, "task is None: it is a function or coroutine", id="task"),
        pytest.param({"scores": "exact"}, TypeError, "scores is a str: it is a list of functions", id="name"),
        pytest.param({"scores": 5}, TypeError, "scores is an int: it is a list of functions", id="number"),
        pytest.param(
            {"scores": exact}, TypeError, r"scores is a function alone: .*scores=\[exact\]", id="one"
        ),
        pytest.param({"scores": {"e": exact}}, TypeError, "scores is a dict: it is a list", id="dictionary"),
        pytest.param({"classifiers": exact}, TypeError, "classifiers is a function alone", id="classifier"),
        pytest.param(
            {"trial_count": "2"}, TypeError, "trial_count is a str: it is a whole number", id="trials"
        ),
        pytest.param({"max_concurrency": 1.5}, TypeError, "max_concurrency is a float", id="places"),
        pytest.param({"max_concurrency": -1}, ValueError, "max_concurrency is -1", id="fewer than none"),
        pytest.param({"timeout": "5"}, TypeError, "timeout is a str: it is a number of seconds", id="time"),
    ],
)
def test_a_wrong_argument_is_told_with_what_it_should_be(
    argument: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Eval(
            "p",
            **{"data": [{"input": 1}], "task": exact, "scores": [exact], "no_send_logs": True, **argument},
        )


@pytest.mark.parametrize("scores", [(exact,), {exact}, iter([exact])], ids=["tuple", "set", "iterator"])
def test_scores_may_be_any_iterable(scores: Any) -> None:
    outcome = Eval("p", [{"input": 1}], lambda x: x, scores, no_send_logs=True)

    assert [dict(result.scores) for result in outcome.results] == [{"exact": True}]
