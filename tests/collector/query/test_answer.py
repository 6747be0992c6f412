"""Result rows to data, schema and cursor."""

import json
import math

import pytest

from otel_bridge.contract.row import Json
from tests.support.rows import Asking


def test_a_whole_row_has_every_field_in_order_with_null_for_the_absent(example: Asking) -> None:
    (row,) = example.rows("filter: id = 'b'")

    assert list(row) == sorted(row)
    assert row["output"] is row["scores"] is row["comments"] is None
    assert (row["created"], row["log_id"], row["is_root"]) == ("2026-01-05T09:00:01.000Z", "g", False)
    assert (row["span_parents"], row["metadata"]) == (["a"], {"model": "gpt-4"})


def test_a_root_has_null_for_parents(example: Asking) -> None:
    assert example.value("span_parents") is None


def test_a_row_carries_its_transaction_and_key_as_text(example: Asking) -> None:
    (row,) = example.rows("filter: id = 'a'")

    assert (row["_xact_id"], row["_pagination_key"]) == ("1000197156530614077", "p07639156500287258624")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("created", "2026-01-05T09:00:00.000Z", id="created-in-milliseconds"),
        pytest.param("day(created)", "2026-01-05T00:00:00Z", id="instant-without-fraction"),
        pytest.param("created + interval 0 day", "2026-01-05T09:00:00Z", id="computed-instant"),
        pytest.param("exp(1000)", None, id="infinity"),
        pytest.param("interval 1 hour", 3600, id="interval-in-seconds"),
        pytest.param("18446744073709551615", 18446744073709551615, id="wide-integer"),
        pytest.param("4 / 2", 2, id="whole-quotient"),
        pytest.param("null", None, id="null"),
    ],
)
def test_values_are_json(example: Asking, expression: str, expected: Json) -> None:
    value = example.value(expression)

    assert value == expected
    assert not (isinstance(value, float) and math.isnan(value))


def test_the_schema_has_the_order_of_selection(example: Asking) -> None:
    answer = example.answer(
        "SELECT id, created, count(1) AS n, is_root, metadata FROM project_logs GROUP BY 1, 2, 4, 5"
    )

    assert json.loads(json.dumps(answer.schema))["items"]["properties"] == {
        "id": {"type": ["string", "null"]},
        "created": {"type": ["string", "null"], "format": "date-time"},
        "n": {"type": ["number", "null"]},
        "is_root": {"type": ["boolean", "null"]},
        "metadata": {},
    }


@pytest.mark.parametrize(
    ("query", "has_cursor"),
    [
        pytest.param("limit: 2", True, id="page"),
        pytest.param("filter: id = 'a'", True, id="page-that-is-not-full"),
        pytest.param("filter: id = 'zzz'", False, id="nothing"),
        pytest.param("limit: 0", False, id="limit-0"),
        pytest.param("sort: created", False, id="sorted"),
        pytest.param("measures: count(1)", False, id="groups"),
    ],
)
def test_a_cursor_is_given_where_a_page_can_follow(example: Asking, query: str, has_cursor: object) -> None:
    assert (example.answer(query).cursor is not None) is has_cursor
