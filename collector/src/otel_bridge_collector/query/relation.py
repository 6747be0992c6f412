"""What a plan reads, as SQL behind FROM: rows, traces, summaries or a subquery; unpivoted and sampled. DuckDB dialect.

Every relation has the columns of the table of rows, so whatever is lowered later can name them.
"""
# ruff: noqa: S608 - SQL is what this module makes, and it holds no user's text

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from otel_bridge_collector.query import summary
from otel_bridge_collector.query.columns import ROW_FIELDS, SUMMARY_ONLY, Fields
from otel_bridge_collector.query.lower import Scope, condition, lower
from otel_bridge_collector.query.narrowing import narrowing
from otel_bridge_collector.query.order import chance, direction, share
from otel_bridge_collector.query.plan import Plan
from otel_bridge_collector.query.stored import in_objects
from otel_bridge_collector.query.syntax import Sample
from otel_bridge_collector.query.traces import traces_found
from otel_bridge_collector.query.value import Bindings, Kind, Value, as_json, json
from otel_bridge_collector.store.columns import COLUMNS, ROWS_TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """Something to select from.

    Attributes:
        source: what stands behind FROM.
        wheres: conditions on its rows.
        fields: what an expression over it can name.
        places: columns that say where an unpivoted row stood in its own.
        is_traces: whether its rows come trace by trace, with `newest` of each.
    """

    source: str
    wheres: Sequence[str] = ()
    fields: Fields = ROW_FIELDS
    places: Sequence[str] = ()
    is_traces: bool = False

    def text(self) -> str:
        """Return what stands behind SELECT ... FROM."""
        return f"{self.source} WHERE {' AND '.join(self.wheres)}" if self.wheres else self.source


def relation_of(
    plan: Plan, scope: Scope, subquery: Callable[[Plan, Scope], tuple[str, list[Value]]]
) -> Relation:
    """Return what a plan reads; `subquery` makes SQL and values of the outputs of a plan inside."""
    relation = _origin(plan, scope, subquery)
    if plan.unpivot:
        relation = _unpivoted(relation, plan, scope)
    if plan.late_filter:
        late = condition(plan.late_filter, replace(scope, fields=relation.fields))
        relation = replace(relation, wheres=[*relation.wheres, late])
    return (
        _sampled(relation, plan.sample, scope.bindings) if plan.sample and plan.shape == "spans" else relation
    )


def _origin(plan: Plan, scope: Scope, subquery: Callable[[Plan, Scope], tuple[str, list[Value]]]) -> Relation:
    origin = plan.origin
    if origin.subplan:
        sql, values = subquery(origin.subplan, scope)
        relation = _of_subquery(origin.subplan, sql, values)
    elif plan.shape == "spans":
        relation = Relation(source=ROWS_TABLE, wheres=[in_objects(origin, scope.bindings)])
    else:
        return _of_traces(plan, scope) if plan.shape == "traces" else _of_summaries(plan, scope)
    if plan.filter is None:
        return relation
    scope = replace(scope, fields=relation.fields)
    near = narrowing(plan.filter, scope.bindings) if relation.fields is ROW_FIELDS else []
    return replace(relation, wheres=[*relation.wheres, *near, condition(plan.filter, scope)])


def _of_subquery(plan: Plan, sql: str, values: Sequence[Value]) -> Relation:
    # Under names of their own, so that the outputs of the query around have theirs.
    renamed = [f"out_{index} AS in_{index}" for index in range(len(values))]
    own = {
        name: Value(sql=f"in_{index}", kind=value.kind)
        for index, ((name, _), value) in enumerate(zip(plan.outputs, values, strict=True))
    }
    filled = _filled("row_number() OVER ()")
    return Relation(
        source=f"(SELECT {', '.join([*renamed, *filled])} FROM ({sql}) AS inside) AS subquery",
        fields=Fields(own=own, rest=None, of_rows=False),
    )


