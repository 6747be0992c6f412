"""The aggregate functions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from tests.support.rows import Asking

MIXED: list[Json] = [1, 1.0, "1", "b", True, None, 3]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asking]:
    rows = [
        {
            "id": str(at),
            "created": "2026-01-05T09:00:00Z",
            "metadata": {"v": value},
            "metrics": {"end": 1767603600},
        }
        for at, value in enumerate(MIXED)
    ]
    asking = Asking(tmp_path_factory.mktemp("mixed"), rows)
    yield asking
    asking.close()


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("count(1)", 7, id="rows"),
        pytest.param("count(*)", 7, id="star"),
        pytest.param("count(null)", 0, id="null-is-nothing"),
        pytest.param("count(metadata.v)", 6, id="not-null"),
        pytest.param("count_distinct(metadata.v)", 5, id="one-is-one-point-zero"),
        pytest.param("count(distinct id)", 7, id="distinct"),
        pytest.param("sum(metadata.v)", 6, id="strings-are-no-numbers-true-is-one"),
        pytest.param("avg(metadata.v)", 1.5, id="avg"),
        pytest.param("sum(metadata.missing)", None, id="sum-of-nothing"),
        pytest.param("min(metadata.v)", "1", id="min-of-the-highest-type"),
        pytest.param("max(metadata.v)", "b", id="max"),
        pytest.param("max(created)", "2026-01-05T09:00:00Z", id="max-time"),
        pytest.param("max(id)", "6", id="max-string"),
        pytest.param("any_value(metadata.v)", 3, id="of-the-newest-row"),
        pytest.param("percentile(metadata.v, 0.5)", 1, id="percentile"),
        pytest.param("median(metadata.v)", 1, id="median"),
        pytest.param("stddev(metadata.v)", 1, id="stddev"),
        pytest.param("count(error) / count(1)", 0, id="arithmetic"),
        pytest.param("max(created) - interval 1 day", "2026-01-04T09:00:00Z", id="time-before-the-last"),
        pytest.param("max(created) + to_interval('900000 years')", None, id="beyond-all-times"),
        pytest.param("to_datetime(max(metrics.end))", "2026-01-05T09:00:00Z", id="seconds-of-the-last"),
        pytest.param("sum(is_root)", 7, id="true-is-one"),
        pytest.param("array_agg(metadata.v)", [1, 1.0, "1", "b", True, 3], id="array"),
        pytest.param("array_agg(metadata.missing)", None, id="array-of-nothing"),
        pytest.param("max_by(id, metadata.v)", "3", id="max-by-the-highest-type"),
        pytest.param("min_by(metadata.v, id)", 1, id="min-by"),
        pytest.param("bool_or(metadata.v = 3)", True, id="any"),
        pytest.param("bool_and(metadata.v = 3)", False, id="all"),
        pytest.param("approx_count_distinct(id) > 0", True, id="about"),
    ],
)
def test_aggregates(mixed: Asking, expression: str, expected: Json) -> None:
    assert mixed.rows(f"measures: {expression} as value") == [{"value": expected}]


def test_groups_come_by_type_and_value(mixed: Asking) -> None:
    found = mixed.rows("SELECT metadata.v FROM project_logs GROUP BY 1")

    assert [row["v"] for row in found] == [True, 1, 3, "1", "b", None]


def test_groups_of_numbers_count_up(example: Asking) -> None:
    found = example.rows("dimensions: metrics.tokens | measures: count(1) as n")

    assert [row["tokens"] for row in found] == [20, 80, 100, 250, 300]


def test_objects_are_one_group_whatever_the_order_of_their_keys(tmp_path: Path) -> None:
    values: list[Json] = [{"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}, {"a": 1}]
    asking = Asking(
        tmp_path,
        [
            {"id": str(at), "created": "2026-01-05T09:00:00Z", "input": value}
            for at, value in enumerate(values)
        ],
    )

    found = asking.rows("dimensions: input | measures: count(1) as n")
    (counted,) = asking.rows("measures: count_distinct(input) as n")

    asking.close()
    assert [row["n"] for row in found] == [2, 1]
    assert counted == {"n": 2}


def test_groups_tell_types_apart_but_not_spellings_of_a_number(mixed: Asking) -> None:
    rows = mixed.rows("SELECT metadata.v, count(1) AS n FROM project_logs GROUP BY 1")

    assert sorted((repr(row["v"]), row["n"]) for row in rows) == [
        ("'1'", 1),
        ("'b'", 1),
        ("1", 2),
        ("3", 1),
        ("None", 1),
        ("True", 1),
    ]


@pytest.mark.parametrize("fraction", [pytest.param("1.5", id="above"), pytest.param("id", id="from-the-row")])
def test_a_percentile_is_a_constant_from_0_to_1(mixed: Asking, fraction: str) -> None:
    with pytest.raises(QueryError, match="from 0 to 1"):
        mixed.rows(f"measures: percentile(metadata.v, {fraction})")
