"""Which arguments a function gets."""

from collections.abc import Callable
from typing import Any

import pytest

from otel_bridge.api.evaluation.binding import arguments_for, parameters_of, taken_by_place, wants_hooks

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


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        pytest.param(lambda a: a, False, id="one"),
        pytest.param(lambda a, b=1: (a, b), True, id="two"),
        pytest.param(lambda a, /, b: (a, b), True, id="two, one by place only"),
        pytest.param(lambda a, b, *, k=1: (a, b, k), True, id="two and a keyword"),
        pytest.param(lambda *a: a, False, id="stars"),
        pytest.param(lambda *a, **k: (a, k), True, id="a decorator's"),
        pytest.param(lambda a, **k: (a, k), False, id="one and keywords"),
        pytest.param(lambda a, *, k=1: (a, k), False, id="one and a keyword"),
        pytest.param(lambda a, b, c: (a, b, c), False, id="three"),
        pytest.param(dict, False, id="no signature"),
    ],
)
def test_two_parameters_by_place_mean_hooks(task: Callable[..., Any], *, wanted: bool) -> None:
    assert wants_hooks(task) is wanted


def test_what_goes_to_parameters_of_other_names_is_known() -> None:
    def score(output: Any, answer: Any, k: int = 1) -> Any:
        return output == answer, k

    assert taken_by_place(parameters_of(score)) == {"answer": "input"}
    assert taken_by_place(parameters_of(lambda output, **kw: (output, kw))) == {}
    assert taken_by_place(None) == {}
