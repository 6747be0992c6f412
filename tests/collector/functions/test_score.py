"""What scorers may give."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.piece import FunctionError
from otel_bridge_collector.functions.score import scores_in


@pytest.mark.parametrize(
    ("value", "scores"),
    [
        pytest.param(0.5, {"s": 0.5}, id="number"),
        pytest.param(True, {"s": 1.0}, id="boolean"),
        pytest.param(None, {"s": None}, id="none"),
        pytest.param({"score": 1, "metadata": {"why": "x"}}, {"s": 1.0}, id="object"),
        pytest.param({"name": "other", "score": None}, {"other": None}, id="name"),
        pytest.param([{"name": "a", "score": 0}, {"name": "b", "score": 1}], {"a": 0.0, "b": 1.0}, id="list"),
        pytest.param([], {}, id="nothing"),
    ],
)
def test_a_score_is_read(value: Json, scores: dict[str, float | None]) -> None:
    assert scores_in(value, "s") == scores


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param("0.5", "something else than a score", id="text"),
        pytest.param(1.5, "something else than a score", id="beyond"),
        pytest.param(float("nan"), "something else than a score", id="nan"),
        pytest.param({"metadata": {}}, "an object without a score", id="no-score"),
        pytest.param([{"score": 1}], "has no name", id="nameless"),
        pytest.param([1], "has no name", id="no-object"),
    ],
)
def test_what_is_no_score_is_told(value: Json, message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        scores_in(value, "s")
