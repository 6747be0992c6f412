"""Clause text (`select: * | filter: ...`) to the syntax tree.

Source: spec/btql.md section 2.1. Clauses stand in any order, each at most once, separated by bars, by lines
or by nothing.
"""

import difflib
from collections.abc import Callable
from typing import Any, Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parts import PartParser
from otel_bridge_collector.query.reader import TokenReader
from otel_bridge_collector.query.syntax import Query
from otel_bridge_collector.query.tokens import Token


def parse_clauses(reader: TokenReader) -> Query:
    """Return the tree of a query in clauses.

    Raises:
        QueryError: it is none, with the place and what was expected.
    """
    parts = PartParser(reader)
    fields: dict[str, Any] = {}
    while True:
        while reader.accept_operator("|"):
            pass
        token = reader.peek()
        if token.kind == "end" or token.is_operator(";"):
            break
        name = _clause_name(reader)
        if name in fields:
            raise _bad_clause(token, f'the clause "{name}" comes twice', code="duplicateClause")
        fields[name] = _clauses(parts, reader)[name]()
    reader.expect_end()
    return Query(**{_FIELDS.get(name, name): value for name, value in fields.items()})


_NO_SQL: Final = {
    "where": "filter",
    "group": "dimensions",
    "order": "sort",
    "having": "final_filter",
    "offset": "cursor",
}
_FIELDS: Final = {"from": "source"}


def _clauses(parts: PartParser, reader: TokenReader) -> dict[str, Callable[[], object]]:
    expression = parts.expressions.expression
    return {
        "select": lambda: reader.comma_separated(parts.selected),
        "dimensions": lambda: reader.comma_separated(parts.selected),
        "measures": lambda: reader.comma_separated(parts.selected),
        "from": parts.source,
        "filter": expression,
        "trace_filter": expression,
        "final_filter": expression,
        "sort": lambda: reader.comma_separated(parts.sorted),
        "limit": parts.whole_number,
        "cursor": parts.text,
        "pivot": parts.pivot,
        "unpivot": lambda: reader.comma_separated(parts.unpivot),
        "sample": parts.sample,
        "preview_length": lambda: (
            -parts.whole_number() if reader.accept_operator("-") else parts.whole_number()
        ),
    }


_NAMES: Final = tuple(sorted(_clauses(PartParser(TokenReader("")), TokenReader(""))))


def _clause_name(reader: TokenReader) -> str:
    token = reader.peek()
    if token.kind != "name" or not reader.peek(1).is_operator(":"):
        if token.is_word(*_NO_SQL):
            clause = _NO_SQL[token.text.lower()]
            raise reader.expected("a clause", suggestion=f"write {clause}: in a query of clauses")
        raise reader.expected("a clause such as filter: or the end of the query")
    name = token.text.lower()
    if name not in _NAMES:
        near = difflib.get_close_matches(name, _NAMES, n=1)
        suggestion = f"did you mean {near[0]}?" if near else f"clauses are {', '.join(_NAMES)}"
        raise QueryError(
            f'unknown clause "{token.text}"',
            offset=token.offset,
            length=token.place.length,
            code="unknownClause",
            suggestion=suggestion,
            replacement=near[0] if near else None,
        )
    reader.next()
    reader.expect_operator(":")
    return name


def _bad_clause(token: Token, message: str, *, code: str, suggestion: str | None = None) -> QueryError:
    return QueryError(
        message, offset=token.offset, length=token.place.length, code=code, suggestion=suggestion
    )
