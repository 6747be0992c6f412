"""The charts of a dashboard as they are kept: JSON to charts and back, the query of each, and what is wrong with one. It reads no row.

| key | what it says |
| --- | --- |
| `title` | a text; without it the measure is the title |
| `measure` | an aggregate of BTQL, such as `percentile(duration, 0.95)` |
| `filter` | a condition on rows in BTQL; all of them where it is not there |
| `by` | the field that has a line for each of its values; one line where it is not there |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import query_error_body
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.lower import is_aggregate
from otel_bridge_collector.query.parser import parse, parse_expression
from otel_bridge_collector.query.plan import Catalog, plan
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.query.syntax import Call, Expression, Path, Query, Selected
from otel_bridge_collector.ui.chart import Unit
from otel_bridge_collector.ui.over_time import all_of, group_of, numbers_query, step_text

MAX_CHARTS: Final = 24
"""Of a dashboard: each is a query."""

FIELDS: Final = ("title", "measure", "filter", "by")
VALUE: Final = "value"
"""The name of the number that the query of a chart gives."""

MEASURES: Final = (
    "count(1)", "count(error)", "percentile(duration, 0.95)", "avg(metrics.time_to_first_token)",
    "sum(metrics.tokens)", "sum(estimated_cost())", "count_distinct(metadata.user_id)",
)  # fmt: skip
"""What a form proposes."""

_MAX_CHARACTERS: Final = 4_000
_OVER_TIME: Final = "from: project_logs('any') | dimensions: date_trunc('{step}', created) as time | sort: time | measures: count(1) as value"
_ANY_TIME: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the store's times are UTC without a zone
_OF_SECONDS: Final = frozenset({"avg", "min", "max", "sum", "percentile"})
_SECONDS: Final = frozenset({
    ("duration",), ("latency",), ("metrics", "duration"), ("metrics", "latency"), ("metrics", "time_to_first_token"),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomChart:
    """A chart of a dashboard; what it does not say is empty."""

    title: str = ""
    measure: str = ""
    filter: str = ""
    by: str = ""

    def as_json(self) -> dict[str, Json]:
        """Return what is kept of it."""
        return {name: text for name in FIELDS if (text := getattr(self, name))}

    def query(self, project_id: str, condition: Expression | None, step: timedelta) -> Query:
        """Return the query for its numbers, each about `step`, of the rows that meet a condition, too.

        Raises:
            QueryError: it cannot be read.
        """
        query = parse(_OVER_TIME.format(step=step_text(step)))
        measures = (Selected(expression=_measure(self.measure), alias=VALUE),)
        own = parse_expression(self.filter) if self.filter else None
        return numbers_query(
            replace(query, measures=measures), project_id, all_of(condition, own), group_of(self.by)
        )

    def unit(self) -> Unit:
        """Return what its numbers are of.

        Raises:
            QueryError: its measure cannot be read.
        """
        match _measure(self.measure):
            case Call(name=name, arguments=(Path(parts=parts), *_)) if (
                name in _OF_SECONDS and parts in _SECONDS
            ):
                return "seconds"
            case Call(name="sum" | "avg" | "min" | "max", arguments=(Call(name="estimated_cost"),)):
                return "dollars"
            case _:
                return "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFault:
    """What is wrong with a chart.

    Attributes:
        field: where it stands.
        said: the same as the API says what is wrong with a query, with the place in the field.
    """

    field: str
    said: Mapping[str, Json]


def read_charts(value: Json) -> Sequence[CustomChart | str]:
    """Return the charts of a JSON list, and for each that is none, why."""
    return [_read(each) for each in value] if isinstance(value, list) else ["charts is no list"]


def fault_of(chart: CustomChart, project_id: str, catalog: Catalog) -> ChartFault | None:
    """Return what is wrong with a chart, first with its measure; None where nothing is."""
    grown = CustomChart()
    for field in ("measure", "filter", "by"):
        grown = replace(grown, **{field: getattr(chart, field)})
        try:
            query = grown.query(project_id, None, timedelta(days=1))
            to_sql(plan(query, catalog), Clock(now=_ANY_TIME))
            _check_aggregate(chart.measure)
        except QueryError as error:
            return ChartFault(field=field, said=query_error_body(error, getattr(chart, field)))
    return None


def _read(value: Json) -> CustomChart | str:
    if not isinstance(value, Mapping):
        return 'is no chart, as {"title": "Rows", "measure": "count(1)"} is one'
    for name, text in value.items():
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, n=1)
            return f'a chart has no "{name}"' + (f"; {near[0]} may be meant" if near else "")
        if text is not None and not isinstance(text, str):
            return f"{name} is no text"
        if text and len(text) > _MAX_CHARACTERS:
            return f"{name} has more than {_MAX_CHARACTERS:,} characters"
    texts = {each.name: str(value.get(each.name) or "").strip() for each in fields(CustomChart)}
    return CustomChart(**texts)


def _measure(text: str) -> Expression:
    if not text:
        raise QueryError("a chart needs a measure", code="badArgument", suggestion="count(1) counts rows")
    return parse_expression(text)


def _check_aggregate(measure: str) -> None:
    if not is_aggregate(parse_expression(measure)):
        raise QueryError(
            "a measure is an aggregate",
            code="badArgument",
            offset=0,
            length=len(measure),
            suggestion="such as count(1), avg(scores.Factuality) or percentile(duration, 0.95)",
        )
