"""A plan to one SQL statement with bound parameters, and what each column of its result is. DuckDB dialect.

Nothing that a user wrote stands in the SQL: names of columns come from `columns.py`, values are parameters.
"""
# ruff: noqa: S608 - as above: SQL is what this module makes, and it holds no user's text

from collections.abc import Sequence
from dataclasses import dataclass, replace

from otel_bridge_collector.query.aggregate import GROUP_KEY
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.lower import Scope, condition, lower
from otel_bridge_collector.query.plan import Plan
from otel_bridge_collector.query.syntax import Expression, Path, Sorted
from otel_bridge_collector.query.trace import trace_condition
from otel_bridge_collector.query.value import Bindings, Kind, Value, as_string
from otel_bridge_collector.store.columns import ROWS_TABLE
from otel_bridge_collector.store.interface import Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultColumn:
    """One column of the result.

    Attributes:
        is_created: whether this is the row's own time, which is written in milliseconds.
    """

    name: str
    kind: Kind
    is_created: bool


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
    scope = Scope(bindings=bindings, clock=clock)
    if plan.groups is not None:
        sql, values = _grouped(plan, plan.groups, scope)
    elif plan.traces:
        sql, values = _traces(plan, scope)
    else:
        sql, values = _rows(plan, scope)
    columns = [
        ResultColumn(name=name, kind=value.kind, is_created=expression == Path(parts=("created",)))
        for (name, expression), value in zip(plan.outputs, values, strict=True)
    ]
    return Lowered(statement=Statement(sql=sql, parameters=bindings.used_in(sql)), columns=columns)


def _rows(plan: Plan, scope: Scope) -> tuple[str, list[Value]]:
    values = [lower(expression, scope) for _, expression in plan.outputs]
    position = plan.page.columns if plan.page else ()
    wheres = [_in_objects(plan, scope.bindings), *_filter(plan.filter, scope), *_after(plan, scope.bindings)]
    keys = [key for item in plan.sort for key in _sort_keys(lower(item.expression, scope), item)]
    descending = plan.sort[-1].descending if plan.sort else True
    keys += [f"pagination_key {_direction(descending=descending)}", "id"]
    sql = (
        f"SELECT {', '.join([*_named(values), *position])} FROM {ROWS_TABLE}"
        f" WHERE {' AND '.join(wheres)} ORDER BY {', '.join(keys)} LIMIT {scope.bindings.add(plan.limit)}"
    )
    return sql, values


def _traces(plan: Plan, scope: Scope) -> tuple[str, list[Value]]:
    values = [lower(expression, scope) for _, expression in plan.outputs]
    having = [f"newest < {scope.bindings.add(plan.position[0])}"] if plan.position else []
    hits = f"{_hits(plan, scope, having)} ORDER BY newest DESC LIMIT {scope.bindings.add(plan.limit)}"
    sql = (
        f"SELECT {', '.join([*_named(values), 'newest'])} FROM {_of_traces(plan, scope, hits)}"
        " ORDER BY newest DESC, pagination_key, id"
    )
    return sql, values


def _grouped(plan: Plan, groups: Sequence[Expression], scope: Scope) -> tuple[str, list[Value]]:
    keys = [lower(expression, scope) for expression in groups]
    key_columns = [f"{_group_key(key)} AS key_{index}" for index, key in enumerate(keys)]
    known = [
        (expression, Value(sql=f"key_{index}", kind=key.kind))
        for index, (expression, key) in enumerate(zip(groups, keys, strict=True))
    ]
    if plan.traces:
        source = _of_traces(plan, scope, _hits(plan, scope, []))
    else:
        wheres = [_in_objects(plan, scope.bindings), *_filter(plan.filter, scope)]
        source = f"{ROWS_TABLE} WHERE {' AND '.join(wheres)}"
    in_group = replace(scope, groups=known)
    values = [lower(expression, in_group) for _, expression in plan.outputs]
    names = [value.sql for _, value in known]
    order = [key for item in plan.sort for key in _sort_keys(lower(item.expression, in_group), item)]
    order += [f"{name} NULLS LAST" for name in names]
    sql = f"SELECT {', '.join(_named(values))} FROM (SELECT {', '.join(['*', *key_columns])} FROM {source}) AS keyed"
    if names:
        sql += f" GROUP BY {', '.join(names)}"
    if plan.having:
        sql += f" HAVING {condition(plan.having, in_group)}"
    if order:
        sql += f" ORDER BY {', '.join(order)}"
    return f"{sql} LIMIT {scope.bindings.add(plan.limit)}", values


def _hits(plan: Plan, scope: Scope, having: list[str]) -> str:
    """Return a SELECT of the traces that the filter chooses."""
    if plan.filter:
        having = [*having, trace_condition(plan.filter, lambda node: condition(node, scope))]
    sql = (
        "SELECT object_id AS hit_object, root_span_id AS hit_root, max(pagination_key) AS newest"
        f" FROM {ROWS_TABLE} WHERE {_in_objects(plan, scope.bindings)} GROUP BY object_id, root_span_id"
    )
    return f"{sql} HAVING {' AND '.join(having)}" if having else sql


def _of_traces(plan: Plan, scope: Scope, hits: str) -> str:
    """Return the spans of some traces, to stand behind FROM."""
    wheres = [_in_objects(plan, scope.bindings), *_filter(plan.trace_filter, scope)]
    return (
        f"{ROWS_TABLE} JOIN ({hits}) AS hits ON object_id = hit_object AND root_span_id = hit_root"
        f" WHERE {' AND '.join(wheres)}"
    )


def _in_objects(plan: Plan, bindings: Bindings) -> str:
    of_type = f"object_type = {bindings.add(plan.object_type)}"
    if plan.object_ids is None:
        return of_type
    ids = ", ".join(bindings.add(object_id) for object_id in plan.object_ids)
    return f"{of_type} AND object_id IN ({ids})"


def _filter(expression: Expression | None, scope: Scope) -> list[str]:
    return [condition(expression, scope)] if expression else []


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


def _sort_keys(value: Value, item: Sorted) -> list[str]:
    """Return what to sort by; JSON values by type, and within a type by value."""
    direction = f"{_direction(descending=item.descending)} NULLS {'FIRST' if item.nulls_first else 'LAST'}"
    if value.kind is not Kind.JSON:
        return [f"{value.order or _not_literal(value)} {direction}"]
    first = f"left({value.sql}, 1)"
    rank = f"CASE {first} WHEN 't' THEN 0 WHEN 'f' THEN 0 WHEN '\"' THEN 2 WHEN '[' THEN 3 WHEN '{{' THEN 4 ELSE 1 END"
    ranked = f"CASE WHEN {value.sql} IS NOT NULL THEN {rank} END"
    number = value.hot_number or f"TRY_CAST({value.sql} AS DOUBLE)"
    text = f"coalesce({as_string(value)}, {value.sql})"
    return [f"{key} {direction}" for key in (ranked, number, text)]


def _not_literal(value: Value) -> str:
    """Return SQL that DuckDB sorts by even where it is true, false or NULL, which it refuses bare."""
    return f"{value.sql}::BOOLEAN" if value.kind in (Kind.NULL, Kind.BOOLEAN) else value.sql


def _direction(*, descending: bool) -> str:
    return "DESC" if descending else "ASC"
