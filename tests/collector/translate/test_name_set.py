"""What follows from the names of attributes alone is found once."""

from collections.abc import Iterator

from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate.name_set import NameSet, Reader, name_set, present, useful
from otel_bridge_collector.translate.partial import Entry


def test_attributes_with_the_same_names_in_the_same_order_share_a_set() -> None:
    first = name_set({"a": 1, "b": 2})

    assert name_set({"a": "x", "b": None}) is first
    assert name_set({"b": 2, "a": 1}) is not first
    assert first.is_kept


def test_very_many_or_very_long_names_are_not_kept() -> None:
    many = {f"a{index}": 1 for index in range(300)}
    long = {"a" * 10_000: 1}

    assert name_set(many).names == tuple(many)
    assert name_set(many) is not name_set(many)
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


def read(attributes: Attributes) -> Iterator[Entry]:
    yield Entry("metadata", "k", attributes["a"], ())


def test_a_reader_is_useful_where_it_has_a_name_or_a_beginning() -> None:
    readers = [Reader(read, frozenset({"a"}), ("p.",))]

    assert useful(readers, NameSet(("b", "a"))) == [read]
    assert useful(readers, NameSet(("p.0",))) == [read]
    assert useful(readers, NameSet(("b", "p", "a.0"))) == []


def test_of_a_table_the_lines_remain_whose_attribute_is_there() -> None:
    assert present({"a": "1", "b": "2", "c": "3"}, NameSet(("c", "x", "a"))) == [("a", "1"), ("c", "3")]
