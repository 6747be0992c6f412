"""A SQL SELECT to the syntax tree.

Source: spec/btql.md section 2.2, the subset without UNPIVOT, PIVOT, TABLESAMPLE and subqueries.
"""

from typing import Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parts import PartParser
from otel_bridge_collector.query.reader import TokenReader
from otel_bridge_collector.query.syntax import Expression, Query, Selected, Sorted, Source
from otel_bridge_collector.query.tokens import Token

_REFUSED: Final = {
    "with": "WITH is not supported; write one SELECT",
    "join": "JOIN is not supported; query one source, or several as project_logs('a', 'b')",
    "inner": "JOIN is not supported; query one source, or several as project_logs('a', 'b')",
    "left": "JOIN is not supported; query one source, or several as project_logs('a', 'b')",
    "union": "UNION is not supported; query several sources as project_logs('a', 'b')",
    "intersect": "INTERSECT is not supported; combine conditions with AND",
    "except": "EXCEPT is not supported; combine conditions with AND NOT",
    "over": "window functions are not supported; use GROUP BY",
    "rollup": "ROLLUP is not supported; use GROUP BY",
    "pivot": "PIVOT is not supported yet; group by the column instead",
    "unpivot": "UNPIVOT is not supported yet; name the key, as in scores.Factuality",
    "tablesample": "TABLESAMPLE is not supported yet; use LIMIT",
    "settings": "SETTINGS are not supported yet; leave them out",
}


def parse_select(reader: TokenReader) -> Query:
    """Return the tree of one SELECT.

    Raises:
        QueryError: it is none, or it uses what is not supported, with the place and what to do.
    """
    return _SelectParser(reader).query()


class _SelectParser:
    def __init__(self, reader: TokenReader) -> None:
        self._reader = reader
        self._parts = PartParser(reader)

    def query(self) -> Query:
        self._refuse_unsupported()
        self._reader.expect_word("select")
        distinct = self._reader.accept_word("distinct")
        columns = self._reader.comma_separated(self._parts.selected)
        source = self._source()
        condition = self._condition("where")
        groups = self._by("group")
        having = self._condition("having")
        sort = self._sort()
        limit = self._limit()
        cursor = self._cursor()
        self._refuse_unsupported()
        self._reader.expect_end()
        return Query(
            select=columns,
            dimensions=_distinct(columns, distinct) if distinct else groups,
            source=source,
            filter=condition,
            final_filter=having,
            sort=sort,
            limit=limit,
            cursor=cursor,
        )

    def _source(self) -> Source | None:
        self._refuse_unsupported()
        if not self._reader.accept_word("from"):
            return None
        if self._reader.peek().is_operator("("):
            raise _unsupported(
                self._reader.peek(), "a subquery is not supported yet; query the source itself"
            )
        source = self._parts.source()
        if self._reader.peek().is_operator(","):
            raise _unsupported(self._reader.peek(), _REFUSED["join"])
        if self._reader.peek().is_word("as"):
            raise _unsupported(self._reader.peek(), "a source takes no alias; name its columns alone")
        return source

    def _condition(self, word: str) -> Expression | None:
        self._refuse_unsupported()
        return self._parts.expressions.expression() if self._reader.accept_word(word) else None

    def _by(self, word: str) -> tuple[Selected, ...]:
        self._refuse_unsupported()
        if not self._reader.accept_word(word):
            return ()
        self._reader.expect_word("by")
        self._refuse_unsupported()
        return self._reader.comma_separated(lambda: Selected(expression=self._parts.expressions.expression()))

    def _sort(self) -> tuple[Sorted, ...]:
        self._refuse_unsupported()
        if not self._reader.accept_word("order"):
            return ()
        self._reader.expect_word("by")
        return self._reader.comma_separated(self._parts.sorted)

    def _limit(self) -> int | None:
        self._refuse_unsupported()
        return self._parts.whole_number() if self._reader.accept_word("limit") else None

    def _cursor(self) -> str | None:
        self._refuse_unsupported()
        if not self._reader.accept_word("offset"):
            return None
        if self._reader.peek().kind == "number":
            raise QueryError(
                "OFFSET takes the cursor of the previous answer, not a number",
                offset=self._reader.peek().offset,
                length=self._reader.peek().place.length,
                code="numericOffset",
                suggestion="page with OFFSET '<cursor>'",
            )
        return self._parts.text(suggestion="page with OFFSET '<cursor>'")

    def _refuse_unsupported(self) -> None:
        token = self._reader.peek()
        if token.is_word(*_REFUSED):
            raise _unsupported(token, _REFUSED[token.text.lower()])
        if token.is_word("filter") and self._reader.peek(1).is_operator(":"):
            raise self._reader.expected("SQL", suggestion="write WHERE in a SELECT")


def _distinct(columns: tuple[Selected, ...], distinct: Token) -> tuple[Selected, ...]:
    if any(column.expression is None for column in columns):
        raise _unsupported(distinct, "SELECT DISTINCT needs named columns; every row has an id of its own")
    return tuple(Selected(expression=column.expression) for column in columns)


def _unsupported(token: Token, message: str) -> QueryError:
    return QueryError(message, offset=token.offset, length=token.place.length, code="unsupported")
