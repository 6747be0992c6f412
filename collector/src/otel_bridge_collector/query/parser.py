"""A request's query to the syntax tree: which of the three languages it is, and which parser reads it.

Source: spec/btql.md section 0: text is SQL if it begins with SELECT, otherwise clauses; an object is the SDKs' tree.
"""

from collections.abc import Mapping

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import clauses, json_tree, sql_text
from otel_bridge_collector.query.expression import ExpressionParser
from otel_bridge_collector.query.reader import TokenReader
from otel_bridge_collector.query.syntax import Expression, Query

_NO_QUERIES = (
    "drop",
    "insert",
    "update",
    "delete",
    "create",
    "alter",
    "attach",
    "copy",
    "pragma",
    "set",
    "truncate",
)


def parse(query: Json) -> Query:
    """Return the tree of a query text or of a query given as JSON.

    Raises:
        QueryError: it is no query, with the place and what was expected.
    """
    if isinstance(query, str):
        return parse_text(query)
    if isinstance(query, Mapping):
        return json_tree.parse_query(query)
    raise QueryError("the query is neither a text nor an object", code="missingQuery", path="query")


def parse_text(text: str) -> Query:
    """Return the tree of a query in clauses or in SQL.

    Raises:
        QueryError: it is no query, with the place and what was expected.
    """
    reader = TokenReader(text)
    first, second = reader.peek(), reader.peek(1)
    if first.kind == "end":
        raise QueryError(
            "the query is empty",
            code="emptyQuery",
            suggestion="write for example: filter: is_root | limit: 10",
        )
    if first.is_word("select", "with") and not second.is_operator(":"):
        return sql_text.parse_select(reader)
    if first.is_word(*_NO_QUERIES) and not second.is_operator(":"):
        raise QueryError(
            f"{first.text.upper()} is no query; only SELECT and clause queries are",
            offset=first.offset,
            length=first.place.length,
            code="notAQuery",
        )
    return clauses.parse_clauses(reader)


def parse_expressions(text: str) -> tuple[Expression, ...]:
    """Return the trees of an expression alone, or of several in brackets: `[input.question, metadata.language]`.

    Raises:
        QueryError: it is neither, with the place and what was expected.
    """
    reader = TokenReader(text)
    parser = ExpressionParser(reader)
    if reader.accept_operator("["):
        expressions = reader.comma_separated(parser.expression)
        reader.expect_operator("]")
    else:
        expressions = (parser.expression(),)
    reader.expect_end()
    return expressions


def parse_expression(text: str) -> Expression:
    """Return the tree of an expression alone; the `filter:` or WHERE that a query has before it may stand there.

    Raises:
        QueryError: it is no expression, with the place and what was expected.
    """
    reader = TokenReader(text)
    if reader.peek().is_word("filter") and reader.peek(1).is_operator(":"):
        reader.next()
        reader.next()
    else:
        reader.accept_word("where")
    expression = ExpressionParser(reader).expression()
    reader.expect_end()
    return expression
