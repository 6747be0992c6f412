"""Rows with their facts in them."""

from itertools import permutations

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate.assembly import final_rows


def message(text: str) -> list[Json]:
    return [{"role": "user", "content": text}]


def fill(fact: str, row: Row, *, at: int) -> RowWrite:
    return RowWrite(row={"id": "s", **row}, fact=fact, fact_ns=at, fills_only=True)


def test_the_order_of_arrival_makes_no_difference() -> None:
    writes = [
        RowWrite(row={"id": "s", "output": "own"}),
        fill("a", {"input": message("one")}, at=1),
        fill("b", {"input": message("two"), "output": "late"}, at=2),
        RowWrite(row={"id": "s", "_is_merge": True, "tags": ["t"]}, fact="c", fact_ns=3),
    ]

    results = [final_rows(order) for order in permutations(writes)]

    assert results[0] == [
        {"id": "s", "output": "own", "input": [*message("one"), *message("two")], "tags": ["t"]}
    ]
    assert all(result == results[0] for result in results)


def test_a_fact_that_comes_twice_counts_once() -> None:
    twice = [fill("a", {"input": message("one")}, at=1)] * 2

    assert final_rows([*twice, RowWrite(row={"id": "s"})]) == [{"id": "s", "input": message("one")}]


def test_a_fact_without_a_row_is_left_out() -> None:
    assert final_rows([fill("a", {"input": "x"}, at=1)]) == []


def test_a_row_that_comes_again_replaces_the_first_and_keeps_its_place() -> None:
    writes = [
        RowWrite(row={"id": "a", "input": 1}),
        RowWrite(row={"id": "b"}),
        RowWrite(row={"id": "a", "output": 2}),
    ]

    assert final_rows(writes) == [{"id": "a", "output": 2}, {"id": "b"}]


def test_an_update_is_merged_into_its_row() -> None:
    writes = [
        RowWrite(row={"id": "a", "metadata": {"x": 1}}),
        RowWrite(row={"id": "a", "_is_merge": True, "metadata": {"y": 2}}),
    ]

    assert final_rows(writes) == [{"id": "a", "metadata": {"x": 1, "y": 2}}]
