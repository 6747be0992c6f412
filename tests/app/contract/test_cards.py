"""Card numbers in rows of digits."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.contract.cards import replace_cards


def shown(_: str) -> str:
    return "#"


def checksum(digits: str) -> int:
    """The Luhn sum, by the book: from the right, every second digit doubled and its digits added."""
    doubled = [int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled)


@given(st.from_regex(r"[2-6]\d{11,17}", fullmatch=True), st.sampled_from(["", " ", "-", "."]))
def test_a_number_is_found_exactly_if_its_checksum_is_right(digits: str, between: str) -> None:
    for last in "0123456789":
        number = digits + last
        groups = [number[:4], number[4:]]
        found = replace_cards(between.join(groups), shown) == "#"

        # With a group before it that is no part, a shorter row may be a card of its own.
        inner = any(checksum(group) % 10 == 0 for group in groups if len(group) > 12)
        assert found == (checksum(number) % 10 == 0) or (between and inner)


@pytest.mark.parametrize("length", [12, 20])
def test_other_lengths_are_no_cards(length: int) -> None:
    text = next(str(n) for n in range(4 * 10 ** (length - 1), 4 * 10**length) if checksum(str(n)) % 10 == 0)

    assert replace_cards(text, shown) == text


def test_two_cards_in_a_row_are_two() -> None:
    cards = ["4111 1111 1111 1111", "5500 0000 0000 0004"]

    assert [replace_cards(" ".join(pair), shown) for pair in pairwise(cards)] == ["# #"]
