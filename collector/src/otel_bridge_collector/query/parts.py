"""Parts that clause text and SQL text share: output columns, sort keys, sources, counts."""

from typing import Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.expression import ExpressionParser
from otel_bridge_collector.query.reader import TokenReader, between
from otel_bridge_collector.query.syntax import SHAPES, Selected, Shape, Sorted, Source
from otel_bridge_collector.query.tokens import Token

_NO_ALIAS: Final = frozenset({
    "from", "where", "group", "having", "order", "limit", "offset", "union", "intersect", "except", "join", "inner", "left",
    "over",
    "unpivot", "pivot", "tablesample", "settings", "asc", "desc", "nulls",
})  # fmt: skip
"""Words that end an output column, so they can be an alias only behind AS."""


class PartParser:
    """Reads the parts that stand in a clause as well as in SQL."""

    def __init__(self, reader: TokenReader) -> None:
        self._reader = reader
        self.expressions = ExpressionParser(reader)

    def selected(self) -> Selected:
        """Read `*` or an expression with an optional alias."""
        token = self._reader.peek()
        if self._reader.accept_operator("*"):
            return Selected(expression=None, place=token.place)
        expression = self.expressions.expression()
        alias = self._alias()
        return Selected(expression=expression, alias=alias, place=between(token.place, expression.place))

    def _alias(self) -> str | None:
        token = self._reader.peek()
        if self._reader.accept_word("as"):
            name = self._reader.peek()
            if name.kind not in ("name", "quoted"):
                raise self._reader.expected("a name behind AS")
            return self._reader.next().name
        starts_clause = self._reader.peek(1).is_operator(":")
        if token.kind == "name" and not starts_clause and not token.is_word(*_NO_ALIAS):
            return self._reader.next().text
        return None

    def sorted(self) -> Sorted:
        """Read a sort key with an optional direction and place of nulls."""
        expression = self.expressions.expression()
        descending = bool(self._reader.accept_word("desc"))
        if not descending:
            self._reader.accept_word("asc")
        nulls_first = False
        if self._reader.accept_word("nulls"):
            nulls_first = bool(self._reader.accept_word("first"))
            if not nulls_first:
                self._reader.expect_word("last")
        return Sorted(expression=expression, descending=descending, nulls_first=nulls_first)

    def source(self) -> Source:
        """Read `project_logs('a', 'b')` or a bare name, with an optional shape."""
        name = self._reader.peek()
        if name.kind not in ("name", "quoted"):
            raise self._reader.expected("a source such as project_logs('my project')")
        self._reader.next()
        references: list[str] = []
        shape: Shape = "spans"
        if self._reader.accept_operator("("):
            while not self._reader.accept_operator(")"):
                if references:
                    self._reader.expect_operator(",")
                if self._reader.peek().is_word("shape") and self._reader.peek(1).is_operator("=>"):
                    shape = self._named_shape()
                else:
                    references.append(self._reference())
        token = self._reader.peek()
        if token.is_word(*SHAPES) and not self._reader.peek(1).is_operator(":"):
            shape = shape_of(self._reader.next())
        return Source(kind=name.name.lower(), references=tuple(references), shape=shape, place=name.place)

    def _named_shape(self) -> Shape:
        self._reader.next()
        self._reader.expect_operator("=>")
        return shape_of(self._reader.next())

    def _reference(self) -> str:
        token = self._reader.peek()
        if token.kind not in ("string", "quoted"):
            raise self._reader.expected("an id or a name in quotes")
        return self._reader.next().value

    def whole_number(self) -> int:
        """Read a number that counts something."""
        token = self._reader.peek()
        if token.kind != "number" or not token.text.isdecimal():
            raise self._reader.expected("a whole number")
        self._reader.next()
        return int(token.text)

    def text(self, *, suggestion: str | None = None) -> str:
        """Read a string in either kind of quotes."""
        token = self._reader.peek()
        if token.kind not in ("string", "quoted"):
            raise self._reader.expected("a string in quotes", suggestion=suggestion)
        return self._reader.next().value


def shape_of(token: Token) -> Shape:
    """Return the shape that a token names.

    Raises:
        QueryError: it names none.
    """
    for shape in SHAPES:
        if token.value.lower() == shape:
            return shape
    raise QueryError(
        f'unknown shape "{token.value}", expected one of {", ".join(SHAPES)}',
        offset=token.offset,
        length=token.place.length,
        code="unknownShape",
    )
