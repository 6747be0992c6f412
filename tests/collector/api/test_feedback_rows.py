"""Feedback to rows."""

from typing import Any, cast

import pytest

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.feedback_rows import feedback_rows

PLACE = {"project_id": "p", "log_id": "g"}


def rows(said_id: str | None = None, **item: Any) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", feedback_rows(3, {"id": "r", **item}, PLACE, said_id=said_id))


def test_scores_expected_and_tags_are_merged_over_the_row() -> None:
    assert rows(scores={"s": 1}, expected="e", tags=["t"], metadata={"who": 1}) == [
        {
            "id": "r",
            "_is_merge": True,
            "scores": {"s": 1},
            "expected": "e",
            "tags": ["t"],
            "_audit_source": "external",
            "_audit_metadata": {"who": 1},
            **PLACE,
        }
    ]


def test_a_comment_is_a_row_of_its_own() -> None:
    (row,) = rows(comment="nice", source="app")

    assert (row["origin"], row["comment"], row["_audit_source"]) == ({"id": "r"}, {"text": "nice"}, "app")
    assert row["id"] != "r"


def test_what_has_a_name_keeps_it() -> None:
    merged, comment = rows("said", scores={"s": 1}, comment="nice")

    assert (merged["_fact_id"], comment["id"]) == ("said", "said")


def test_feedback_without_a_row_is_refused_with_its_place() -> None:
    with pytest.raises(RequestError, match='feedback 3 has no "id"'):
        feedback_rows(3, {"scores": {"s": 1}}, PLACE)


def test_feedback_that_says_nothing_is_refused() -> None:
    with pytest.raises(RequestError, match="feedback 3 says nothing"):
        rows(comment="")


@pytest.mark.parametrize("field", [{"source": "me"}, {"source": ["app"]}, {"comment": 5}])
def test_feedback_of_no_known_source_or_with_a_comment_that_is_no_text_is_refused(
    field: dict[str, Any],
) -> None:
    with pytest.raises(RequestError, match=f'feedback 3: "{next(iter(field))}" is'):
        rows(scores={"s": 1}, **field)
