"""What a user may log; the messages are those of the real SDK."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from braintrust.logger import _validate_and_sanitize_experiment_log_partial_args

from otel_bridge.api.fields import checked, merged


@dataclass
class Metadata:
    user: str


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"scores": {1: 1}}, id="score name"),
        pytest.param({"scores": {"s": "x"}}, id="score text"),
        pytest.param({"scores": {"s": 2}}, id="score above 1"),
        pytest.param({"metadata": "x"}, id="metadata text"),
        pytest.param({"metadata": {1: 2}}, id="metadata key"),
        pytest.param({"metrics": [1]}, id="metrics list"),
        pytest.param({"metrics": {"m": None}}, id="metric null"),
        pytest.param({"tags": "ab"}, id="tags text"),
        pytest.param({"tags": [1]}, id="tag number"),
        pytest.param({"tags": ["a", "a"]}, id="tag twice"),
        pytest.param({"span_attributes": [1]}, id="span attributes list"),
        pytest.param({"input": 1, "inputs": 2}, id="both inputs"),
    ],
)
def test_a_wrong_field_raises_the_error_of_braintrust(event: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as theirs:  # noqa: PT011 - the text is compared below
        _validate_and_sanitize_experiment_log_partial_args(event)

    with pytest.raises(ValueError) as ours:  # noqa: PT011 - likewise
        checked(event)

    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        pytest.param({"inputs": 1}, {"input": 1}, id="old name of input"),
        pytest.param({"scores": {"s": True, "n": None}}, {"scores": {"s": 1, "n": None}}, id="scores"),
        pytest.param({"metadata": Metadata("u")}, {"metadata": {"user": "u"}}, id="dataclass"),
        pytest.param({"metadata": {"a": None}}, {"metadata": {"a": None}}, id="null inside"),
        pytest.param({"tags": ("a",)}, {"tags": ["a"]}, id="tuple of tags"),
        pytest.param({"output": None, "foo": 1}, {"foo": 1}, id="null says nothing"),
        pytest.param({"scores": {}, "metrics": {}}, {"scores": {}, "metrics": {}}, id="empty"),
    ],
)
def test_fields_become_json(event: dict[str, Any], fields: dict[str, Any]) -> None:
    assert checked(event) == fields


def test_a_score_that_is_no_number_raises_though_braintrust_stores_it_as_text() -> None:
    event: dict[str, Any] = {"scores": {"s": float("nan")}}
    _validate_and_sanitize_experiment_log_partial_args(event)

    with pytest.raises(ValueError, match="score values must be between 0 and 1"):
        checked(event)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("outpt", "it is sent as it is, did you mean 'output'?", id="a slip"),
        pytest.param("Metadata", "it is sent as it is, did you mean 'metadata'?", id="in capitals"),
        pytest.param("foo", "it is sent as it is", id="nothing like it"),
        pytest.param("a\nb", "it is sent as it is", id="line break"),
    ],
)
def test_an_unknown_field_is_kept_and_warned_of_once(
    caplog: pytest.LogCaptureFixture, name: str, hint: str
) -> None:
    for _ in range(2):
        assert checked({name: "secret"}) == {name: "secret"}

    assert caplog.messages == [f"a field {name!r} was logged that rows do not have, {hint}"]


def test_fields_of_rows_and_control_fields_are_not_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    checked(
        {"input": 1, "context": {}, "created": "x", "dataset_record_id": "x", "_async_scoring_control": {}}
    )
    checked({"inputs": 1, "outpt": None})

    assert caplog.messages == []


def test_an_app_that_makes_names_up_is_not_warned_for_ever(caplog: pytest.LogCaptureFixture) -> None:
    for number in range(300):
        checked({f"made up {number}": 1})

    assert len(caplog.messages) == 100


@pytest.mark.parametrize("name", ["id", "span_id", "root_span_id", "span_parents"])
def test_what_identifies_the_row_cannot_be_logged(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        checked({name: "x"})


def test_the_event_of_the_user_stays_as_it_is() -> None:
    scores: Mapping[str, Any] = {"s": True}

    checked({"scores": scores})

    assert scores == {"s": True}


def test_fields_merge_as_rows_do() -> None:
    row = merged({"metadata": {"a": 1}, "tags": ["x"]}, {"metadata": {"b": 2}, "tags": ["y"]})

    assert row == {"metadata": {"a": 1, "b": 2}, "tags": ["x", "y"]}
