"""A query's names and clauses to what they mean: outputs, groups, sort keys, pages, limits. No SQL, no I/O.

Source: spec/btql.md sections 3 (sources), 6 (groups), 7 (sort, limit, cursor) and 9 (limits).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query import build, pivot, trace
from otel_bridge_collector.query.columns import OBJECT_FIELDS, OBJECT_TYPES
from otel_bridge_collector.query.lower import is_aggregate
from otel_bridge_collector.query.names import (
    Aliases,
    Output,
    Vocabulary,
    at_position,
    output_names,
    outputs_of,
    vocabulary,
)
from otel_bridge_collector.query.notice import Notice, notices_of
from otel_bridge_collector.query.page import PageOrder, decode_cursor, page_of
from otel_bridge_collector.query.quoted import with_names
from otel_bridge_collector.query.reader import query_error
from otel_bridge_collector.query.syntax import (
    Call,
    Conditional,
    Expression,
    Path,
    Query,
    Sample,
    Selected,
    Shape,
    Sorted,
    Source,
    Unpivot,
)
from otel_bridge_collector.query.tree import MAX_CALLS, TREE
from otel_bridge_collector.query.walk import anywhere, parts

DEFAULT_ROWS: Final = 1_000
DEFAULT_TRACES: Final = 100
DEFAULT_GROUPS: Final = 10_000
MAX_ROWS: Final = 100_000
"""Most rows, traces or groups of one answer."""

MAX_OUTPUTS: Final = 1_000
MAX_KEYS: Final = 32
PREVIEW_LENGTH: Final = 124
"""Characters of a text in a summary, unless the query says otherwise."""

_DEFAULT_SOURCE: Final = Source(kind="project_logs")


class Catalog(Protocol):
    """Knows which objects there are."""

    def find(self, source: Source) -> Sequence[str] | None:
        """Return the ids of the objects of a source, or None for all of its kind.

        Raises:
            QueryError: an object that is not there, or a name that several have.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where rows come from: stored rows of objects, or what another plan gives.

    Attributes:
        object_type: of stored rows; else empty.
        object_ids: the objects to read, or None for all of the type.
    """

    object_type: str = ""
    object_ids: Sequence[str] | None = None
    subplan: "Plan | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query whose names are resolved.

    Attributes:
        outputs: name and expression of each output column, in the order in which they were selected.
        groups: keys of the groups; None where rows are not grouped, empty where all are one group.
        filter: which rows are read; of traces and summaries, which traces.
        trace_filter: which spans of the traces found.
        late_filter: what is asked of rows once they are unpivoted, or of whole summaries.
        page: the order in which pages follow, or None where the answer has one page only.
        position: where the page begins, in `page`; None for the first page.
        preview_length: characters kept of each text of a summary; -1 for all.
    """

    origin: Origin
    shape: Shape
    outputs: Sequence[Output]
    unpivot: Sequence[Unpivot]
    groups: Sequence[Expression] | None
    filter: Expression | None
    trace_filter: Expression | None
    late_filter: Expression | None
    having: Expression | None
    sample: Sample | None
    sort: Sequence[Sorted]
    limit: int
    page: PageOrder | None
    position: tuple[int, ...] | None
    pivoting: pivot.Pivoting | None
    preview_length: int
    notices: Sequence[Notice]


def plan(query: Query, catalog: Catalog) -> Plan:
    """Resolve the names of a query.

    Raises:
        QueryError: a name that means nothing or several things, or clauses that do not go together.
    """
    given, query = query, pivot.as_groups(query)
    source = query.source or _DEFAULT_SOURCE
    shape: Shape = "spans" if query.subquery else source.shape
    origin = _origin(query, source, catalog)
    names = _vocabulary(query, origin, shape)
    query = with_names(
        query, names.columns, output_names((*query.select, *query.dimensions, *query.measures))
    )
    columns = (*query.select, *query.measures) if query.select else (*query.dimensions, *query.measures)
    aliases = Aliases(columns, names)
    groups = _groups(query, columns, aliases)
    sort = _sort(query, columns, aliases)
    outputs = outputs_of(columns, names)
    conditions = _conditions(query, shape, aliases, grouped=groups is not None)
    limit, clamped = _limit(query, shape, grouped=groups is not None)
    page = _page(query, shape, sort, grouped=groups is not None)
    used = [*(value for _, value in outputs), *(key.expression for key in sort), *(groups or ())]
    expressions = [*used, *conditions.all()]
    _check_sizes(query, outputs)
    for expression in expressions:
        _check_tree(expression)
    names.check(expressions)
    pivoting = pivot.pivoting(given, outputs, groups or ())
    return Plan(
        origin=origin,
        shape=shape,
        outputs=outputs,
        unpivot=query.unpivot,
        groups=groups,
        filter=conditions.rows,
        trace_filter=conditions.spans,
        late_filter=conditions.late,
        having=conditions.groups,
        sample=query.sample,
        sort=sort,
        limit=MAX_ROWS if pivoting else limit,
        page=page,
        position=decode_cursor(query.cursor, page) if query.cursor and page else None,
        pivoting=pivoting and replace(pivoting, limit=limit),
        preview_length=PREVIEW_LENGTH if query.preview_length is None else query.preview_length,
        notices=(*clamped, *notices_of(query, source, expressions, names)),
    )


def source_of(query: Query) -> Source | None:
    """Return the source that is read in the end, by the query or by the one inside."""
    return source_of(query.subquery) if query.subquery else query.source


