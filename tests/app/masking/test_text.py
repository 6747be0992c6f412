"""Maskers of text in values of any shape, and how they are combined."""

from typing import Any

import pytest

from otel_bridge.masking import combine, emails, secrets
from otel_bridge.masking.rules import fingerprint
from otel_bridge.masking.text import MAX_DEPTH, Masker


def upper() -> Masker:
    return Masker("upper", str.upper)


def test_every_text_is_masked_at_any_depth_and_in_keys() -> None:
    value = {"a": ["b", {"c": ("d", 1, None, True, 0.5)}]}

    assert upper()(value) == {"A": ["B", {"C": ["D", 1, None, True, 0.5]}]}


def test_keys_that_are_masked_alike_stay_apart() -> None:
    assert emails()({"a@x.org": 1, "b@x.org": 2}) == {"[email]": 1, "[email]'": 2}


def test_the_value_of_a_telling_key_is_replaced_as_a_whole() -> None:
    value = {"Api-Key": ["a"], "password": 7, "db_password": None, "has_secret": True, "tokens": 3}

    assert secrets("X")(value) == {
        "Api-Key": "X", "password": "X", "db_password": None, "has_secret": True, "tokens": 3,
    }  # fmt: skip


def test_the_last_part_of_the_path_is_a_key_too() -> None:
    assert secrets("X")("Basic YWJj", path="http.request.header.authorization") == "X"
    assert secrets("X")("hello", path="input") == "hello"


def test_a_value_that_is_nested_too_deep_is_not_let_through() -> None:
    value: Any = "a"
    for _ in range(MAX_DEPTH + 1):
        value = [value]

    with pytest.raises(RecursionError):
        upper()(value)


def test_what_is_combined_runs_in_order_and_gets_what_it_asks_for() -> None:
    def tell(value: Any, path: str) -> Any:
        return f"{value} in {path}"

    assert combine(upper(), tell, lambda value: [value])("a", "input") == ["A in input"]


def test_the_fingerprint_tells_what_is_combined() -> None:
    same = fingerprint(combine(secrets(), emails()))

    assert same == fingerprint(combine(secrets(), emails()))
    assert same != fingerprint(combine(emails(), secrets()))
    assert same != fingerprint(combine(secrets("X"), emails()))
