"""The rows of a trace as a tree on a timeline."""

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.timeline import MAX_DEPTH, WIDTH, marks_of, steps_of, whole_s_of


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


def log(row_id: str, span: str, at: float, **fields: Json) -> dict[str, Json]:
    return {
        "id": row_id,
        "span_id": span,
        "metrics": {"start": at, "end": at},
        "span_attributes": {"type": "log"},
        **fields,
    }


def test_a_log_row_stands_under_its_span_in_the_order_of_time() -> None:
    rows = [
        row("root", "", 0, 10),
        log("late", "root", 5),
        row("child", "root", 3, 4),
        log("alone", "gone", 1),
    ]

    assert [(step.id, step.depth) for step in steps_of(rows)] == [
        ("root", 0),
        ("child", 1),
        ("late", 1),
        ("alone", 0),
    ]


def test_a_log_row_without_a_name_has_its_text() -> None:
    (step,) = steps_of([log("l", "s", 0)], {"l": "said so"})

    assert step.name == "said so"


def test_an_error_that_was_logged_is_one() -> None:
    (step,) = steps_of([log("l", "s", 0, span_attributes={"type": "log", "log_level": "error"})])

    assert step.has_error


def test_a_step_has_its_tokens_and_its_cost() -> None:
    (step,) = steps_of([row("a", metrics={"start": 0, "end": 1, "tokens": 12}, usd=0.5)])

    assert (step.tokens, step.usd) == (12, 0.5)


def test_times_of_the_axis_are_round_and_leave_room_for_the_last() -> None:
    marks = marks_of([row("root", "", 100, 106.5)])

    assert [(mark.label, round(mark.at)) for mark in marks] == [("0", 0), ("2 s", 308), ("4 s", 615)]


def test_short_times_are_said_in_milliseconds() -> None:
    assert [mark.label for mark in marks_of([row("root", "", 0, 0.1)])] == ["0", "50 ms"]


def test_a_trace_that_takes_no_time_has_no_axis() -> None:
    assert marks_of([row("root", "", 1, 1)]) == []


def test_times_that_no_clock_has_are_borne() -> None:
    rows = [row("a", "", -1e308, 1e308), row("b", "a", 1e308, -1e308), row("c", "a", 0, 1)]

    assert len(steps_of(rows)) == 3
    assert marks_of(rows) == []


def test_the_whole_time_is_from_the_first_start_to_the_last_end() -> None:
    assert whole_s_of([row("a", "", 2, 3), row("b", "a", 2.5, 8)]) == 6
