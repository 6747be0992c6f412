"""What comparisons pass over only by type."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.query import mismatch
from otel_bridge_collector.query.function import Clock
from tests.support.rows import NOW, Asking


def messages(example: Asking, condition: str) -> list[str]:
    planned = example.plan(f"filter: {condition}")
    found = mismatch.watched(planned)
    if not found:
        return []
    (counts,) = example.store.select(mismatch.to_count(planned, found, Clock(now=NOW)), timeout_s=30)
    return [notice.message for notice in mismatch.notices(found, counts)]


def test_the_message_says_what_was_passed_over_and_what_to_write(example: Asking) -> None:
    assert messages(example, "metadata.user_id = '1234'") == [
        "metadata.user_id = '1234' compares with a string, but 1 row holds the number 1234 and was not matched. "
        "Use metadata.user_id = 1234, metadata.user_id IN ('1234', 1234) or to_string(metadata.user_id)."
    ]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        pytest.param("metadata.user_id = 1234", 1, id="4"),
        pytest.param("metadata.user_id IN ('1234', 1234)", 0, id="5"),
        pytest.param("metadata.user_id IN ('1234')", 1, id="list"),
        pytest.param("metadata.user_id != '1234'", 1, id="unequal"),
        pytest.param("NOT metadata.user_id = '1234'", 1, id="negated"),
        pytest.param("metadata.user_id > '1'", 1, id="order-of-strings"),
        pytest.param("metadata.user_id > 1", 1, id="order-of-numbers"),
        pytest.param("metadata.user_id = '01234'", 0, id="no-number"),
        pytest.param("metadata.user_id = '5'", 0, id="nobody-has-it"),
        pytest.param("metadata.user_id = '1234' and id = 'a'", 0, id="others-must-hold"),
        pytest.param("metadata.user_id = '1234' or id = 'a'", 0, id="or"),
        pytest.param("id = '1234'", 0, id="column-with-a-type"),
        pytest.param("is_root = 'true'", 0, id="boolean-column"),
        pytest.param("metadata.user_id = true", 0, id="boolean"),
        pytest.param("metadata.user_id = 'true'", 0, id="boolean-as-text"),
    ],
)
def test_comparisons_are_watched(example: Asking, condition: str, count: int) -> None:
    assert len(messages(example, condition)) == count


@pytest.mark.parametrize(
    "condition",
    [pytest.param("is_root = true", id="boolean"), pytest.param("root_span_id = '1234'", id="string")],
)
def test_for_a_column_of_one_type_nothing_is_counted(example: Asking, condition: str) -> None:
    assert mismatch.watched(example.plan(f"filter: {condition}")) == []


@pytest.mark.parametrize(
    ("held", "condition"),
    [
        pytest.param({"n": 17.0}, "metadata.n = '17'", id="a whole number with a point"),
        pytest.param({"n": 2.5}, "metadata.n = '2.5'", id="a fraction"),
        pytest.param(
            {"n": 1e-7, "m": 10**30}, "metadata.n = '0.0000001'", id="a small number beside a huge one"
        ),
        pytest.param({"n": -3}, "metadata.n > '1'", id="a negative number in an order"),
        pytest.param({"n": True}, "metadata.n = 'true'", id="a truth value"),
        pytest.param({"n": "0.5"}, "metadata.n = 0.5", id="a text"),
        pytest.param({"n": "false"}, "metadata.n = false", id="a text of a truth value"),
        pytest.param({"n": "x"}, "metadata.n >= 0.9", id="a text in an order"),
        pytest.param({'né"e\\': 17}, """metadata."né""e\\" = '17'""", id="a key with marks"),
        pytest.param({"a": {"n": "5"}}, "metadata.a.n = 5", id="further in"),
        pytest.param({"a": ["5"]}, "metadata.a[0] = 5", id="a place in a list"),
    ],
)
def test_the_other_type_is_found_however_it_is_written(
    tmp_path: Path, held: Mapping[str, Json], condition: str
) -> None:
    asking = Asking(tmp_path, [{"id": "a", "metadata": held}, {"id": "b", "metadata": {"other": 1}}])

    assert len(messages(asking, condition)) == 1
    asking.close()
