"""A SQL SELECT to the syntax tree.

Source: spec/btql.md section 2.2. WHERE, GROUP BY, UNPIVOT, PIVOT and TABLESAMPLE stand in any order behind FROM, as in the
examples of Braintrust's documentation.
"""

from dataclasses import replace
from typing import Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parts import PartParser
from otel_bridge_collector.query.reader import TokenReader, query_error
from otel_bridge_collector.query.syntax import Expression, Path, Query, Selected, Sorted
from otel_bridge_collector.query.tokens import Token
from otel_bridge_collector.query.walk import rewrite_query

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
}

_MIDDLE: Final = ("where", "group", "unpivot", "pivot", "tablesample")
_AFTER_SOURCE: Final = (*_MIDDLE, "having", "order", "limit", "offset", "settings", *_REFUSED)
_NO_CLAUSES: Final = {
    "filter": "WHERE",
    "sort": "ORDER BY",
    "dimensions": "GROUP BY",
    "final_filter": "HAVING",
    "cursor": "OFFSET",
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
        self._subquery_name: str | None = None

    def query(self) -> Query:
        query = self._select(may_nest=True)
        self._refuse_unsupported()
        self._reader.expect_end()
        return rewrite_query(query, self._unnamed) if self._subquery_name else query

    def _select(self, *, may_nest: bool) -> Query:
        self._refuse_unsupported()
        self._reader.expect_word("select")
        distinct = self._reader.accept_word("distinct")
        columns = self._reader.comma_separated(self._parts.selected)
        query = self._from(Query(select=columns, is_sql=True), may_nest=may_nest)
        query = self._middle(query)
        if distinct:
            query = replace(query, dimensions=_distinct(columns, distinct))
        return replace(
            query,
            final_filter=self._condition("having"),
            sort=self._sort(),
            limit=self._limit(),
            cursor=self._cursor(),
            settings=self._settings(),
        )

    def _from(self, query: Query, *, may_nest: bool) -> Query:
        self._refuse_unsupported()
        if not self._reader.accept_word("from"):
            return query
        if self._reader.peek().is_operator("("):
            query = self._subquery(query, may_nest=may_nest)
        else:
            query = replace(query, source=self._parts.source())
            if self._reader.peek().is_word("as"):
                raise _unsupported(self._reader.peek(), "a source takes no alias; name its columns alone")
        if self._reader.peek().is_operator(","):
            raise _unsupported(self._reader.peek(), _REFUSED["join"])
        return query

    def _subquery(self, query: Query, *, may_nest: bool) -> Query:
        opening = self._reader.expect_operator("(")
        if not may_nest:
            raise _unsupported(opening, "a subquery inside a subquery is not supported")
        subquery = self._select(may_nest=False)
        self._reader.expect_operator(")")
        name: str | None = None
        if self._reader.accept_word("as"):
            name = self._parts.name()
        elif self._reader.peek().kind == "name" and not self._reader.peek().is_word(*_AFTER_SOURCE):
            name = self._reader.next().name
        outputs = {_output_name(column) for column in subquery.select}
        # Before an output's own inside its name means the output.
        self._subquery_name = None if name in outputs else name
        return replace(query, subquery=subquery)

    def _unnamed(self, node: Expression) -> Expression | None:
        """Return what `t.model` means where `t` is the subquery: there is no other source to tell it from."""
        if isinstance(node, Path) and node.parts[1:] and node.parts[0] == self._subquery_name:
            return replace(node, parts=node.parts[1:])
        return None

    def _middle(self, query: Query) -> Query:
        """Read what stands between FROM and HAVING; UNPIVOT may come again."""
        given: set[str] = set()
        while (token := self._reader.peek()).is_word(*_MIDDLE):
            word = token.text.lower()
            if word in given and word != "unpivot":
                raise query_error(f"{word.upper()} comes twice", token.place, code="duplicateClause")
            given.add(word)
            self._reader.next()
            query = self._part(word, query)
        return query

    def _part(self, word: str, query: Query) -> Query:
        match word:
            case "where":
                return replace(query, filter=self._parts.expressions.expression())
            case "group":
                return replace(query, dimensions=self._groups())
            case "pivot":
                return replace(query, pivot=self._parts.sql_pivot())
            case "tablesample":
                return replace(query, sample=self._parts.sql_sample())
            case _:
                return replace(query, unpivot=(*query.unpivot, self._parts.sql_unpivot()))

    def _condition(self, word: str) -> Expression | None:
        self._refuse_unsupported()
        return self._parts.expressions.expression() if self._reader.accept_word(word) else None

    def _groups(self) -> tuple[Selected, ...]:
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

    def _settings(self) -> tuple[str, ...]:
        self._refuse_unsupported()
        if not self._reader.accept_word("settings"):
            return ()
        return self._reader.comma_separated(self._setting)

    def _setting(self) -> str:
        name = self._parts.name()
        self._reader.expect_operator("=")
        self._parts.expressions.constant()
        return name

    def _refuse_unsupported(self) -> None:
        token = self._reader.peek()
        if token.is_word(*_REFUSED):
            raise _unsupported(token, _REFUSED[token.text.lower()])
        if token.is_word(*_NO_CLAUSES) and self._reader.peek(1).is_operator(":"):
            word = _NO_CLAUSES[token.text.lower()]
            raise self._reader.expected("SQL", suggestion=f"write {word} in a SELECT")


def _distinct(columns: tuple[Selected, ...], distinct: Token) -> tuple[Selected, ...]:
    if any(column.expression is None for column in columns):
        raise _unsupported(distinct, "SELECT DISTINCT needs named columns; every row has an id of its own")
    return tuple(Selected(expression=column.expression) for column in columns)


def _output_name(column: Selected) -> str | int | None:
    return column.alias or (column.expression.parts[-1] if isinstance(column.expression, Path) else None)


def _unsupported(token: Token, message: str) -> QueryError:
    return QueryError(message, offset=token.offset, length=token.place.length, code="unsupported")
