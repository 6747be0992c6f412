"""Which traces a plan is about, as a SELECT over their spans. DuckDB dialect.

Source: spec/btql.md sections 3 and 7.1. Each trace has `hit_object`, `hit_root`, `newest` (what pages go by), and with a sort
its `place` by its best span that passes.
"""
# ruff: noqa: S608 - SQL is what this module makes, and it holds no user's text

from otel_bridge_collector.query import build
from otel_bridge_collector.query.lower import Scope, condition, lower
from otel_bridge_collector.query.order import chance, share, sort_keys, ties
from otel_bridge_collector.query.plan import Plan
from otel_bridge_collector.query.stored import in_objects
from otel_bridge_collector.query.syntax import Expression
from otel_bridge_collector.query.trace import has_any_span, terms_of, trace_condition


def traces_found(plan: Plan, scope: Scope, rows: str, *, newest: str) -> str:
    """Return the SELECT of the traces that the filter, the sample and the page choose, from the table `rows`.

    Pages go by the aggregate `newest`.
    """
    terms = terms_of(plan.filter)
    plain = [term for term in terms if not has_any_span(term)]
    together = build.logical("and", plain) if plain else None
    source = f"{rows} WHERE {' AND '.join(_wheres(plan, scope, rows, together))}"
    place = ""
    if plan.shape == "traces" and plan.sort and plan.groups is None:
        source, place = _ranked(plan, scope, source), f", {_best(together, scope)} AS place"
    sql = (
        f"SELECT object_id AS hit_object, root_span_id AS hit_root, {newest} AS newest{place} FROM {source}"
        " GROUP BY object_id, root_span_id"
    )
    asked = [
        trace_condition(term, lambda node: condition(node, scope)) for term in terms if has_any_span(term)
    ]
    having = [*asked, *_page(plan, scope), *_share(plan, scope)]
    if having:
        sql += f" HAVING {' AND '.join(having)}"
    return _counted(plan, scope, sql)


def _wheres(plan: Plan, scope: Scope, rows: str, together: Expression | None) -> list[str]:
    objects = in_objects(plan.origin, scope.bindings)
    if together is None:
        return [objects]
    # The spans that pass are found first: cheaper than to ask every span of every trace.
    passing = f"SELECT object_id, root_span_id FROM {rows} WHERE {objects} AND {condition(together, scope)}"
    return [objects, f"(object_id, root_span_id) IN ({passing})"]


def _ranked(plan: Plan, scope: Scope, source: str) -> str:
    keys = [key for item in plan.sort for key in sort_keys(lower(item.expression, scope), item)]
    order = ", ".join([*keys, *ties(plan.sort)])
    return f"(SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM {source}) AS ranked"


def _best(together: Expression | None, scope: Scope) -> str:
    return f"min(place) FILTER (WHERE {condition(together, scope)})" if together else "min(place)"


def _page(plan: Plan, scope: Scope) -> list[str]:
    if plan.position is None or plan.page is None or plan.page.by != "pagination_key":
        return []
    symbol = "<" if plan.page.descending else ">"
    return [f"newest {symbol} {scope.bindings.add(plan.position[0])}::UBIGINT"]


def _share(plan: Plan, scope: Scope) -> list[str]:
    if plan.sample is None or plan.sample.rate is None:
        return []
    return [share(plan.sample, "root_span_id", scope.bindings)]


def _counted(plan: Plan, scope: Scope, sql: str) -> str:
    if plan.sample is None or plan.sample.count is None:
        return sql
    order = f"{chance(plan.sample, 'hit_root', scope.bindings)} LIMIT {scope.bindings.add(plan.sample.count)}"
    return f"SELECT * FROM ({sql} ORDER BY {order}) AS sampled"
