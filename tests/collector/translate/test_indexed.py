"""Flattened attributes to nested values."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import indexed
from otel_bridge_collector.translate.indexed import below, items_below, list_below, nested


def test_indexes_become_lists_in_their_order() -> None:
    flat = {"10.role": "assistant", "2.role": "user", "2.content": "hi"}

    assert nested(flat) == [{"role": "user", "content": "hi"}, {"role": "assistant"}]


def test_names_become_objects() -> None:
    assert nested({"a.b": 1, "a.c.0": 2, "d": 3}) == {"a": {"b": 1, "c": [2]}, "d": 3}


def test_a_value_beside_its_continuations_stands_under_the_empty_key() -> None:
    assert nested({"a": 1, "a.b": 2}) == {"a": {"": 1, "b": 2}}
    assert nested({"a.b": 2, "a": 1}) == {"a": {"b": 2, "": 1}}


def test_an_object_that_is_a_value_stays_whole() -> None:
    assert nested({"a": {"0": "x"}}) == {"a": {"0": "x"}}


def test_nothing_is_an_empty_object() -> None:
    assert nested({}) == {}


def test_below_leaves_out_other_keys_and_odd_paths() -> None:
    attributes = {"p.a": 1, "p.": 2, "p.a..b": 3, "p." + ".".join("x" * 17): 4, "q.a": 5}

    assert below(attributes, "p.") == {"a": 1}


def test_a_list_below_comes_nested_with_the_attributes_that_it_is_made_of() -> None:
    attributes: dict[str, Json] = {
        "p.1.role": "assistant",
        "p.filter": "x",
        "p.0.role": "user",
        "p.0.content.0": 1,
    }

    listed, used = list_below(attributes, "p.")

    assert listed == [{"role": "user", "content": [1]}, {"role": "assistant"}]
    assert used == ("p.1.role", "p.0.role", "p.0.content.0")
    assert list_below(attributes, "q.") == ({}, ())


def test_items_begin_with_an_index() -> None:
    attributes = {"p.0.role": "user", "p.filter": "x", "p.²": "y"}

    assert items_below(attributes, "p.") == {"0.role": "user"}


@pytest.mark.parametrize("steps", [pytest.param(16, id="at the limit"), pytest.param(17, id="over it")])
def test_a_flattened_key_has_no_more_steps_than_it_may(steps: int) -> None:
    path = ".".join(["a"] * steps)

    assert indexed.below({f"llm.{path}": 1}, "llm.") == ({path: 1} if steps == 16 else {})


def test_an_index_has_no_more_digits_than_it_may() -> None:
    last, name = "9" * 9, "9" * 5_000

    assert nested({f"{last}.a": 1, "0.a": 2}) == [{"a": 2}, {"a": 1}]
    assert nested({f"{name}.a": 1}) == {name: {"a": 1}}
    assert items_below({f"p.{name}.a": 1}, "p.") == {}
