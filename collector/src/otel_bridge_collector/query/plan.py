"""A query's names and clauses to what they mean: outputs, groups, sort keys, pages, limits. No SQL, no I/O.

Source: spec/btql.md sections 3 (sources), 6 (groups), 7 (sort, limit, cursor) and 9 (limits).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import build, trace
from otel_bridge_collector.query.columns import OBJECT_TYPES, is_known, nearest
from otel_bridge_collector.query.lower import is_aggregate, query_error
from otel_bridge_collector.query.names import Aliases, Output, at_position, outputs_of
from otel_bridge_collector.query.page import PageOrder, decode_cursor
from otel_bridge_collector.query.syntax import Expression, Path, Query, Selected, Sorted, Source
from otel_bridge_collector.query.walk import anywhere

DEFAULT_ROWS: Final = 1_000
DEFAULT_TRACES: Final = 100
DEFAULT_GROUPS: Final = 10_000
MAX_ROWS: Final = 100_000
"""Most rows, traces or groups of one answer."""

_DEFAULT_SOURCE: Final = Source(kind="project_logs")
_NEWEST_FIRST: Final = PageOrder(by="pagination_key", descending=True)


class Catalog(Protocol):
    """Knows which objects there are."""

    def find(self, source: Source) -> Sequence[str] | None:
        """Return the ids of the objects of a source, or None for all of its kind.

        Raises:
            QueryError: an object that is not there, or a name that several have.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that the asker should know; the query runs all the same."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query whose names are resolved.

    Attributes:
        object_ids: the objects to read, or None for all of the type.
        traces: whether the filter chooses traces, of which all spans are rows.
        outputs: name and expression of each output column, in the order in which they were selected.
        groups: keys of the groups; None where rows are not grouped, empty where all are one group.
        page: the order in which pages follow, or None where the answer has one page only.
        position: where the page begins, in `page`; None for the first page.
    """

    object_type: str
    object_ids: Sequence[str] | None
    traces: bool
    outputs: Sequence[Output]
    groups: Sequence[Expression] | None
    filter: Expression | None
    trace_filter: Expression | None
    having: Expression | None
    sort: Sequence[Sorted]
    limit: int
    page: PageOrder | None
    position: tuple[int, ...] | None
    notices: Sequence[Notice]


def plan(query: Query, catalog: Catalog) -> Plan:
    """Resolve the names of a query.

    Raises:
        QueryError: a name that means nothing or several things, or clauses that do not go together.
    """
    source = query.source or _DEFAULT_SOURCE
    object_type = _object_type(source)
    columns = _columns(query)
    aliases = Aliases(columns)
    condition = _condition(query, aliases)
    groups = _groups(query, columns, aliases)
    chosen, span_filter = trace.split_filter(condition) if source.shape == "traces" else (condition, None)
    sort = tuple(
        replace(key, expression=aliases.resolve(at_position(key.expression, columns), aliases_first=True))
        for key in query.sort
    )
    page = _page(query, sort) if groups is None else None
    if source.shape == "traces" and groups is None and sort:
        raise query_error(
            "sort on the traces shape is not supported yet",
            sort[0].expression.place,
            code="unsupported",
            suggestion="leave it out; traces come newest first",
        )
    outputs = outputs_of(columns, object_type)
    spans = _all_of(span_filter, query.trace_filter)
    having = query.final_filter and aliases.resolve(query.final_filter, aliases_first=True)
    limit, notices = _limit(query, source, grouped=groups is not None)
    used = [*(value for _, value in outputs), *(key.expression for key in sort), *(groups or ())]
    conditions = [part for part in (chosen, spans, having) if part]
    return Plan(
        object_type=object_type,
        object_ids=catalog.find(source),
        traces=source.shape == "traces",
        outputs=outputs,
        groups=groups,
        filter=trace.without_span_filters(chosen) if chosen and source.shape == "spans" else chosen,
        trace_filter=spans,
        having=having,
        sort=sort,
        limit=limit,
        page=page,
        position=decode_cursor(query.cursor, page) if query.cursor and page else None,
        notices=(*notices, *_unknown_fields([*used, *conditions])),
    )


def _object_type(source: Source) -> str:
    if source.kind in OBJECT_TYPES:
        return OBJECT_TYPES[source.kind]
    known = ", ".join(OBJECT_TYPES)
    message = f'unknown source "{source.kind}", expected one of {known}'
    raise query_error(message, source.place, code="unknownSource")


def _columns(query: Query) -> tuple[Selected, ...]:
    """Return the output columns: the selected ones, or keys and measures of the groups."""
    grouped = (*query.dimensions, *query.measures)
    if query.select:
        # SELECT names its columns and GROUP BY the keys; in clauses, `measures:` adds columns to `select:`.
        return (*query.select, *query.measures)
    return grouped


def _condition(query: Query, aliases: Aliases) -> Expression | None:
    if query.filter is None:
        return None
    condition = aliases.resolve(query.filter, aliases_first=False)
    if is_aggregate(condition):
        raise query_error(
            "an aggregate cannot stand in a filter of rows",
            condition.place,
            code="aggregateInFilter",
            suggestion="use HAVING or final_filter",
        )
    return condition


def _groups(query: Query, columns: Sequence[Selected], aliases: Aliases) -> tuple[Expression, ...] | None:
    """Return the keys of the groups; an aggregate without keys makes one group of all rows."""
    aggregated = any(column.expression and is_aggregate(column.expression) for column in columns)
    if not query.dimensions and not query.measures and not aggregated:
        if query.final_filter:
            raise query_error(
                "HAVING needs groups", query.final_filter.place, code="syntax", suggestion="use WHERE"
            )
        return None
    if any(column.expression is None for column in columns):
        raise QueryError("groups have no * columns", code="notGrouped", suggestion="name what to select")
    return tuple(
        aliases.resolve(at_position(key.expression, columns), aliases_first=False)
        for key in query.dimensions
        if key.expression
    )


def _page(query: Query, sort: Sequence[Sorted]) -> PageOrder | None:
    if not sort:
        return _NEWEST_FIRST
    key = sort[0].expression
    if len(sort) == 1 and isinstance(key, Path) and key.parts == ("_pagination_key",):
        return PageOrder(by="pagination_key", descending=sort[0].descending)
    if len(sort) == 1 and isinstance(key, Path) and key.parts == ("_xact_id",):
        return PageOrder(by="xact_id", descending=sort[0].descending)
    if query.cursor:
        raise query_error(
            "a cursor needs no sort, or a sort by _pagination_key or _xact_id alone",
            key.place,
            code="cursorSort",
            suggestion="filter on the last value of your sort key instead",
        )
    return None


def _limit(query: Query, source: Source, *, grouped: bool) -> tuple[int, list[Notice]]:
    if query.limit is None:
        rows = DEFAULT_TRACES if source.shape == "traces" else DEFAULT_ROWS
        return (DEFAULT_GROUPS if grouped else rows), []
    if query.limit <= MAX_ROWS:
        return query.limit, []
    message = f"the limit {query.limit} was cut to {MAX_ROWS}"
    return MAX_ROWS, [Notice(code="limitClamped", message=message)]


def _all_of(*conditions: Expression | None) -> Expression | None:
    terms = [condition for condition in conditions if condition]
    return build.logical("and", terms) if terms else None


def _unknown_fields(expressions: Sequence[Expression]) -> Iterator[Notice]:
    names: dict[str, None] = {}

    def note(node: Expression) -> bool:
        if isinstance(node, Path) and not is_known(str(node.parts[0])):
            names[str(node.parts[0])] = None
        return False

    for expression in expressions:
        anywhere(expression, note)
    for name in names:
        near = nearest(name)
        hint = f"; did you mean {near}?" if near else ""
        message = f'"{name}" is no column of Braintrust and null on rows that have no such field{hint}'
        yield Notice(code="unknownField", message=message)
