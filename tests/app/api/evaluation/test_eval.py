"""`Eval` itself: what it checks before anything is asked; what it does is in test_evaluate_vectors."""

import asyncio
from typing import Any

import pytest

from otel_bridge import Eval, EvalAsync


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param({}, "At least one of `scores` or `classifiers`", id="nothing-judges"),
        pytest.param({"scores": [], "tags": "a"}, "tags must be a list", id="tags"),
        pytest.param({"scores": [], "metadata": 1}, "metadata must be a dictionary", id="metadata"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_asked(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Eval("p", [], lambda x: x, **given)


def test_both_forms_do_the_same() -> None:
    first = Eval("p", [{"input": 1}], lambda x: x, [], experiment_name="e", no_send_logs=True)
    second = asyncio.run(
        EvalAsync("p", [{"input": 1}], lambda x: x, [], experiment_name="e", no_send_logs=True)
    )

    assert first.summary.experiment_name == second.summary.experiment_name == "p [experiment_name=e]"
    assert first.results == second.results
