"""Regular expressions of users."""

import time

import pytest

from otel_bridge_collector.config.regex import any_of, compile_regex


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("(", id="not closed"),
        pytest.param("(?=a)b", id="look-ahead"),
        pytest.param(r"(a)\1", id="backreference"),
        pytest.param("((a{1000}){1000}){1000}", id="too large"),
    ],
)
def test_what_re2_does_not_take_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="no regular expression of RE2"):
        compile_regex(pattern)


def test_an_expression_that_is_a_catastrophe_elsewhere_takes_no_time() -> None:
    regex = compile_regex("(a+)+$")
    begun = time.monotonic()

    assert regex.fullmatch("a" * 50_000 + "b") is None
    assert time.monotonic() - begun < 5


def test_alternatives_keep_their_own_flags() -> None:
    regex = any_of(["(?i)abc", "x|y"])

    assert [regex.fullmatch(text) is not None for text in ("ABC", "y", "Y")] == [True, True, False]
