"""A reader over the tokens of a query, with the errors of a parser. It knows no grammar either."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, TypeVar

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Place
from otel_bridge_collector.query.tokens import Token, tokenize

_Item = TypeVar("_Item")

MAX_NESTING: Final = 200
"""How deep expressions may nest; every step walks them by recursion. What takes more of it counts as two levels: a call, `? :`,
CASE, a list and an object."""


class TokenReader:
    """Reads tokens one after another; the end is read for ever."""

    def __init__(self, text: str) -> None:
        self._tokens = tokenize(text)
        self._position = 0
        self._depth = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return a token without reading it."""
        return self._tokens[min(self._position + ahead, len(self._tokens) - 1)]

    def next(self) -> Token:
        """Read a token."""
        token = self.peek()
        self._position += 1
        return token

    def accept_operator(self, *operators: str) -> Token | None:
        """Read a token if it is one of these operators."""
        return self.next() if self.peek().is_operator(*operators) else None

    def accept_word(self, *words: str) -> Token | None:
        """Read a token if it is one of these words, whatever its case."""
        return self.next() if self.peek().is_word(*words) else None

    def expect_operator(self, operator: str) -> Token:
        """Read an operator that must be there.

        Raises:
            QueryError: something else is.
        """
        return self.accept_operator(operator) or self._refuse(f'"{operator}"')

    def expect_word(self, word: str) -> Token:
        """Read a word that must be there.

        Raises:
            QueryError: something else is.
        """
        return self.accept_word(word) or self._refuse(word.upper())

    def expect_end(self) -> None:
        """Check that nothing but an optional semicolon is left.

        Raises:
            QueryError: something is.
        """
        self.accept_operator(";")
        if self.peek().kind != "end":
            self._refuse("the end of the query")

    def comma_separated(self, item: Callable[[], _Item]) -> tuple[_Item, ...]:
        """Read one item and more behind commas."""
        items = [item()]
        while self.accept_operator(","):
            items.append(item())
        return tuple(items)

    def expected(self, what: str, *, suggestion: str | None = None) -> QueryError:
        """Return the error that the next token is not `what`."""
        token = self.peek()
        found = f'"{token.text}"' if token.text else "the end"
        return QueryError(
            f"expected {what}, found {found}",
            offset=token.offset,
            length=token.place.length,
            suggestion=suggestion,
        )

    @contextmanager
    def nested(self) -> Generator[None]:
        """Count one level of nesting while the block runs.

        Raises:
            QueryError: it is one too many.
        """
        self.check_nesting(1)
        self._depth += 1
        yield
        self._depth -= 1

    def check_nesting(self, more: int) -> None:
        """Check that `more` levels below the current one are allowed.

        Raises:
            QueryError: they are not.
        """
        if self._depth + more > MAX_NESTING:
            message = f"the query nests deeper than {MAX_NESTING} levels"
            raise QueryError(message, offset=self.peek().offset, code="tooDeep")

    def _refuse(self, what: str) -> Token:
        raise self.expected(what)


def between(first: Place | None, last: Place | None) -> Place | None:
    """Return the place from the start of one to the end of the other."""
    if first is None or last is None:
        return first or last
    return Place(offset=first.offset, length=last.offset + last.length - first.offset)


def query_error(
    message: str, place: Place | None, *, code: str = "syntax", suggestion: str | None = None
) -> QueryError:
    """Return an error at a place of the query."""
    return QueryError(
        message,
        offset=place.offset if place else None,
        length=place.length if place else 1,
        code=code,
        suggestion=suggestion,
    )
