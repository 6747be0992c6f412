"""Numbers and intervals that no engine could hold."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.number import UNITS, interval_of
from otel_bridge_collector.query.parser import parse_expression, parse_text
from otel_bridge_collector.query.syntax import Literal, Place

HERE = Place(offset=3, length=4)


@pytest.mark.parametrize("unit", UNITS)
def test_an_interval_is_as_long_as_what_can_be_counted_and_no_longer(unit: str) -> None:
    assert interval_of(str(UNITS[unit]), unit, whole=HERE, amount=HERE).count == UNITS[unit]
    with pytest.raises(QueryError, match=f"at most {UNITS[unit]} {unit}s"):
        interval_of(str(UNITS[unit] + 1), unit, whole=HERE, amount=HERE)


@pytest.mark.parametrize(("count", "unit"), [("x", "day"), ("1", "eon"), ("-1", "day")])
def test_what_is_no_interval_is_told_at_its_place(count: str, unit: str) -> None:
    with pytest.raises(QueryError, match="interval 7 day") as raised:
        interval_of(count, unit, whole=HERE, amount=HERE)

    assert (raised.value.offset, raised.value.length) == (3, 4)


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("1.5", 1.5), ("9" * 38, 10**38 - 1), ("9" * 39, 1e39)]
)
def test_a_number_is_whole_as_long_as_the_engine_counts_so_far(text: str, value: float) -> None:
    assert parse_expression(text) == Literal(value=value)


def test_a_number_beyond_all_is_refused() -> None:
    with pytest.raises(QueryError, match="too large"):
        parse_expression("1e400")


@pytest.mark.parametrize("text", ["1" * 20, "1" * 5_000, str(2**63)])
@pytest.mark.parametrize("clause", ["sample: {}", "sample: 10% seed {}", "limit: {}"])
def test_a_count_that_no_engine_counts_to_is_told_at_its_place(clause: str, text: str) -> None:
    query = f"select: id | from: project_logs('p') | {clause.format(text)}"

    with pytest.raises(QueryError, match="too large") as raised:
        parse_text(query)

    assert raised.value.offset == query.index(text)


def test_the_largest_count_is_one() -> None:
    assert parse_text(f"select: id | from: project_logs('p') | sample: {2**63 - 1}").sample is not None
