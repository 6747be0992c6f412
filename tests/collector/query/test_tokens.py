"""Query text to tokens."""

import pytest

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.tokens import MAX_TEXT, tokenize


def values(text: str) -> list[str]:
    return [f"{token.kind}:{token.value}" for token in tokenize(text)][:-1]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("a.b_1", ["name:a", "operator:.", "name:b_1"], id="path"),
        pytest.param("1 .5 1.5e-3", ["number:1", "number:.5", "number:1.5e-3"], id="numbers"),
        pytest.param("'it''s' ''", ["string:it's", "string:"], id="single-quotes"),
        pytest.param(r"'50\% \'", [r"string:50\% " + "\\"], id="no-escapes-in-single-quotes"),
        pytest.param(r'"a\n\"b"', ['quoted:a\n"b'], id="json-escapes"),
        pytest.param('"a""b"', ['quoted:a"b'], id="doubled-double-quote"),
        pytest.param('a."b\\"', ["name:a", "operator:.", "quoted:b\\"], id="backslash-in-a-name"),
        pytest.param(
            "a<!=>b<=>c", ["name:a", "operator:<!=>", "name:b", "operator:<=>", "name:c"], id="longest"
        ),
        pytest.param("a -- b\n/* c */ d", ["name:a", "name:d"], id="comments"),
        pytest.param(
            "60a80463-00ab-4000-8000-0123456789ab 12345678-1",
            ["uuid:60a80463-00ab-4000-8000-0123456789ab", "number:12345678", "operator:-", "number:1"],
            id="uuid",
        ),
        pytest.param("'a\nb'", ["string:a\nb"], id="newline-in-a-string"),
    ],
)
def test_text_becomes_tokens(text: str, tokens: list[str]) -> None:
    assert values(text) == tokens


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        pytest.param("a = 'b", "unterminatedString", 4, id="open-quote"),
        pytest.param('a = "b', "unterminatedString", 4, id="open-double-quote"),
        pytest.param("a = 5b", "badNumber", 4, id="number-and-letter"),
        pytest.param("a = #", "badCharacter", 4, id="character"),
        pytest.param("a = \u2019b\u2019", "badCharacter", 4, id="curly-quote"),
        pytest.param(r'a = "\x"', "badEscape", 4, id="escape"),
        pytest.param(r'a = "\ud800"', "badEscape", 4, id="half-a-character"),
    ],
)
def test_what_is_no_token_is_refused_at_its_place(text: str, code: str, offset: int) -> None:
    with pytest.raises(QueryError) as caught:
        tokenize(text)

    assert (caught.value.code, caught.value.offset) == (code, offset)


def test_a_curly_quote_suggests_a_straight_one() -> None:
    with pytest.raises(QueryError) as caught:
        tokenize("\u201cb\u201d")

    assert caught.value.suggestion == "use a straight quote"


def test_a_text_beyond_the_limit_is_refused() -> None:
    with pytest.raises(QueryError, match="longer than"):
        tokenize(" " * (MAX_TEXT + 1))


def test_offsets_count_characters() -> None:
    (_, _, last, _) = tokenize("'é' = '😀'")

    assert (last.offset, last.place.length) == (6, 3)


def test_words_are_words_in_any_case() -> None:
    (token, _) = tokenize("FILTER")

    assert token.is_word("select", "filter")
    assert not token.is_operator("FILTER")