def _filled(pagination_key: str) -> list[str]:
    """Return the columns of the table of rows for what has none: all null but the key, which orders them."""
    return [
        f"{pagination_key}::UBIGINT AS pagination_key"
        if name == "pagination_key"
        else f"NULL::{kind} AS {name}"
        for name, kind in COLUMNS.items()
    ]


def _of_traces(plan: Plan, scope: Scope) -> Relation:
    paged = plan.groups is None
    hits = traces_found(plan, scope, ROWS_TABLE, newest="max(pagination_key)")
    if paged:
        order = "place" if plan.sort else "newest DESC"
        hits += f" ORDER BY {order} LIMIT {scope.bindings.add(plan.limit)}"
    # The keys of the spans first: they stand in the table as they came, so only the parts that have some are read whole.
    spans = (
        f"SELECT pagination_key AS span_key, id AS span_row, hit_object, hit_root, newest FROM {ROWS_TABLE}"
        f" JOIN ({hits}) AS hits ON object_id = hit_object AND root_span_id = hit_root"
        f" WHERE {in_objects(plan.origin, scope.bindings)}"
    )
    return Relation(
        source=f"{ROWS_TABLE} JOIN ({spans}) AS spans ON pagination_key = span_key AND id = span_row AND object_id = hit_object",
        wheres=_spans(plan, scope),
        is_traces=paged,
    )


def _of_summaries(plan: Plan, scope: Scope) -> Relation:
    hits = traces_found(plan, scope, ROWS_TABLE, newest=summary.of_root("pagination_key"))
    page = plan.page
    if page and page.by == "pagination_key" and not plan.late_filter:
        # Only the traces of this page are summed up.
        hits += (
            f" ORDER BY newest {direction(descending=page.descending)} LIMIT {scope.bindings.add(plan.limit)}"
        )
    source = summary.summaries(ROWS_TABLE, hits, _spans(plan, scope))
    own = {name: json(name) for name in SUMMARY_ONLY}
    return Relation(source=f"({source}) AS summaries", fields=Fields(own=own, paths=summary.METRICS))


def _spans(plan: Plan, scope: Scope) -> list[str]:
    chosen = [condition(plan.trace_filter, scope)] if plan.trace_filter else []
    return [in_objects(plan.origin, scope.bindings), *chosen]


def _unpivoted(relation: Relation, plan: Plan, scope: Scope) -> Relation:
    """Join each row with the members of its objects and the elements of its lists, one after another."""
    source = f"(SELECT * FROM {relation.text()}) AS whole"
    fields = relation.fields
    for index, item in enumerate(plan.unpivot):
        of = lower(item.of, replace(scope, fields=fields))
        opening = "{" if item.key else "["
        text = as_json(of)
        source += (
            f", LATERAL (SELECT member.key AS u{index}_key, member.value::VARCHAR AS u{index}_value, member.id AS u{index}_place"
            f" FROM json_each(CASE WHEN left({text}, 1) = '{opening}' THEN {text} END) AS member"
            f" WHERE member.type <> 'NULL') AS u{index}"
        )
        own = {item.value: json(f"u{index}_value")}
        if item.key:
            own[item.key] = Value(sql=f"u{index}_key", kind=Kind.STRING)
        fields = replace(fields, own={**fields.own, **own})
    places = tuple(f"u{index}_place" for index in range(len(plan.unpivot)))
    return replace(relation, source=source, wheres=(), fields=fields, places=places)


def _sampled(relation: Relation, sample: Sample, bindings: Bindings) -> Relation:
    if sample.count is None:
        return replace(relation, wheres=[*relation.wheres, share(sample, "id", bindings)])
    order = f"{chance(sample, 'id', bindings)} LIMIT {bindings.add(sample.count)}"
    source = f"(SELECT * FROM {relation.text()} ORDER BY {order}) AS sampled"
    return replace(relation, source=source, wheres=())
