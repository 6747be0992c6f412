"""Query text to tokens: the first step of parsing. It knows no grammar.

Source: spec/btql.md section 1. Offsets count characters, comments included.
"""

import json
import re
from dataclasses import dataclass
from typing import Final, Literal

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Place

MAX_TEXT: Final = 2**20
"""Longest query text in characters."""

TokenKind = Literal["name", "quoted", "string", "number", "uuid", "operator", "end"]

_PATTERN: Final = re.compile(
    r"""
      (?P<blank>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<uuid>[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})(?![A-Za-z0-9_])
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)(?![A-Za-z0-9_])
    | (?P<string>'[^']*(?:''[^']*)*')
    | (?P<operator><!=>|<=>|==|!=|<>|<=|>=|=>|::|[=<>+\-*/%?:,.;|()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED_NAME: Final = re.compile(r'"((?:[^"]|"")*+)"')
_QUOTED_TEXT: Final = re.compile(r'"((?:[^"\\]|\\.|"")*+)"', re.DOTALL)
_ADVICE: Final = {
    **dict.fromkeys("\u2018\u2019\u201c\u201d", "use a straight quote"),
    "&": "write AND",
    "!": "write NOT",
}
"""Character that starts no token -> what was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token.

    Attributes:
        text: as it stands in the query.
        value: what a string or a quoted text says, without quotes and escapes; otherwise `text`.
        name: what a quoted text says if it is a name; otherwise `text`.
    """

    kind: TokenKind
    text: str
    value: str
    name: str
    offset: int

    @property
    def place(self) -> Place:
        """Where the token stands."""
        return Place(offset=self.offset, length=max(len(self.text), 1))

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of the words, whatever its case."""
        return self.kind == "name" and self.text.lower() in words

    def is_operator(self, *operators: str) -> bool:
        """Tell whether this is one of the operators."""
        return self.kind == "operator" and self.text in operators


def tokenize(text: str) -> list[Token]:
    """Return the tokens of a query, with one of kind "end" behind them.

    A double-quoted text is a string with JSON escapes and a name with doubled quotes; which of the two it is, the
    parser knows. Behind a dot it can only be a name, so there a backslash is an ordinary character.

    Raises:
        QueryError: a character that starts no token, an open quote, a bad number or a text too long.
    """
    if len(text) > MAX_TEXT:
        raise QueryError(f"the query is longer than {MAX_TEXT} characters", code="tooLong")
    tokens: list[Token] = []
    offset = 0
    while offset < len(text):
        if text[offset] == '"':
            tokens.append(_quoted(text, offset, after_dot=bool(tokens) and tokens[-1].is_operator(".")))
            offset += len(tokens[-1].text)
        elif match := _PATTERN.match(text, offset):
            if match.lastgroup != "blank":
                tokens.append(_token(match))
            offset = match.end()
        else:
            raise _unreadable(text, offset)
    tokens.append(Token(kind="end", text="", value="", name="", offset=len(text)))
    return tokens


def _token(match: re.Match[str]) -> Token:
    text = match[0]
    value = text[1:-1].replace("''", "'") if match.lastgroup == "string" else text
    kinds: dict[str | None, TokenKind] = {
        "name": "name",
        "number": "number",
        "string": "string",
        "uuid": "uuid",
    }
    return Token(
        kind=kinds.get(match.lastgroup, "operator"), text=text, value=value, name=text, offset=match.start()
    )


def _quoted(text: str, offset: int, *, after_dot: bool) -> Token:
    match = (_QUOTED_NAME if after_dot else _QUOTED_TEXT).match(text, offset)
    if not match:
        raise _unreadable(text, offset)
    name = match[1].replace('""', '"')
    value = name if after_dot else _unescaped(match)
    return Token(kind="quoted", text=match[0], value=value, name=name, offset=offset)


def _unescaped(match: re.Match[str]) -> str:
    body = re.sub(r'(\\.)|""', lambda part: part[1] or r"\"", match[1], flags=re.DOTALL)
    try:
        value = str(json.loads(f'"{body}"', strict=False))
        value.encode()  # fails for half of a surrogate pair, which JSON lets pass
    except ValueError as error:
        raise QueryError(
            "a double-quoted string takes the escapes of JSON only",
            offset=match.start(),
            length=len(match[0]),
            code="badEscape",
            suggestion="single quotes take no escapes but '' for a quote",
        ) from error
    return value


def _unreadable(text: str, offset: int) -> QueryError:
    character = text[offset]
    if character in "'\"":
        return QueryError("this quote is never closed", offset=offset, code="unterminatedString")
    if character.isdigit() or character == ".":
        return QueryError("this is no number", offset=offset, code="badNumber")
    suggestion = _ADVICE.get(character)
    message = f"unexpected character {character!r}"
    return QueryError(message, offset=offset, code="badCharacter", suggestion=suggestion)
