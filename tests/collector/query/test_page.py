"""Cursors: positions as Braintrust writes them."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.page import PageOrder, decode_cursor, encode_cursor

BY_KEY = PageOrder()
BY_XACT = PageOrder(by="xact_id")


def test_a_recorded_cursor_is_a_pagination_key() -> None:
    assert decode_cursor("agO8JAMxAAA", BY_KEY) == (0x6A03BC2403310000,)
    assert encode_cursor((0x6A03BC2403310000,)) == "agO8JAMxAAA"


@pytest.mark.parametrize(
    ("position", "order"),
    [pytest.param((2**64 - 1,), BY_KEY, id="key"), pytest.param((1, 2), BY_XACT, id="transaction-and-key")],
)
def test_a_position_comes_back(position: tuple[int, ...], order: PageOrder) -> None:
    assert decode_cursor(encode_cursor(position), order) == position


def test_padding_and_the_other_alphabet_are_taken() -> None:
    assert decode_cursor("//////////8=", BY_KEY) == (2**64 - 1,)


@pytest.mark.parametrize(
    ("cursor", "order"),
    [
        pytest.param("agO8JAMxAAA", BY_XACT, id="of-another-order"),
        pytest.param("abc!", BY_KEY, id="alphabet"),
        pytest.param("a", BY_KEY, id="length"),
        pytest.param("é", BY_KEY, id="not-ascii"),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str, order: PageOrder) -> None:
    with pytest.raises(QueryError) as caught:
        decode_cursor(cursor, order)

    assert caught.value.code == "invalidCursor"
