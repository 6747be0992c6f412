"""A plan to one SQL statement with bound parameters, and what each column of its result is. DuckDB dialect.

Nothing that a user wrote stands in the SQL: names of columns come from `columns.py`, values are parameters.
"""
# ruff: noqa: S608 - as above: SQL is what this module makes, and it holds no user's text

from collections.abc import Sequence
from dataclasses import dataclass, replace

from otel_bridge_collector.query.aggregate import GROUP_KEY
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.lower import Scope, condition, lower
from otel_bridge_collector.query.order import sort_keys, ties
from otel_bridge_collector.query.plan import Plan
from otel_bridge_collector.query.relation import Relation, relation_of
from otel_bridge_collector.query.summary import PREVIEWS
from otel_bridge_collector.query.syntax import Expression, Path, Sorted
from otel_bridge_collector.query.value import Bindings, Kind, Value
from otel_bridge_collector.store.interface import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    """One column of the result.

    Attributes:
        is_created: whether this is the row's own time, which is written in milliseconds.
        is_preview: whether its texts are cut.
    """

    name: str
    kind: Kind
    is_created: bool
    is_preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A statement; behind the columns its rows hold the position of the row, where the plan has pages."""

    statement: Statement
    columns: Sequence[ResultColumn]


def to_sql(plan: Plan, clock: Clock) -> Lowered:
    """Lower a plan.

    Raises:
        QueryError: an expression that has no meaning where it stands.
    """
    bindings = Bindings()
    sql, values = _select(plan, Scope(bindings=bindings, clock=clock))
    columns = [
        ResultColumn(
            name=name,
            kind=value.kind,
            is_created=expression == Path(parts=("created",)),
            is_preview=plan.shape == "summary"
            and isinstance(expression, Path)
            and expression.parts[0] in PREVIEWS,
        )
        for (name, expression), value in zip(plan.outputs, values, strict=True)
    ]
    return Lowered(statement=Statement(sql=sql, parameters=bindings.used_in(sql)), columns=columns)


def _select(plan: Plan, scope: Scope) -> tuple[str, list[Value]]:
    """Return a SELECT, and what each of its first columns is; behind them stands the position of the row."""
    relation = relation_of(plan, scope, _select)
    scope = replace(scope, fields=relation.fields)
    if plan.groups is not None:
        return _grouped(plan, plan.groups, relation, scope)
    return _rows(plan, relation, scope)


def _rows(plan: Plan, relation: Relation, scope: Scope) -> tuple[str, list[Value]]:
    values = [lower(expression, scope) for _, expression in plan.outputs]
    keys = [key for item in plan.sort for key in sort_keys(lower(item.expression, scope), item)]
    if relation.is_traces:
        position = ["newest"]
        order = [*keys, *ties(plan.sort)] if keys else ["newest DESC", "hit_root", "pagination_key", "id"]
        limit = ""
    else:
        position = list(plan.page.columns) if plan.page else []
        # What a subquery gives keeps its order.
        order = [*keys, *ties(plan.sort, newest_first=plan.origin.subplan is None)]
        limit = f" LIMIT {scope.bindings.add(plan.limit)}"
        relation = replace(relation, wheres=[*relation.wheres, *_after(plan, scope.bindings)])
    named = ", ".join([*_named(values), *position])
    order += relation.places
    return f"SELECT {named} FROM {relation.text()} ORDER BY {', '.join(order)}{limit}", values


def _grouped(
    plan: Plan, groups: Sequence[Expression], relation: Relation, scope: Scope
) -> tuple[str, list[Value]]:
    keys = [lower(expression, scope) for expression in groups]
    key_columns = [f"{_group_key(key)} AS key_{index}" for index, key in enumerate(keys)]
    known = [
        (expression, Value(sql=f"key_{index}", kind=key.kind))
        for index, (expression, key) in enumerate(zip(groups, keys, strict=True))
    ]
    in_group = replace(scope, groups=known)
    values = [lower(expression, in_group) for _, expression in plan.outputs]
    names = [value.sql for _, value in known]
    by_group = (Sorted(expression=expression) for expression, _ in known)
    order = [
        key for item in (*plan.sort, *by_group) for key in sort_keys(lower(item.expression, in_group), item)
    ]
    keyed = f"SELECT {', '.join(['*', *key_columns])} FROM {relation.text()}"
    sql = f"SELECT {', '.join(_named(values))} FROM ({keyed}) AS keyed"
    if names:
        sql += f" GROUP BY {', '.join(names)}"
    if plan.having:
        sql += f" HAVING {condition(plan.having, in_group)}"
    if order:
        sql += f" ORDER BY {', '.join(order)}"
    return f"{sql} LIMIT {scope.bindings.add(plan.limit)}", values


def _after(plan: Plan, bindings: Bindings) -> list[str]:
    """Return the condition that rows come behind the position where the page begins."""
    if plan.position is None or plan.page is None:
        return []
    columns = ", ".join(plan.page.columns)
    position = ", ".join(f"{bindings.add(number)}::UBIGINT" for number in plan.position)
    return [f"({columns}) {'<' if plan.page.descending else '>'} ({position})"]


def _named(values: Sequence[Value]) -> list[str]:
    return [f"{value.sql} AS out_{index}" for index, value in enumerate(values)]


def _group_key(value: Value) -> str:
    return GROUP_KEY.format(value.sql) if value.kind is Kind.JSON else value.sql
