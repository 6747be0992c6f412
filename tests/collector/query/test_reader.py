"""Reading tokens, and what a parser says when they are the wrong ones."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.reader import MAX_NESTING, TokenReader, between
from otel_bridge_collector.query.syntax import Place


def test_tokens_are_read_in_order_and_the_end_for_ever() -> None:
    reader = TokenReader("a b")

    assert reader.peek(1).text == "b"
    assert [reader.next().text for _ in range(4)] == ["a", "b", "", ""]


def test_a_token_is_accepted_only_if_it_is_the_right_one() -> None:
    reader = TokenReader("NOT =")

    assert reader.accept_operator("=") is None
    assert reader.accept_word("not") is not None
    assert reader.accept_operator("=") is not None


def test_a_wrong_token_says_what_was_expected_and_found() -> None:
    with pytest.raises(QueryError, match='expected "\\)", found "]"') as caught:
        TokenReader("]").expect_operator(")")

    assert caught.value.offset == 0


def test_a_missing_word_says_that_the_end_was_found() -> None:
    with pytest.raises(QueryError, match="expected NULL, found the end"):
        TokenReader("").expect_word("null")


def test_a_semicolon_may_stand_at_the_end_only() -> None:
    TokenReader(";").expect_end()

    with pytest.raises(QueryError, match="expected the end of the query"):
        TokenReader("; a").expect_end()


def test_items_are_separated_by_commas() -> None:
    reader = TokenReader("a, b c")

    assert reader.comma_separated(lambda: reader.next().text) == ("a", "b")


def test_nesting_is_limited() -> None:
    reader = TokenReader("a")

    with reader.nested(), pytest.raises(QueryError, match="deeper"):
        reader.check_nesting(MAX_NESTING)


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [
        pytest.param(
            Place(offset=2, length=3), Place(offset=7, length=2), Place(offset=2, length=7), id="both"
        ),
        pytest.param(None, Place(offset=7, length=2), Place(offset=7, length=2), id="last-only"),
        pytest.param(None, None, None, id="none"),
    ],
)
def test_a_place_spans_from_one_to_another(
    first: Place | None, last: Place | None, place: Place | None
) -> None:
    assert between(first, last) == place
