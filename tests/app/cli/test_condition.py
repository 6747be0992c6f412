"""Conditions of `--fail-if`, as they are read."""

import pytest

from otel_bridge.cli.condition import parse_condition


@pytest.mark.parametrize(
    ("text", "subject", "name", "sign", "bound"),
    [
        pytest.param("regression > 0.02", "regression", None, ">", 0.02, id="any score"),
        pytest.param("regression.exact>=2%", "regression", "exact", ">=", 0.02, id="percent"),
        pytest.param(
            "score.my own.score <= .8", "score", "my own.score", "<=", 0.8, id="name with blanks and dots"
        ),
        pytest.param(" metric.duration > 1.5 ", "metric", "duration", ">", 1.5, id="metric"),
        pytest.param("errors > 0", "errors", None, ">", 0, id="errors"),
        pytest.param("scorer_errors >= 1", "scorer_errors", None, ">=", 1, id="scorer errors"),
        pytest.param("flaky > 3.", "flaky", None, ">", 3, id="flaky"),
    ],
)
def test_conditions_are_read(text: str, subject: str, name: str | None, sign: str, bound: float) -> None:
    found = parse_condition(text)

    assert (str(found.subject), found.name, found.sign) == (subject, name, sign)
    assert found.bound == pytest.approx(bound)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "is no condition", id="empty"),
        pytest.param("exact < 0.8", "is no condition", id="no subject"),
        pytest.param("score < 0.8", "does not say which score", id="score without a name"),
        pytest.param("regression < 0.02", "larger than a bound", id="regression below"),
        pytest.param("errors.x > 0", "without a name or %", id="count with a name"),
        pytest.param("flaky > 3%", "without a name or %", id="count in percent"),
        pytest.param("score.exact < -1", "is no condition", id="negative"),
        pytest.param(
            "score.exact > 80", r"scores count from 0 to 1, and 80 is more \(write 80%", id="above 1"
        ),
        pytest.param("score.exact > 120%", "and 1.2 is more", id="above 100%"),
        pytest.param("regression > 2", r"write 2% for", id="regression above 1"),
        pytest.param("score.exact == 1", "is no condition", id="equal"),
    ],
)
def test_what_is_no_condition_is_refused_with_examples(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"{message}.*'regression > 0.02'"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("errors > 0", 0, False),
        ("errors >= 0", 0, True),
        ("score.s < 0.5", 0.4, True),
        ("score.s <= 0.5", 0.6, False),
    ],
)
def test_signs_mean_what_they_say(text: str, value: float, holds: bool) -> None:  # noqa: FBT001 - a case
    assert parse_condition(text).holds_for(value) is holds
