"""Parts that clause text and SQL text share: output columns, sort keys, sources, counts."""

from dataclasses import replace
from typing import Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.expression import COMPARISON, ExpressionParser
from otel_bridge_collector.query.number import count_of
from otel_bridge_collector.query.reader import TokenReader, between, query_error
from otel_bridge_collector.query.syntax import (
    SHAPES,
    Expression,
    Literal,
    Path,
    Pivot,
    Sample,
    Selected,
    Shape,
    Sorted,
    Source,
    Unpivot,
)
from otel_bridge_collector.query.tokens import Token

_NO_ALIAS: Final = frozenset({
    "from", "where", "group", "having", "order", "limit", "offset", "union", "intersect", "except", "join", "inner", "left",
    "over",
    "for", "unpivot", "pivot", "tablesample", "settings", "asc", "desc", "nulls",
})  # fmt: skip
"""Words that end an output column, so they can be an alias only behind AS."""


_KEY_AND_VALUE: Final = 2


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
        is_bare = token.kind == "uuid" or (token.kind == "number" and token.text.isdecimal())
        if token.kind not in ("string", "quoted") and not is_bare:
            raise self._reader.expected("an id or a name in quotes")
        return self._reader.next().value

    def unpivot(self) -> Unpivot:
        """Read `scores as (name, value)` or `tags as (tag)`."""
        path = self._path()
        self._reader.expect_word("as")
        self._reader.expect_operator("(")
        names = self._reader.comma_separated(self.name)
        self._reader.expect_operator(")")
        if len(names) > _KEY_AND_VALUE:
            message = "unpivot takes the names of a key and a value, or of an element"
            raise query_error(message, path.place)
        return Unpivot(of=path, key=names[0] if names[1:] else None, value=names[-1], place=path.place)

    def sql_unpivot(self) -> Unpivot:
        """Read `(value FOR key IN (scores))`, in which the key `_` stands for the elements of a list."""
        self._reader.expect_operator("(")
        value = self.name()
        self._reader.expect_word("for")
        key = self.name()
        self._reader.expect_word("in")
        self._reader.expect_operator("(")
        path = self._path()
        self._reader.expect_operator(")")
        self._reader.expect_operator(")")
        return Unpivot(of=path, key=None if key == "_" else key, value=value, place=path.place)

    def pivot(self) -> Pivot:
        """Read the measures whose values become columns, by their names."""
        place = self._reader.peek().place
        names = self._reader.comma_separated(self.expressions.expression)
        return Pivot(measures=tuple(Selected(expression=_name_of(name)) for name in names), place=place)

    def sql_pivot(self) -> Pivot:
        """Read `(avg(x) AS mean FOR path IN (ANY))`."""
        place = self._reader.peek().place
        self._reader.expect_operator("(")
        measures = self._reader.comma_separated(self.selected)
        self._reader.expect_word("for")
        key = self._path()
        self._reader.expect_word("in")
        self._reader.expect_operator("(")
        if not self._reader.accept_word("any"):
            message = "PIVOT takes IN (ANY) only: columns are made of the values that are there"
            raise query_error(message, self._reader.peek().place, code="unsupported")
        self._reader.expect_operator(")")
        self._reader.expect_operator(")")
        return Pivot(measures=measures, key=key, place=place)

    def sample(self) -> Sample:
        """Read how many rows (`100`) or which share of them (`25%`, `0.25`), and an optional seed."""
        token = self._reader.peek()
        if token.kind != "number":
            raise self._reader.expected("how many rows, or a share such as 25%")
        self._reader.next()
        percent = self._reader.accept_operator("%") or self._reader.accept_word("percent")
        seed = self.whole_number() if self._reader.accept_word("seed") else 0
        return sample_of(token, percent=percent is not None, seed=seed)

    def sql_sample(self) -> Sample:
        """Read what stands behind TABLESAMPLE: `(10 PERCENT)` or `(100 ROWS)`, then `REPEATABLE (1)`."""
        self._reader.accept_word("bernoulli", "system", "reservoir")
        self._reader.expect_operator("(")
        sampled = self.sample()
        self._reader.accept_word("rows")
        self._reader.expect_operator(")")
        if self._reader.accept_word("repeatable"):
            self._reader.expect_operator("(")
            sampled = replace(sampled, seed=self.whole_number())
            self._reader.expect_operator(")")
        return sampled

    def name(self) -> str:
        """Read a name, which may stand in double quotes."""
        if self._reader.peek().kind not in ("name", "quoted"):
            raise self._reader.expected("a name")
        return self._reader.next().name

    def _path(self) -> Path:
        token = self._reader.peek()
        expression = _name_of(self.expressions.expression(COMPARISON))
        if isinstance(expression, Path):
            return expression
        raise query_error("expected a path such as scores", token.place)

    def whole_number(self) -> int:
        """Read a number that counts something."""
        token = self._reader.peek()
        if token.kind != "number" or not token.text.isdecimal():
            raise self._reader.expected("a whole number")
        self._reader.next()
        return count_of(token)

    def text(self, *, suggestion: str | None = None) -> str:
        """Read a string in either kind of quotes."""
        token = self._reader.peek()
        if token.kind not in ("string", "quoted"):
            raise self._reader.expected("a string in quotes", suggestion=suggestion)
        return self._reader.next().value


def _name_of(expression: Expression) -> Expression:
    """Return a text in double quotes as the name that it is where only names stand; anything else is itself."""
    if isinstance(expression, Literal) and expression.name is not None:
        return Path(parts=(expression.name,), place=expression.place)
    return expression


def sample_of(token: Token, *, percent: bool, seed: int) -> Sample:
    """Return the sample that a number asks for: rows where it is whole, else a share.

    Raises:
        QueryError: it is neither.
    """
    share = float(token.text) / (100 if percent else 1)
    if not percent and token.text.isdecimal() and share >= 1:
        return Sample(count=count_of(token), seed=seed)
    if not 0 <= share <= 1:
        message = "a sample is a whole number of rows, or a share of them from 0 to 1 or 0% to 100%"
        raise query_error(message, token.place, code="badArgument")
    return Sample(rate=share, seed=seed)


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
