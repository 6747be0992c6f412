"""What a whole case must have."""

from typing import Any

import pytest

from otel_bridge.api.experiment_check import check_logged


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param((None, 1, {}), "Exactly one of input or inputs", id="input"),
        pytest.param((1, None, {}), "output must be specified", id="output"),
        pytest.param((1, 1, None), "scores must be specified", id="scores"),
        pytest.param((1, 1, [1]), "scores must be a dictionary", id="list"),
    ],
)
def test_what_is_missing_is_named(given: tuple[Any, Any, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        check_logged(*given)


def test_a_whole_case_passes() -> None:
    check_logged(0, "", {})
