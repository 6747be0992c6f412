"""Which arguments a function gets."""

from collections.abc import Callable
from typing import Any

import pytest

from otel_bridge.api.evaluation.binding import arguments_for, parameters_of, wants_hooks

OFFERED = {"input": 1, "expected": 2, "output": 3}


@pytest.mark.parametrize(
    ("function", "bound"),
    [
        pytest.param(lambda output: output, {"output": 3}, id="by-name"),
        pytest.param(lambda a, b: (a, b), {"a": 1, "b": 2}, id="in-order"),
        pytest.param(lambda input, a: (input, a), {"input": 1, "a": 2}, id="first-unused"),  # noqa: A006
        pytest.param(lambda a=5: a, {"a": 5}, id="own-default"),
        pytest.param(lambda **kw: kw, OFFERED, id="all"),
        pytest.param(lambda a, **kw: (a, kw), {"a": 1, "expected": 2, "output": 3}, id="the-rest"),
        pytest.param(lambda: 1, {}, id="nothing"),
        pytest.param(dict, OFFERED, id="no-signature"),
    ],
)
def test_arguments_are_bound_as_braintrust_binds_them(
    function: Callable[..., Any], bound: dict[str, Any]
) -> None:
    assert arguments_for(parameters_of(function), OFFERED) == bound


def test_two_parameters_mean_hooks() -> None:
    assert [wants_hooks(each) for each in (lambda a: a, lambda a, b=1: (a, b), lambda *a: a, dict)] == [
        False, True, False, False,
    ]  # fmt: skip
