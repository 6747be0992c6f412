"""Sort keys, ties and chance."""

from pathlib import Path

from otel_bridge_collector.query.order import share
from otel_bridge_collector.query.syntax import Sample
from otel_bridge_collector.query.value import Bindings
from tests.support.rows import Asking


def test_nulls_come_last_in_both_directions(example: Asking) -> None:
    query = "select: id | sort: scores.Factuality {} | limit: 5"
    up, down = (example.rows(query.format(way)) for way in ("asc", "desc"))

    assert {str(each["id"]) for each in (*up[3:], *down[3:])} == {"b", "d"}


def test_a_share_is_bound(example: Asking) -> None:
    bindings = Bindings()

    assert "250000" not in share(Sample(rate=0.25, seed=7), "id", bindings)
    assert sorted(map(str, bindings.values.values())) == ["250000", "7"]
    assert example.rows("sample: 0%") == []


def test_a_share_of_many_rows_is_about_that_share(tmp_path: Path) -> None:
    asking = Asking(tmp_path, [{"id": f"r{number}"} for number in range(2_000)])

    found = asking.rows("select: id | sample: 25% | limit: 2000")
    other = asking.rows("select: id | sample: 25% seed 1 | limit: 2000")

    asking.close()
    assert 400 < len(found) < 600
    assert found != other
