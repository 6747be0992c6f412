"""Numbers over time: what a URL asks for, groups, and the logs behind a number."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs, urlencode

import anyio
import pytest
from starlette.requests import Request

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.syntax import Path
from otel_bridge_collector.ui.chart import MAX_LINES
from otel_bridge_collector.ui.groups import TAGS
from otel_bridge_collector.ui.over_time import (
    Period,
    by_group,
    group_of,
    numbers_query,
    over_time,
    read_numbers,
    read_period,
    step_text,
)
from tests.support.api import Door, plane_of
from tests.support.rows import Asking

FIRST, LAST = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
MODEL = Path(parts=("metadata", "model"))


def period(**said: str) -> Period:
    scope = {"type": "http", "query_string": urlencode(said).encode()}
    return read_period(Request(scope))


def said_by(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query.removeprefix("?")).items()}


@pytest.mark.parametrize(
    ("given", "step"),
    [
        pytest.param(period(), "1440 minutes", id="all-times"),
        pytest.param(period(since="1h"), "1 minutes", id="range"),
        pytest.param(period(**{"from": "2026-01-01", "until": "2026-01-02"}), "15 minutes", id="stretch"),
    ],
)
def test_a_number_is_about_a_time_that_fits_what_is_shown(given: Period, step: str) -> None:
    assert step_text(given.step()) == step


def test_the_logs_behind_a_number_meet_every_condition_once() -> None:
    query = period(filter="a = 1 or b = 2").behind(FIRST, "error IS NOT NULL", "", "error IS NOT NULL")

    within = "created >= '2026-01-01T00:00:00Z' and created < '2026-01-02T00:00:00+00:00'"
    assert said_by(query)["filter"] == f"(a = 1 or b = 2) and (error IS NOT NULL) and {within}"


def test_a_zoom_keeps_what_is_asked_for_and_ends_behind_the_last_number() -> None:
    query = period(filter="a = 1", search="b", by="c", since="24h").zoom(FIRST, LAST)

    assert said_by(query) == {
        "filter": "a = 1", "search": "b", "by": "c", "rows": "spans",
        "from": FIRST, "until": "2026-01-02T00:30:00+00:00",
    }  # fmt: skip


def test_a_number_of_the_last_day_that_there_is_has_its_logs_and_its_zoom() -> None:
    last = "9999-12-31T00:00:00Z"

    behind, zoom = said_by(period().behind(last)), said_by(period().zoom(last, last))

    assert behind["filter"] == f"created >= '{last}' and created < '9999-12-31T23:59:59.999999+00:00'"
    assert zoom["until"] == "9999-12-31T23:59:59.999999+00:00"


@pytest.mark.parametrize("by", ["count(1)", "a >", "1"])
def test_what_is_no_field_is_no_group(by: str) -> None:
    with pytest.raises(QueryError, match="group by takes"):
        group_of(by)


VALUES: list[Json] = [
    "it's",
    "",
    1,
    1.5,
    True,
    None,
    ["a", "b"],
    {"a": "b"},
    "x" * 400 + "1",
    "x" * 400 + "2",
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[-8:])
def test_each_group_has_a_line_and_a_condition_that_finds_its_rows(example: Asking, value: Json) -> None:
    place = {"project_id": example.project_id, "log_id": "g"}
    rows: list[Mapping[str, Json]] = [
        {"id": f"g{each}", "metadata": {"group": found}} for each, found in enumerate(VALUES)
    ]
    example.add(place, *rows)
    numbers: list[Mapping[str, Json]] = [{"time": FIRST, "grouped": each, "count": 1} for each in VALUES]

    series = by_group(numbers, "count", Path(parts=("metadata", "group")))
    at = VALUES.index(value)

    assert len(series) == len(VALUES)
    assert example.ids(f"id like 'g%' and ({series[at].within})") == f"g{at}"


def test_groups_with_the_most_rows_come_first() -> None:
    numbers: list[Mapping[str, Json]] = [
        {"time": FIRST, "grouped": "a", "n": 1, "count": 4},
        {"time": FIRST, "grouped": None, "n": 2, "count": 2},
        {"time": LAST, "grouped": None, "n": 3, "count": 3},
    ]

    assert [(each.label, dict(each.numbers)) for each in by_group(numbers, "n", MODEL)] == [
        ("none", {FIRST: 2, LAST: 3}),
        ("a", {FIRST: 1}),
    ]


def test_many_groups_are_narrowed_to_the_largest_at_all_times(example: Asking) -> None:
    place = {"project_id": example.project_id, "log_id": "g"}
    rows: list[Mapping[str, Json]] = [
        {"id": f"{user}-{day}-{each}", "created": f"2026-02-0{day}T00:00:00Z", "metadata": {"user": user}}
        for user in range(MAX_LINES + 3)
        for day in (1, 2)
        for each in range(user + 1)
    ]
    example.add(place, *rows)
    reader = plane_of(example, Door(example)).reader
    text = "dimensions: date_trunc('1 day', created) as time | measures: count(1) as count | sort: time"
    user = Path(parts=("metadata", "user"))
    query = numbers_query(
        parse(text), example.project_id, parse_expression("metadata.user IS NOT NULL"), user
    )

    numbers = anyio.run(read_numbers, reader, replace(query, limit=2 * MAX_LINES))

    assert numbers.left_out == 3
    assert sorted(each.label for each in by_group(numbers.rows, "count", user)) == list("345678")
    assert {len(each.numbers) for each in by_group(numbers.rows, "count", user)} == {2}


def test_many_tags_are_narrowed_to_the_largest_and_rows_without_any_stay(example: Asking) -> None:
    place = {"project_id": example.project_id, "log_id": "g"}
    rows: list[Mapping[str, Json]] = [
        {"id": f"{tag}-{each}", "created": "2026-02-01T00:00:00Z", "tags": [f"t{tag}", "all"]}
        for tag in range(MAX_LINES + 2)
        for each in range(tag + 1)
    ]
    example.add(place, *rows, {"id": "x", "created": "2026-02-01T00:00:00Z"})
    reader = plane_of(example, Door(example)).reader
    text = "dimensions: date_trunc('1 day', created) as time | measures: count(1) as count | sort: time"
    query = numbers_query(parse(text), example.project_id, parse_expression("created > '2026-01-31'"), TAGS)

    numbers = anyio.run(read_numbers, reader, replace(query, limit=MAX_LINES))

    found = {each.label: dict(each.numbers) for each in by_group(numbers.rows, "count", TAGS)}
    assert numbers.left_out == 3
    assert {label: count for label, numbers in found.items() for count in numbers.values()} == {
        "all": 36, "t7": 8, "t6": 7, "t5": 6, "t4": 5, "t3": 4, "none": 1,
    }  # fmt: skip


@pytest.mark.parametrize("value", ["2", True, None, [1]])
def test_what_is_no_number_is_no_point(value: Json) -> None:
    assert over_time([{"time": FIRST, "n": value}], "n") == {}
