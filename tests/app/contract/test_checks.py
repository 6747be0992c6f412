"""Field checks, with Braintrust's messages (measured with the SDK; spec 1.5)."""

import math

import pytest

from otel_bridge.contract import checks


def test_boolean_scores_become_numbers_and_none_stays() -> None:
    assert checks.check_scores({"a": True, "b": None, "c": 0.5}) == {"a": 1, "b": None, "c": 0.5}


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        pytest.param([1], "scores must be a dictionary of names with scores", id="no-dictionary"),
        pytest.param({1: 1}, "score names must be strings", id="name"),
        pytest.param({"a": "1"}, "score values must be numbers", id="text"),
        pytest.param({"a": 1.01}, "score values must be between 0 and 1", id="above"),
        pytest.param({"a": -0.01}, "score values must be between 0 and 1", id="below"),
        pytest.param({"a": math.nan}, "score values must be between 0 and 1", id="NaN"),
        pytest.param({"a": math.inf}, "score values must be between 0 and 1", id="infinity"),
    ],
)
def test_wrong_scores_are_refused(scores: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        checks.check_scores(scores)


def test_the_id_of_a_row_is_returned() -> None:
    assert checks.check_row_id("row") == "row"


@pytest.mark.parametrize(
    "row_id",
    [
        pytest.param(None, id="none"),
        pytest.param(5, id="number"),
        pytest.param("", id="empty"),
        pytest.param(b"row", id="bytes"),
    ],
)
def test_what_is_no_id_of_a_row_is_refused(row_id: object) -> None:
    with pytest.raises(
        ValueError, match=r"^id must be the id of a row, a non-empty string: span\.id, or what"
    ):
        checks.check_row_id(row_id)


def test_boolean_metrics_are_numbers() -> None:
    assert checks.check_metrics({"cached": True, "n": 2}) == {"cached": 1, "n": 2}


@pytest.mark.parametrize(
    ("metrics", "message"),
    [
        pytest.param([1], "metrics must be a dictionary", id="no-dictionary"),
        pytest.param({1: 1}, "metric keys must be strings", id="name"),
        pytest.param({"a": None}, "metric values must be numbers", id="none"),
    ],
)
def test_wrong_metrics_are_refused(metrics: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        checks.check_metrics(metrics)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        pytest.param("ab", "tags must be a list, set, or tuple of strings", id="text"),
        pytest.param([1], "tags must be strings", id="number"),
        pytest.param(["a", "a"], "duplicate tag: a", id="twice"),
    ],
)
def test_wrong_tags_are_refused(tags: object, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        checks.check_tags(tags)


def test_tags_may_be_a_tuple() -> None:
    assert checks.check_tags(("a", "b")) == ["a", "b"]


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        pytest.param(
            checks.check_metadata,
            1,
            "metadata must be a dictionary or serialize to a dictionary",
            id="metadata",
        ),
        pytest.param(checks.check_metadata, {1: 1}, "metadata keys must be strings", id="metadata-key"),
        pytest.param(
            checks.check_span_attributes, 1, "span_attributes must be a dictionary", id="attributes"
        ),
        pytest.param(
            checks.check_span_attributes, {1: 1}, "span_attributes keys must be strings", id="attributes-key"
        ),
    ],
)
def test_dictionaries_need_text_keys(check: object, value: object, message: str) -> None:
    assert callable(check)
    with pytest.raises(ValueError, match=f"^{message}$"):
        check(value)


def test_feedback_comes_from_outside_unless_said() -> None:
    assert checks.check_feedback_source(None) == "external"


def test_an_unknown_feedback_source_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^source must be one of \['app', 'api', 'external'\]$"):
        checks.check_feedback_source("phone")


def test_a_feedback_that_says_nothing_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^At least one of scores, expected, tags, or comment must be specified$"
    ):
        checks.check_feedback_given(None, None, None, None)


def test_an_empty_comment_is_something_said() -> None:
    checks.check_feedback_given(None, None, None, "")