def _origin(query: Query, source: Source, catalog: Catalog) -> Origin:
    if query.subquery:
        return Origin(subplan=plan(query.subquery, catalog))
    if source.kind not in OBJECT_TYPES:
        known = ", ".join(OBJECT_TYPES)
        message = f'unknown source "{source.kind}", expected one of {known}'
        raise query_error(message, source.place, code="unknownSource")
    if source.shape != "spans" and OBJECT_TYPES[source.kind] in OBJECT_FIELDS:
        message = f"{source.kind} has no {source.shape}"
        raise query_error(message, source.place, code="unknownShape", suggestion="ask for spans")
    return Origin(object_type=OBJECT_TYPES[source.kind], object_ids=catalog.find(source))


def _vocabulary(query: Query, origin: Origin, shape: Shape) -> Vocabulary:
    unpivoted = [name for item in query.unpivot for name in (item.key, item.value) if name]
    if origin.subplan:
        outputs = [name for name, _ in origin.subplan.outputs]
        return Vocabulary(star=(*outputs, *unpivoted), own=frozenset(outputs), unpivoted=frozenset(unpivoted))
    return vocabulary(origin.object_type, shape, unpivoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conditions:
    """Where each part of a query's conditions is asked."""

    rows: Expression | None = None
    spans: Expression | None = None
    late: Expression | None = None
    groups: Expression | None = None

    def all(self) -> list[Expression]:
        return [each for each in (self.rows, self.spans, self.late, self.groups) if each]


def _conditions(query: Query, shape: Shape, aliases: Aliases, *, grouped: bool) -> _Conditions:
    names = {name for item in query.unpivot for name in (item.key, item.value)}
    terms = trace.terms_of(_condition(query, aliases))
    late = [term for term in terms if _uses(term, names)]
    chosen, spans = trace.split_filter(_all_of(*(term for term in terms if term not in late)))
    if shape == "spans":
        chosen = _all_of(
            *(trace.without_span_filters(part) for part in (chosen, spans, query.trace_filter) if part)
        )
        spans = None
    else:
        spans = _all_of(spans, query.trace_filter)
    having = query.final_filter and aliases.resolve(query.final_filter, aliases_first=True)
    if having and not grouped:
        if shape != "summary":
            raise query_error("HAVING needs groups", having.place, suggestion="use WHERE")
        late, having = [*late, having], None
    return _Conditions(rows=chosen, spans=spans, late=_all_of(*late), groups=having)


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


def _uses(node: Expression, names: set[str | None]) -> bool:
    return anywhere(node, lambda part: isinstance(part, Path) and part.parts[0] in names)


def _groups(query: Query, columns: Sequence[Selected], aliases: Aliases) -> tuple[Expression, ...] | None:
    """Return the keys of the groups; an aggregate without keys makes one group of all rows."""
    aggregated = any(column.expression and is_aggregate(column.expression) for column in columns)
    if not query.dimensions and not query.measures and not aggregated:
        return None
    if any(column.expression is None for column in columns):
        raise QueryError("groups have no * columns", code="notGrouped", suggestion="name what to select")
    return tuple(
        aliases.resolve(at_position(key.expression, columns), aliases_first=False)
        for key in query.dimensions
        if key.expression
    )


def _sort(query: Query, columns: Sequence[Selected], aliases: Aliases) -> tuple[Sorted, ...]:
    return tuple(
        replace(key, expression=aliases.resolve(at_position(key.expression, columns), aliases_first=True))
        for key in query.sort
    )


def _page(query: Query, shape: Shape, sort: Sequence[Sorted], *, grouped: bool) -> PageOrder | None:
    """Return how pages follow each other, and None where a row has no position to go on from."""
    counted = query.sample is not None and query.sample.count is not None
    sampled = grouped or query.subquery is not None or bool(query.unpivot) or counted
    page = None if sampled or (shape == "traces" and sort) else page_of(sort)
    if page is None and query.cursor:
        raise query_error(
            "a cursor needs rows that are not grouped, unpivoted or counted by sample, and no sort or one by"
            " _pagination_key or _xact_id alone",
            sort[0].expression.place if sort else None,
            code="cursorSort",
            suggestion="filter on the last value of your sort key instead",
        )
    return page


def _limit(query: Query, shape: Shape, *, grouped: bool) -> tuple[int, list[Notice]]:
    if query.limit is None:
        rows = DEFAULT_TRACES if shape == "traces" else DEFAULT_ROWS
        return (DEFAULT_GROUPS if grouped else rows), []
    if query.limit <= MAX_ROWS:
        return query.limit, []
    message = f"the limit {query.limit} was cut to {MAX_ROWS}"
    return MAX_ROWS, [Notice(code="limitClamped", message=message)]


def _check_sizes(query: Query, outputs: Sequence[Output]) -> None:
    for count, most, what in (
        (len(outputs), MAX_OUTPUTS, "output columns"),
        (len(query.dimensions), MAX_KEYS, "keys of groups"),
    ):
        if count > most:
            raise QueryError(f"a query has at most {most} {what}, not {count}", code="tooComplex")


def _check_tree(node: Expression, calls: int = 0) -> None:
    """Check that what is computed of a trace stands inside of few calls, each of which may repeat it."""
    if isinstance(node, Path) and node.parts[0] in TREE and calls > MAX_CALLS:
        message = f"{node.parts[0]} stands inside of more than {MAX_CALLS} functions"
        raise query_error(
            message, node.place, code="tooComplex", suggestion="select it, and go on in a query around"
        )
    for part in parts(node):
        _check_tree(part, calls + isinstance(node, Call | Conditional))


def _all_of(*conditions: Expression | None) -> Expression | None:
    terms = [condition for condition in conditions if condition]
    return build.logical("and", terms) if terms else None
