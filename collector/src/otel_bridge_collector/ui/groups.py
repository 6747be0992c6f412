"""Logs in groups: rows with the same tag, or with the same value at a path, in numbers; each leads to its rows. It writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.printer import print_expression
from otel_bridge_collector.query.syntax import Expression, Literal, Path, Query, Selected, Shape, Source
from otel_bridge_collector.ui.columns import check_field
from otel_bridge_collector.ui.group_field import FIELDS, field_of
from otel_bridge_collector.ui.listing import Asked, Listing, condition_of, read_or_fault
from otel_bridge_collector.ui.values import numbers_of, preview

PROPOSED: Final = ("tags", *FIELDS)
"""What the page of logs proposes to group by."""

MAX_GROUPS: Final = 200

TAGS: Final = Path(parts=("tags",))
NO_TAGS: Final = "tags IS NULL or len(tags) = 0"
"""The condition on rows that are in the group of no tag."""

_FAILED: Final = "error IS NOT NULL"
_NUMBERS: Final = (
    "from: project_logs('any') | measures: count(1) as count, count(error) as errors, avg(duration) as duration_s,"
    " sum(metrics.tokens) as tokens, sum(estimated_cost()) as usd | sort: count desc"
)
_BY_TAG: Final = f"{_NUMBERS} | unpivot: tags as (tag) | dimensions: tag as grouped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Some rows, and how a URL asks for them.

    Attributes:
        label: what they have in common; empty where that is that they have nothing there.
        numbers: `count`, `errors`, `duration_s` (mean), `tokens`, `usd`; without those that nobody knows.
        rows: query string of the logs that shows them.
        failed: the same of those with an error.
    """

    label: str
    numbers: Mapping[str, float]
    rows: str
    failed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups of some rows, the largest first; `has_more` says that there are smaller ones."""

    groups: Sequence[Group] = ()
    has_more: bool = False


async def read_groups(reader: Reader, project_id: str, asked: Asked) -> tuple[Listing, Groups]:
    """Return the rows that are asked for in groups, of traces with the tokens and cost of all their spans; and what is wrong, if anything is.

    A row is in the group of each of its tags.
    """
    found: list[Groups] = []

    async def read() -> Listing:
        by = read_path(asked.by)
        query = _query(project_id, asked, by)
        answered = await reader.read(query)
        rows = answered.answer.data
        groups = [_group(asked, by, row) for row in rows[:MAX_GROUPS]]
        if by == TAGS:
            groups += await _without_tags(reader, project_id, asked)
        found.append(Groups(groups=groups, has_more=len(rows) > MAX_GROUPS))
        return Listing(asked=asked, is_complete=answered.is_complete)

    listing = await read_or_fault(asked, read)
    return listing, found[0] if found else Groups()


def read_path(by: str) -> Path:
    """Return the path that rows are grouped by.

    Raises:
        QueryError: it is none, or begins with no field of a row.
    """
    path = field_of(by)
    if path is None:
        message = "group by takes tags or one path"
        raise QueryError(
            message, code="badGroup", suggestion='write it as in metadata.user_id or metadata."user id"'
        )
    check_field("project_logs", path)
    return path


def _query(project_id: str, asked: Asked, by: Path) -> Query:
    if by == TAGS:
        query = parse(_BY_TAG)
    else:
        query = replace(parse(_NUMBERS), dimensions=(Selected(expression=by, alias="grouped"),))
    return replace(_over(query, project_id, asked), limit=MAX_GROUPS + 1)


def _over(query: Query, project_id: str, asked: Asked, *more: Expression) -> Query:
    """Return a query over what is asked for: summaries of traces, or spans."""
    shape: Shape = "summary" if asked.rows == "traces" else "spans"
    given = condition_of("project_logs", asked)
    terms = (*((given,) if given else ()), *more)
    return replace(
        query,
        source=Source(kind="project_logs", references=(project_id,), shape=shape),
        filter=logical("and", terms) if terms else None,
    )


async def _without_tags(reader: Reader, project_id: str, asked: Asked) -> Sequence[Group]:
    query = _over(parse(_NUMBERS), project_id, asked, parse_expression(NO_TAGS))
    rows = (await reader.read(query)).answer.data
    return [_group_of(asked, "", NO_TAGS, row) for row in rows if row.get("count")]


def _group(asked: Asked, by: Path, row: Mapping[str, Json]) -> Group:
    value = row.get("grouped")
    which = binary("includes" if by == TAGS else "eq", by, Literal(value=value))
    return _group_of(asked, preview(value), print_expression(which), row)


def _group_of(asked: Asked, label: str, which: str, row: Mapping[str, Json]) -> Group:
    """Return the group of the rows that fit a condition."""
    which = f"({asked.filter}) and ({which})" if asked.filter else which
    return Group(
        label=label,
        numbers=numbers_of(dict(row)),
        rows=asked.url(filter=which, by=""),
        failed=asked.url(filter=f"({which}) and {_FAILED}", by=""),
    )
