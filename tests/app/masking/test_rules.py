"""How a masking function is called, and what stands for it in the proof."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from otel_bridge.masking.rules import fingerprint, rules_of


def plain(value: Any) -> Any:
    return value


def with_path(value: Any, path: str) -> Any:
    return [value, path]


def with_both(value: Any, *, span: object, path: str = "") -> Any:
    return [value, path, span]


def with_others(value: Any, cache: Any = None, **more: Any) -> Any:
    return [value, cache, more]


@pytest.mark.parametrize(
    ("function", "result"),
    [
        pytest.param(lambda path: path, "v", id="the value, whatever it is called"),
        pytest.param(with_path, ["v", "input"], id="path"),
        pytest.param(with_both, ["v", "input", "s"], id="path and span"),
        pytest.param(with_others, ["v", None, {}], id="nothing that is not asked for"),
        pytest.param(str, "v", id="a type without a signature of its own"),
    ],
)
def test_a_function_gets_what_it_names(function: Callable[..., Any], result: object) -> None:
    assert rules_of(function).apply("v", "input", "s") == result


def test_another_body_under_the_same_name_has_another_fingerprint() -> None:
    one = lambda value: value if value == "a" else "M"  # noqa: E731 - both are called <lambda>
    other = lambda value: value if value == "b" else "M"  # noqa: E731

    assert fingerprint(one) != fingerprint(other)
    assert fingerprint(one) == fingerprint(one)


def test_the_order_of_a_set_in_the_code_does_not_count() -> None:
    one = lambda value: value in {"a", "b", "c", "d"}  # noqa: E731
    other = lambda value: value in {"d", "c", "b", "a"}  # noqa: E731

    assert fingerprint(one) == fingerprint(other)


def test_an_address_does_not_count() -> None:
    assert fingerprint(partial(with_path, path="a")) == fingerprint(partial(plain))


def test_code_inside_counts() -> None:
    def maker(word: str) -> Callable[..., Any]:
        return lambda value: [value for _ in word]

    def other(word: str) -> Callable[..., Any]:
        return lambda value: [[value] for _ in word]

    assert fingerprint(maker("a")) != fingerprint(other("a"))


def test_a_method_of_a_builtin_type_has_a_fingerprint_of_its_own() -> None:
    assert fingerprint(str.upper) != fingerprint(str.lower)
