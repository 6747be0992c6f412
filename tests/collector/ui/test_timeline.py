"""The rows of a trace as a tree on a timeline."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.timeline import MAX_DEPTH, WIDTH, steps_of


def row(row_id: str, parent: str = "", start: float = 0, end: float = 1, **fields: Json) -> dict[str, Json]:
    return {
        "id": row_id,
        "span_id": row_id,
        "span_parents": [parent] if parent else None,
        "metrics": {"start": start, "end": end},
        "span_attributes": {"name": row_id, "type": "llm"},
        **fields,
    }


def test_a_span_stands_under_its_parent_and_earlier_ones_first() -> None:
    rows = [
        row("late", "root", 5, 6),
        row("early", "root", 1, 2),
        row("inner", "early", 1, 2),
        row("root", "", 0, 10),
    ]

    assert [(step.id, step.depth) for step in steps_of(rows)] == [
        ("root", 0),
        ("early", 1),
        ("inner", 2),
        ("late", 1),
    ]


def test_a_bar_has_its_share_of_the_whole_time() -> None:
    _, inner = steps_of([row("root", "", 100, 110), row("inner", "root", 102, 107)])

    assert (inner.left, inner.width, inner.duration_s) == (0.2 * WIDTH, 0.5 * WIDTH, 5)


def test_a_span_without_its_parent_stands_as_a_root() -> None:
    assert [(step.id, step.depth) for step in steps_of([row("orphan", "gone")])] == [("orphan", 0)]


def test_spans_that_are_each_others_parents_are_all_there_once() -> None:
    assert sorted(step.id for step in steps_of([row("a", "b"), row("b", "a"), row("c", "c")])) == [
        "a",
        "b",
        "c",
    ]


def test_a_chain_of_many_spans_is_shown_and_indented_so_far() -> None:
    rows = [row(f"s{index}", f"s{index - 1}" if index else "") for index in range(3000)]

    steps = steps_of(rows)

    assert (len(steps), steps[-1].id, steps[-1].depth) == (3000, "s2999", MAX_DEPTH)


def test_a_span_without_times_name_and_type_has_no_bar() -> None:
    (step,) = steps_of([{"id": "x", "span_id": "x", "error": "bad", "span_attributes": {"type": "<b>"}}])

    assert (step.name, step.type, step.duration_s, step.has_error) == ("without a name", "other", None, True)
