"""A table of rows: the logs of a project, the cases of an experiment, the records of a dataset; what is asked for stands in the URL."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Final, Literal
from urllib.parse import urlencode

from starlette.requests import Request

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import query_error_body, query_error_status
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import Call, Expression, Path, Query, Selected, Source
from otel_bridge_collector.query.syntax import Literal as Constant
from otel_bridge_collector.ui.columns import COST, Column, fields_of, has_cost, read_columns
from otel_bridge_collector.ui.first_calls import FirstCall, first_calls
from otel_bridge_collector.ui.stretch import time_condition
from otel_bridge_collector.ui.urls import Kind

_PRESENT: Final = Revisions()
PAGE_ROWS: Final = 50
MAX_BYTES: Final = 16 << 20
"""Of the rows of one page; larger rows make a shorter page."""

RANGES: Final[Mapping[str, tuple[str, str]]] = {
    "1h": ("1 hour", "last hour"),
    "24h": ("1 day", "last 24 hours"),
    "7d": ("7 day", "last 7 days"),
    "30d": ("30 day", "last 30 days"),
}
"""What the URL says -> the interval as BTQL has it, and as the page says it."""

UNREVIEWED: Final = """NOT audit_data ILIKE '%"source":"app"%'"""
"""Nobody has said anything of it on a page: such feedback has the source `app`, in the audit data as it is kept."""

VIEWS: Final[Mapping[str, str]] = {
    "errors": "error IS NOT NULL",
    "no errors": "error IS NULL",
    "rated": "scores IS NOT NULL",
    "unreviewed": UNREVIEWED,
}
"""Name -> the filter that a link of this name puts in."""

LOW: Final = 0.5
"""A score below it is low."""

_MAX_SCORES: Final = 20
_TELLING: Final = ("unknownField", "typeMismatch")
"""Notices of queries that may say why nothing was found."""

_ALWAYS: Final = ("id", "root_span_id", "created")
_OF_SPANS: Final = ("error", "scores")
"""What is read of spans, whichever columns are shown: whether they failed, and for `views_of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the URL of a table says.

    Attributes:
        filter: BTQL; empty for none.
        search: words that are looked for in the text of rows; empty for none.
        since: one of `RANGES`; empty for all times, and where there is a begin or an end.
        begin: the time from which on rows are looked for, as it was typed; empty for no bound.
        until: the time before which they are, the same.
        rows: whether each trace has a row, or each span.
        columns: what is shown of a row, as it was typed; empty for the usual columns.
        by: what logs are grouped by, as it was typed; empty for no groups.
        cursor: where the page begins; empty for the newest.
    """

    filter: str
    search: str
    since: str
    begin: str
    until: str
    rows: Literal["traces", "spans"]
    columns: str
    by: str
    cursor: str

    def said(self) -> Mapping[str, str]:
        """Return the parameters of the URL, without the page."""
        return {
            "filter": self.filter,
            "search": self.search,
            "since": self.since,
            "from": self.begin,
            "until": self.until,
            "rows": self.rows,
            "columns": self.columns,
            "by": self.by,
        }

    def url(self, **changes: str) -> str:
        """Return the query string of this with some of it changed; another page only where `cursor` is."""
        said = {**self.said(), **changes}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    @property
    def is_narrow(self) -> bool:
        """Whether there may be rows that do not fit."""
        return any((self.filter, self.search, self.since, self.begin, self.until))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a table.

    Attributes:
        rows: empty where the filter is wrong.
        columns: what is shown of them, beside when they were created.
        next_cursor: where older rows begin; None where there are none.
        fault: what is wrong with the filter, a time, the columns or the groups, as the API says it; None where nothing is.
        is_complete: the store had everything that was acknowledged before.
        count: how many rows there are in all, where they were counted.
        first_calls: what roots without an input were about, by their ids.
        notes: why no row may fit the filter: names that nobody knows, values of another type.
    """

    asked: Asked
    rows: tuple[Mapping[str, Json], ...] = ()
    columns: tuple[Column, ...] = ()
    next_cursor: str | None = None
    fault: Mapping[str, Json] | None = None
    is_complete: bool = True
    count: int | None = None
    first_calls: Mapping[str, FirstCall] = field(default_factory=dict[str, FirstCall])
    notes: tuple[str, ...] = ()


def read_asked(request: Request) -> Asked:
    """Return what a URL asks for; what it says wrongly counts as absent."""
    given = request.query_params
    since, begin, until = (given.get(name, "").strip() for name in ("since", "from", "until"))
    return Asked(
        filter=given.get("filter", "").strip(),
        search=given.get("search", "").strip(),
        since=since if since in RANGES and not begin and not until else "",
        begin=begin,
        until=until,
        rows="spans" if given.get("rows") == "spans" else "traces",
        columns=given.get("columns", "").strip(),
        by=given.get("by", "").strip(),
        cursor=given.get("cursor", ""),
    )


async def read_listing(
    reader: Reader, kind: Kind, object_id: str, asked: Asked, revisions: Revisions = _PRESENT
) -> Listing:
    """Return the rows that are asked for, newest first, as they are now or were."""

    async def read() -> Listing:
        columns = read_columns(kind, asked.columns)
        query = _query(kind, object_id, asked, columns)
        read = await reader.read(query, max_bytes=MAX_BYTES, revisions=revisions)
        rows, cursor = read.answer.data, read.answer.cursor
        # Not one row more with the page instead: the engine fetches columns late for 50 rows at most.
        may_go_on = len(rows) == PAGE_ROWS or read.is_cut
        has_more = may_go_on and await _has_rows(reader, replace(query, cursor=cursor), revisions)
        return Listing(
            asked=asked,
            rows=tuple(rows),
            columns=columns,
            next_cursor=cursor if has_more else None,
            is_complete=read.is_complete,
            first_calls=await first_calls(reader, kind, object_id, rows)
            if _shows_inputs(kind, asked, columns)
            else {},
            notes=await _notes(reader, query, revisions) if asked.filter and not rows else (),
        )

    return await read_or_fault(asked, read)


def views_of(rows: Sequence[Mapping[str, Json]]) -> Mapping[str, str]:
    """Return `VIEWS`, and where rows have scores, a view of those with one of these scores that is low."""
    names = sorted(
        {name for row in rows if isinstance(scores := row.get("scores"), Mapping) for name in scores}
    )
    low = [binary("lt", Path(parts=("scores", name)), Constant(value=LOW)) for name in names[:_MAX_SCORES]]
    return {**VIEWS, "low scores": print_expression(logical("or", low))} if low else VIEWS


async def read_or_fault(asked: Asked, read: Callable[[], Awaitable[Listing]]) -> Listing:
    """Return what is read, or what is wrong with what was asked for.

    Raises:
        QueryError: it is not that which is at fault.
    """
    try:
        return await read()
    except QueryError as error:
        if query_error_status(error) != HTTPStatus.BAD_REQUEST:
            raise
        return Listing(asked=asked, fault=query_error_body(error, asked.filter))


def _shows_inputs(kind: Kind, asked: Asked, columns: Sequence[Column]) -> bool:
    """Whether a table shows the inputs of roots."""
    is_of_roots = kind != "dataset" and asked.rows == "traces"
    return is_of_roots and any(column.path == ("input",) for column in columns)


async def _has_rows(reader: Reader, query: Query, revisions: Revisions) -> bool:
    """Tell whether a page holds anything: a short one may come of large rows, with more behind it."""
    only_id = (Selected(expression=Path(parts=("id",))),)
    first = replace(query, select=only_id, limit=1)
    return len((await reader.read(first, revisions=revisions)).answer.data) > 0


async def _notes(reader: Reader, query: Query, revisions: Revisions) -> tuple[str, ...]:
    only_id = (Selected(expression=Path(parts=("id",))),)
    read = await reader.read(replace(query, select=only_id, limit=1), revisions=revisions, linting="default")
    return tuple(each.message for each in read.notices if each.code in _TELLING)


def of_object(
    kind: Kind,
    object_id: str,
    condition: Expression | None,
    *,
    fields: tuple[str, ...] = (),
    limit: int | None = None,
    cursor: str | None = None,
) -> Query:
    """Return the query for rows of an object, newest first; without `fields`, all of each row."""
    columns = [Selected(expression=Path(parts=(name,))) for name in fields] or [Selected(expression=None)]
    return Query(
        select=tuple(columns),
        source=Source(kind=kind, references=(object_id,)),
        filter=condition,
        limit=limit,
        cursor=cursor,
    )


def condition_of(kind: Kind, asked: Asked) -> Expression | None:
    """Return the condition on rows that is asked for; None for all of them.

    Raises:
        QueryError: the filter or a time is wrong.
    """
    terms: list[Expression] = []
    if asked.rows == "traces" and kind != "dataset":
        terms.append(Path(parts=("is_root",)))
    if asked.since:
        terms.append(parse_expression(f"created > now() - interval {RANGES[asked.since][0]}"))
    if asked.begin or asked.until:
        terms.append(parse_expression(time_condition(asked.begin, asked.until)))
    if asked.search:
        terms.append(text_condition(asked.search))
    if asked.filter:
        terms.append(parse_expression(asked.filter))
    return logical("and", terms) if terms else None


def text_condition(words: str) -> Expression:
    """Return the condition on rows that have all these words in one of their texts; `search` of the language leaves out the error."""
    constant = Constant(value=words)
    in_error = binary("match", Path(parts=("error",)), constant)
    return logical("or", (Call(name="search", arguments=(constant,)), in_error))


def _query(kind: Kind, object_id: str, asked: Asked, columns: Sequence[Column]) -> Query:
    of_spans = _OF_SPANS if kind != "dataset" else ()
    fields = tuple(dict.fromkeys((*_ALWAYS, *of_spans, *fields_of(columns))))
    query = of_object(
        kind, object_id, condition_of(kind, asked), fields=fields, limit=PAGE_ROWS, cursor=asked.cursor or None
    )  # fmt: skip
    return replace(query, select=(*query.select, COST)) if has_cost(columns) else query
