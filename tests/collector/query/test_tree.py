"""Where rows hang in their trace."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.tree import MAX_CALLS
from tests.support.rows import Asking, row, writes

LOST = "gone"


def spans(*tree: tuple[str, str | None], trace: str = "t", kind: str = "task") -> list[dict[str, Any]]:
    """Rows of one trace, each with its parent."""
    return [
        {
            "id": name,
            "root_span_id": trace,
            "span_parents": [parent] if parent else None,
            "span_attributes": {"type": kind},
        }
        for name, parent in tree
    ]


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    rows = [
        *spans(("root", None), ("child", "root"), ("orphan", LOST), ("below", "orphan")),
        *spans(("rootless", LOST), trace="u"),
        *spans(("first", None), ("second", None), ("either", LOST), trace="v"),
        *spans(("note", None), trace="u", kind="log"),
    ]
    made = Asking(tmp_path, rows)
    yield made
    made.close()


def known_parents(asking: Asking, trace: str) -> dict[object, object]:
    rows = asking.rows(f"select: id, known_parent | filter: root_span_id = '{trace}'")
    return {each["id"]: each["known_parent"] for each in rows}


def test_an_orphan_names_a_parent_that_its_trace_does_not_have(asking: Asking) -> None:
    rows = asking.rows("select: id | filter: is_orphan")

    assert {each["id"] for each in rows} == {"orphan", "rootless", "either"}


def test_an_orphan_hangs_below_the_root_of_its_trace(asking: Asking) -> None:
    assert known_parents(asking, "t") == {
        "root": None,
        "child": "root",
        "orphan": "root",
        "below": "orphan",
    }


def test_an_orphan_of_a_trace_without_a_root_hangs_nowhere(asking: Asking) -> None:
    assert known_parents(asking, "u") == {"rootless": None, "note": None}


def test_an_orphan_of_a_trace_with_several_roots_hangs_nowhere(asking: Asking) -> None:
    assert known_parents(asking, "v")["either"] is None


def test_a_late_parent_takes_its_children_back(asking: Asking) -> None:
    (late,) = spans((LOST, "child"))
    (given,) = writes([row(late.pop("id"), **late)])
    asking.store.apply([given._replace(row={**given.row, "project_id": asking.project_id})], next_seq=2)

    assert known_parents(asking, "t")["orphan"] == LOST
    assert asking.value("span_parents", "orphan") == [LOST]


def test_what_repeats_it_too_often_is_refused(asking: Asking) -> None:
    nested = "known_parent"
    for _ in range(MAX_CALLS):
        nested = f"lower({nested})"

    assert asking.rows(f"select: id | filter: {nested} = 'root' and id = 'child'") == [{"id": "child"}]
    with pytest.raises(QueryError, match="inside of more than 8 functions"):
        asking.rows(f"filter: is_root ? {nested} : 'x'")


def test_what_was_received_stays(asking: Asking) -> None:
    assert asking.value("span_parents", "orphan") == [LOST]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("measures: sum(is_orphan ? 1 : 0) as n", 3, id="in an aggregate"),
        pytest.param("dimensions: is_orphan as o | measures: count(1) as n | final_filter: o", 3, id="as a key"),
        pytest.param("from: project_logs('p') traces | filter: is_orphan | measures: count(1) as n", 9, id="over traces"),
    ],
)  # fmt: skip
def test_the_names_stand_wherever_columns_do(asking: Asking, query: str, found: int) -> None:
    assert asking.rows(query)[0]["n"] == found
