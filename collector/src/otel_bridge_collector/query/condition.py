"""A condition on rows of logs that is kept for later: whether it can be asked at all. It asks nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from otel_bridge_collector.query.build import unary
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.parser import parse_expression, parse_expressions
from otel_bridge_collector.query.plan import plan
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.query.syntax import Expression, Query, Selected, Source

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


def keys_of_rows(text: str) -> tuple[Expression, ...]:
    """Return the expressions of a text by which rows can be told apart: one, or several in brackets.

    Raises:
        QueryError: it is none, or one of them says nothing of one row, such as an aggregate.
    """
    keys = parse_expressions(text)
    source = Source(kind="experiment", references=("any",))
    for key in keys:
        is_there = unary("isnotnull", key)
        query = Query(select=(Selected(expression=None),), source=source, filter=is_there)
        to_sql(plan(query, _Anywhere()), _ANY_TIME)
    return keys
