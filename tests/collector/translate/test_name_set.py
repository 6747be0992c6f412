"""What follows from the names of attributes alone is found once."""

from collections.abc import Iterator

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate.name_set import NameSet, Reader, Remembering, name_set, present, useful
from otel_bridge_collector.translate.partial import Entry


def test_attributes_with_the_same_names_in_the_same_order_share_a_set() -> None:
    first = name_set({"a": 1, "b": 2})

    assert name_set({"a": "x", "b": None}) is first
    assert name_set({"b": 2, "a": 1}) is not first
    assert first.is_kept


def test_spans_that_are_asked_for_in_turns_keep_their_own_names() -> None:
    one, other = {"a": 1}, {"b": 1}

    assert [name_set(each).names for each in (one, one, other, one)] == [("a",), ("a",), ("b",), ("a",)]


def test_very_many_or_very_long_names_are_not_kept() -> None:
    many = {f"a{index}": 1 for index in range(300)}
    long = {"a" * 10_000: 1}

    assert name_set(many).names == tuple(many)
    assert name_set(many) is not name_set(dict(many))
    assert not name_set(long).is_kept


def test_names_below_a_prefix_come_in_their_order_with_what_follows_it() -> None:
    names = NameSet(("x.1", "y", "x.0.z", "x"))

    assert names.below("x.") == [("1", "x.1"), ("0.z", "x.0.z")]
    assert names.below("x.") is names.below("x.")


def test_a_plan_is_made_once_for_a_set() -> None:
    asked: list[NameSet] = []

    def plan(told: NameSet) -> int:
        asked.append(told)
        return len(told.names)

    told = NameSet(("a", "b"))

    assert [told.plan(plan), told.plan(plan)] == [2, 2]
    assert asked == [told]


def test_a_plan_for_a_beginning_is_made_once_for_a_set() -> None:
    asked: list[str] = []

    def plan(told: NameSet, prefix: str) -> int:
        asked.append(prefix)
        return len(told.below(prefix))

    told = NameSet(("a.0", "b.0", "b.1"))

    assert [told.plan_below(prefix, plan) for prefix in ("a.", "b.", "b.")] == [1, 2, 2]
    assert asked == ["a.", "b."]


def read(attributes: Attributes) -> Iterator[Entry]:
    yield Entry("metadata", "k", attributes["a"], ())


def test_a_reader_is_useful_where_it_has_a_name_or_a_beginning() -> None:
    readers = [Reader(read, frozenset({"a"}), ("p.",))]

    assert useful(readers, NameSet(("b", "a"))) == [read]
    assert useful(readers, NameSet(("p.0",))) == [read]
    assert useful(readers, NameSet(("b", "p", "a.0"))) == []


def test_of_a_table_the_lines_remain_whose_attribute_is_there() -> None:
    assert present({"a": "1", "b": "2", "c": "3"}, NameSet(("c", "x", "a"))) == [("a", "1"), ("c", "3")]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1, 1.0, True], id="equal-numbers-of-other-types"),
        pytest.param([0, 0.0, -0.0, False], id="zeros"),
        pytest.param([[1], [1.0], {"b": 1}], id="lists-and-objects"),
        pytest.param(["x" * 5_000, "x" * 4_999], id="long-texts"),
        pytest.param(["1", 1, None, ""], id="texts-and-nothing"),
    ],
)
def test_what_is_remembered_is_what_would_be_read(values: list[Json]) -> None:
    remembering = Remembering([read, read], ["a"])

    for value in values * 2:
        attributes: Attributes = {"a": value, "b": "not looked at"}

        assert repr(list(remembering(attributes))) == repr([*read(attributes), *read(attributes)])


def test_values_that_come_again_are_read_once() -> None:
    asked: list[Json] = []

    def noting(attributes: Attributes) -> Iterator[Entry]:
        asked.append(attributes["a"])
        yield Entry("metadata", "k", attributes["a"], ())

    remembering = Remembering([noting], ["a"])

    found = [list(remembering({"a": value, "b": other})) for value, other in (("x", 1), ("x", 2), ("y", 3))]

    assert asked == ["x", "y"]
    assert [entry.value for entries in found for entry in entries] == ["x", "x", "y"]
