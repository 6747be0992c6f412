"""What was returned, as scores and classifications; nonsense is in test_evaluate_vectors (10)."""

from typing import Any

import pytest

from otel_bridge import Classification, Score
from otel_bridge.api.evaluation.scored import classifications_of, grouped, scores_of


@pytest.mark.parametrize(
    ("returned", "scores"),
    [
        pytest.param(0.5, [("s", 0.5)], id="number"),
        pytest.param(True, [("s", True)], id="truth"),
        pytest.param(None, [("s", None)], id="none"),
        pytest.param(Score("own", 1), [("own", 1)], id="score"),
        pytest.param({"score": 1, "foo": 2}, [("s", 1)], id="dictionary"),
        pytest.param({"name": "n"}, [("n", None)], id="name-only"),
        pytest.param((Score("a", 1), {"name": "b", "score": 0}), [("a", 1), ("b", 0)], id="several"),
        pytest.param([], [], id="empty"),
    ],
)
def test_scores_of_all_kinds(returned: Any, scores: list[Any]) -> None:
    assert [(each.name, each.score) for each in scores_of(returned, "s")] == scores


@pytest.mark.parametrize("returned", ["0.5", object()])
def test_what_cannot_be_compared_is_no_score(returned: Any) -> None:
    with pytest.raises(TypeError):
        scores_of(returned, "s")


def test_classifications_of_all_kinds() -> None:
    assert classifications_of(None, "c") == []
    assert classifications_of({"id": "a"}, "c") == [Classification("a", "c")]
    assert classifications_of([Classification("a", "n"), {"id": "b"}], "c") == [
        Classification("a", "n"), Classification("b", "c"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="each classification must be a valid Classification object"):
        classifications_of("a", "c")


def test_what_belongs_to_one_name_is_together() -> None:
    assert grouped([("a", 1), ("b", 2), ("a", 3)]) == {"a": [1, 3], "b": 2}
