"""A condition on rows of logs that is kept for later: whether it can be asked at all. It asks nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.plan import plan
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.query.syntax import Query, Selected, Source

_ANY_TIME: Final = Clock(now=datetime(2026, 1, 1), tz_offset_min=0)  # noqa: DTZ001 - the engine's times have no zone


class _Anywhere:
    """Takes every project for one that is there."""

    def find(self, source: Source) -> Sequence[str]:
        return source.references


def check_condition(text: str) -> None:
    """See that a query of logs can have this text as its filter.

    Raises:
        QueryError: it is no expression, or none that says something of one row, such as an aggregate.
    """
    source = Source(kind="project_logs", references=("any",))
    query = Query(select=(Selected(expression=None),), source=source, filter=parse_expression(text))
    to_sql(plan(query, _Anywhere()), _ANY_TIME)
