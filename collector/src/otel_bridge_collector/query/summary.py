"""The summary shape: one row for each trace, of its spans, as SQL with the columns of the table of rows. DuckDB dialect.

Sums are over the rows whose tokens count (`span_attributes.usage_is_rollup` marks the others), and log rows are no spans.
A root that has not come is stood in for by the earliest span. Source: spec/btql.md section 3.
"""
# ruff: noqa: S608 - SQL is what this module makes, and it holds no user's text

from collections.abc import Mapping, Sequence
from typing import Final

from otel_bridge_collector.query.value import Value, number
from otel_bridge_collector.store.columns import COLUMNS, COST, HOT_NUMBERS

PREVIEWS: Final = ("input", "output", "expected", "error", "metadata")
"""Columns of the root whose texts are cut."""

_IS_SPAN: Final = "type IS DISTINCT FROM 'log'"
_RANK: Final = f"(CASE WHEN NOT ({_IS_SPAN}) THEN 2 WHEN is_root THEN 0 ELSE 1 END, created, pagination_key)"
_COUNTS: Final = (
    f"{_IS_SPAN} AND NOT (contains(span_attributes, 'usage_is_rollup')"
    " AND json_extract(span_attributes, '$.usage_is_rollup')::VARCHAR = 'true')"
)
_CALL: Final = "type = 'llm'"
_TOOL: Final = "type = 'tool'"


def of_root(column: str) -> str:
    """Return the aggregate over the spans of a trace that is a column of its root."""
    return f"arg_min({column}, {_RANK})"


def _metric(name: str) -> str:
    return f"TRY_CAST(json_extract(metrics, '$.{name}')::VARCHAR AS DOUBLE)"


def _sum(sql: str, which: str = _COUNTS) -> str:
    return f"sum({sql}) FILTER (WHERE coalesce({which}, true))"


_AGGREGATES: Final = {
    "xact_id": "max(xact_id)",
    "root_id": of_root("id"),
    "root_key": of_root("pagination_key"),
    "start_s": f"min(start_s) FILTER (WHERE {_IS_SPAN})",
    "end_s": f"max(end_s) FILTER (WHERE {_IS_SPAN})",
    "tokens": _sum("tokens"),
    "prompt_tokens": _sum("prompt_tokens"),
    "completion_tokens": _sum("completion_tokens"),
    COST: _sum(COST),
    "cached_tokens": _sum(_metric("prompt_cached_tokens")),
    "cache_creation_tokens": _sum(_metric("prompt_cache_creation_tokens")),
    "llm_calls": f"count(*) FILTER (WHERE {_CALL})",
    "tool_calls": f"count(*) FILTER (WHERE {_TOOL})",
    "llm_errors": f"count(error) FILTER (WHERE {_CALL})",
    "tool_errors": f"count(error) FILTER (WHERE {_TOOL})",
    "llm_duration": f"sum(end_s - start_s) FILTER (WHERE {_CALL})",
    "time_to_first_token": f"avg({_metric('time_to_first_token')}) FILTER (WHERE {_CALL})",
    "has_error": f"coalesce(bool_or(error IS NOT NULL) FILTER (WHERE {_IS_SPAN}), false)",
    "cached": f"coalesce(bool_and(coalesce({_metric('cached')} > 0, false)) FILTER (WHERE {_CALL}), false)",
}


def _whole(sql: str) -> str:
    """Return a number as JSON, without a fraction that is zero."""
    return f"CASE WHEN {sql} = trunc({sql}) AND abs({sql}) < 1e15 THEN to_json({sql}::BIGINT) ELSE to_json({sql}) END"


_METRICS: Final = {
    "prompt_tokens": "sums.prompt_tokens",
    "completion_tokens": "sums.completion_tokens",
    "prompt_cached_tokens": "cached_tokens",
    "prompt_cache_creation_tokens": "cache_creation_tokens",
    "tokens": "sums.tokens",
    "total_tokens": "sums.tokens",
    "estimated_cost": f"sums.{COST}",
    "llm_calls": "llm_calls",
    "tool_calls": "tool_calls",
    "errors": "llm_errors + tool_errors",
    "llm_errors": "llm_errors",
    "tool_errors": "tool_errors",
    "start": "sums.start_s",
    "end": "sums.end_s",
    "duration": "sums.end_s - sums.start_s",
    "llm_duration": "llm_duration",
    "time_to_first_token": "time_to_first_token",
}
METRICS: Final[Mapping[tuple[str | int, ...], Value]] = {
    ("metrics", name): number(f"metric_{name}") for name in _METRICS
}
"""Path -> column of its own: who asks for one roll-up does not pay for all."""

_MEMBERS: Final = ", ".join(
    f"'{name}', {_whole(sql) if name.endswith('_tokens') or name == 'tokens' else sql}"
    for name, sql in _METRICS.items()
)
_MERGED: Final = "json_merge_patch({}, {})::VARCHAR"  # a null in the second takes the member away

_COMPUTED: Final = {
    "xact_id": "sums.xact_id",
    **{name: f"sums.{name}" for name in (*HOT_NUMBERS.values(), COST)},
    "metrics": _MERGED.format("'{}'", f"json_object({_MEMBERS})"),
    "scores": "means.scores",
}
_TYPE_INFO: Final = _MERGED.format(
    "coalesce(root.span_attributes, '{}')", "json_object('cached', cached, 'has_error', has_error)"
)


def summaries(rows: str, hits: str, wheres: Sequence[str]) -> str:
    """Return a SELECT with one row for each trace.

    Args:
        rows: the table of spans.
        hits: SELECT of the traces, with `hit_object` and `hit_root`.
        wheres: conditions on the spans that count.
    """
    spans = (
        f"{rows} JOIN hits ON object_id = hit_object AND root_span_id = hit_root WHERE {' AND '.join(wheres)}"
    )
    sums = ", ".join(f"{sql} AS {name}" for name, sql in _AGGREGATES.items())
    named = [f"{_COMPUTED.get(name, f'root.{name}')} AS {name}" for name in COLUMNS]
    columns = ", ".join([*named, *(f"{sql} AS metric_{name}" for name, sql in _METRICS.items())])
    return (
        f"WITH hits AS MATERIALIZED ({hits}), sums AS (SELECT hit_object, hit_root, {sums} FROM {spans} GROUP BY ALL),"
        f" means AS ({_means(spans)})"
        f" SELECT {columns}, {_TYPE_INFO} AS span_type_info FROM sums"
        f" JOIN {rows} AS root ON root.pagination_key = root_key AND root.id = root_id AND root.object_id = sums.hit_object"
        " LEFT JOIN means ON means.hit_object = sums.hit_object AND means.hit_root = sums.hit_root"
    )


def _means(spans: str) -> str:
    """Return a SELECT of the mean of each score of a trace, as JSON."""
    scored = (
        f"SELECT hit_object, hit_root, score.key AS score, avg(TRY_CAST(score.value::VARCHAR AS DOUBLE)) AS mean"
        f" FROM (SELECT hit_object, hit_root, scores FROM {spans} AND scores IS NOT NULL AND {_IS_SPAN}) AS given,"
        " LATERAL (SELECT member.key, member.value FROM json_each(CASE WHEN left(scores, 1) = '{' THEN scores END) AS member"
        " WHERE member.type <> 'NULL') AS score GROUP BY ALL HAVING mean IS NOT NULL"
    )
    return (
        "SELECT hit_object, hit_root, to_json(map_from_entries(list((score, mean) ORDER BY score)))::VARCHAR AS scores"
        f" FROM ({scored}) AS scored GROUP BY ALL"
    )
