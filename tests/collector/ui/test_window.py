"""The steps of a trace that one page shows."""

import pytest

from otel_bridge_collector.ui.timeline import Step
from otel_bridge_collector.ui.window import WINDOW_STEPS, Window, window_of


def step(name: str, depth: int, *, has_error: bool = False) -> Step:
    return Step(
        id=name, span_id=name, name=name, type="task", depth=depth, left=0, width=1, duration_s=1, has_error=has_error
    )  # fmt: skip


def many(count: int) -> list[Step]:
    return [step("root", 0), *(step(f"s{at}", 1 + at % 2) for at in range(1, count))]


def ids(window: Window) -> list[str]:
    return [each.step.id for each in window.folded]


def test_steps_fold_under_the_one_above() -> None:
    window = window_of([step("a", 0), step("b", 1), step("c", 2), step("d", 1), step("e", 0)], "a")

    assert [(each.parts, each.closes) for each in window.folded] == [(2, 0), (1, 0), (0, 1), (0, 1), (0, 0)]


def test_every_folding_that_opens_is_closed() -> None:
    window = window_of([step("a", 0), step("b", 3), step("c", 5), step("d", 4)], "a")

    opened = sum(1 for each in window.folded if each.parts)
    assert sum(each.closes for each in window.folded) == opened


def test_a_small_trace_is_there_at_once() -> None:
    window = window_of(many(10), "s3")

    assert (window.earlier, window.later, window.total, len(window.folded)) == (None, None, 10, 10)


def test_a_large_trace_shows_what_is_around_the_chosen_step() -> None:
    window = window_of(many(2 * WINDOW_STEPS + 5), f"s{WINDOW_STEPS + 7}")

    assert f"s{WINDOW_STEPS + 7}" in ids(window)
    assert (window.first, window.end) == (WINDOW_STEPS, 2 * WINDOW_STEPS)
    assert (window.earlier, window.later) == (0, 2 * WINDOW_STEPS)


def test_a_window_begins_with_the_steps_above_its_first_one() -> None:
    steps = [step("root", 0), step("branch", 1), *(step(f"leaf{at}", 2) for at in range(WINDOW_STEPS))]

    assert ids(window_of(steps, f"leaf{WINDOW_STEPS - 1}"))[:3] == [
        "root",
        "branch",
        f"leaf{WINDOW_STEPS - 2}",
    ]


@pytest.mark.parametrize(
    ("asked", "first"),
    [("1500", WINDOW_STEPS), ("99999999999", 0), ("999999", 2000), ("x", 0), ("-1", 0), ("²", 0)],
)
def test_a_window_begins_where_it_is_asked(asked: str, first: int) -> None:
    assert window_of(many(2 * WINDOW_STEPS + 5), "root", asked).first == first


def test_the_next_error_is_behind_the_chosen_step_and_then_before_it() -> None:
    steps = [step("a", 0, has_error=True), step("b", 1), step("c", 1, has_error=True)]

    assert [window_of(steps, chosen).next_error for chosen in "abc"] == ["c", "c", "a"]


def test_no_steps_are_no_window() -> None:
    assert window_of([], "a").folded == ()
