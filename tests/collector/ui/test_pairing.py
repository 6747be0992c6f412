"""The steps of two traces side by side."""

from otel_bridge_collector.ui.pairing import Pair, pairs_of, with_outputs
from otel_bridge_collector.ui.timeline import Step


def step(own: str, name: str, depth: int = 1) -> Step:
    return Step(
        id=own, span_id=own, name=name, type="task", depth=depth, left=0, width=1, duration_s=1, has_error=False
    )  # fmt: skip


def ids(pairs: list[Pair]) -> list[tuple[str, str]]:
    return [(pair.left.id if pair.left else "", pair.right.id if pair.right else "") for pair in pairs]


def test_steps_of_one_name_are_matched_in_their_order() -> None:
    left = [step("1", "call"), step("2", "call")]
    right = [step("a", "call"), step("b", "call"), step("c", "call")]

    assert ids(pairs_of(left, right)) == [("1", "a"), ("2", "b"), ("", "c")]


def test_what_only_one_side_has_stands_at_its_place() -> None:
    left = [step("1", "plan"), step("2", "call"), step("3", "end")]
    right = [step("a", "hello"), step("b", "plan"), step("c", "search"), step("d", "end")]

    assert ids(pairs_of(left, right)) == [("", "a"), ("1", "b"), ("", "c"), ("2", ""), ("3", "d")]


def test_steps_that_changed_their_order_are_still_pairs() -> None:
    assert ids(pairs_of([step("1", "x"), step("2", "y")], [step("a", "y"), step("b", "x")])) == [
        ("1", "b"),
        ("2", "a"),
    ]


def test_steps_are_matched_under_their_own_parents_alone() -> None:
    left = [step("1", "root", 0), step("2", "agent"), step("3", "call", 2)]
    right = [step("a", "root", 0), step("b", "call"), step("c", "agent")]

    assert ids(pairs_of(left, right)) == [("1", "a"), ("", "b"), ("2", "c"), ("3", "")]


def test_outputs_are_compared_line_by_line() -> None:
    pairs = pairs_of([step("1", "x"), step("2", "y")], [step("a", "x"), step("b", "y")])

    same, other = with_outputs(pairs, {"1": "one", "2": "one\ntwo"}, {"a": "one", "b": "one\nthree"})

    assert (same.is_same_output, same.changes) == (True, ())
    assert (other.is_same_output, other.changes) == (False, ("@@ -1,2 +1,2 @@", " one", "-two", "+three"))


def test_an_output_that_is_not_known_is_not_compared() -> None:
    (pair,) = with_outputs(pairs_of([step("1", "x")], [step("a", "x")]), {}, {"a": "one"})

    assert pair.is_same_output is None
