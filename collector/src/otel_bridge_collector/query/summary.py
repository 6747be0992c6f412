"""The summary shape: one row for each trace, of its spans. Pure.

A summary is asked for as the traces that its filter chooses, with all their spans, and made of those. Sums are over the rows
whose tokens count (`span_attributes.usage_is_rollup` marks the others). Source: spec/btql.md section 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.query.answer import Answer
from otel_bridge_collector.query.lower import query_error
from otel_bridge_collector.query.syntax import Call, Query, Selected

PREVIEW_LENGTH: Final = 124
"""Characters of a text in a preview, unless the query says otherwise."""

_COST: Final = "estimated_cost"
_STAR: Final = Selected(expression=None)
_PREVIEWS: Final = ("input", "output", "expected", "error", "metadata")
_OF_ROOT: Final = (
    "id", "span_id", "root_span_id", "created", "tags", "is_root", "_pagination_key", "project_id", "experiment_id",
    "span_attributes", "comments",
)  # fmt: skip
_SUMS: Final = {
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "prompt_cached_tokens": "prompt_cached_tokens",
    "prompt_cache_creation_tokens": "prompt_cache_creation_tokens",
    "tokens": "total_tokens",
}
"""Metric of a row -> its sum in a summary."""

_Row = Mapping[str, Json]


def as_traces(query: Query) -> Query:
    """Return the query for the traces that a summary is made of.

    Raises:
        QueryError: it asks for what a summary does not have yet.
    """
    source = query.source
    place = source.place if source else None
    if query.dimensions or query.measures or query.final_filter or query.sort:
        raise query_error(
            "a summary can be filtered and paged, and neither sorted nor grouped yet",
            place,
            code="unsupported",
            suggestion="group spans by root_span_id instead",
        )
    if any(column.expression for column in query.select):
        raise query_error(
            "a summary is selected whole", place, code="unsupported", suggestion="write select: *"
        )
    cost = Selected(expression=Call(name="estimated_cost"), alias=_COST)
    return replace(query, source=source and replace(source, shape="traces"), select=(_STAR, cost))


def summarize(answer: Answer, *, preview_length: int = PREVIEW_LENGTH) -> Answer:
    """Return one row for each trace among the rows of an answer, in the order in which the traces come first.

    Args:
        answer: the answer to `as_traces`.
        preview_length: characters kept of each text; -1 for all.
    """
    traces: dict[Json, list[_Row]] = {}
    for row in answer.data:
        traces.setdefault(row.get("root_span_id"), []).append(row)
    data = [_summary(trace, preview_length) for trace in traces.values()]
    return replace(answer, data=data, schema={"type": "array", "items": {"type": "object"}})


def _summary(trace: Sequence[_Row], preview_length: int) -> _Row:
    spans = [row for row in trace if _attributes(row).get("type") != "log"] or trace
    # A root that has not come is stood in for by the earliest span.
    root = min(spans, key=lambda row: (not row.get("is_root"), str(row.get("created"))))
    summary: dict[str, Json] = {name: root[name] for name in _OF_ROOT if name in root}
    summary |= {name: _preview(root.get(name), preview_length) for name in _PREVIEWS}
    summary["_xact_id"] = max(str(row.get("_xact_id")) for row in trace)
    summary["scores"] = _scores(spans)
    summary["metrics"] = _metrics(spans)
    summary["span_type_info"] = {**_attributes(root), "has_error": any(map(_has_error, spans))}
    return dict(sorted(summary.items()))


def _scores(spans: Sequence[_Row]) -> Json:
    found: dict[str, list[float]] = {}
    for row in spans:
        for name, score in _numbers(row.get("scores")).items():
            found.setdefault(name, []).append(score)
    return {name: fmean(scores) for name, scores in found.items()} or None


def _metrics(spans: Sequence[_Row]) -> Json:
    counting = [row for row in spans if _attributes(row).get("usage_is_rollup") is not True]
    calls = [row for row in spans if _attributes(row).get("type") == "llm"]
    tools = [row for row in spans if _attributes(row).get("type") == "tool"]
    metrics: dict[str, Json] = {}
    for metric, name in _SUMS.items():
        values = [numbers[metric] for row in counting if metric in (numbers := _metric_numbers(row))]
        if values:
            metrics[name] = sum(values)
    if costs := [cost for row in counting if isinstance(cost := row.get(_COST), int | float)]:
        metrics[_COST] = sum(costs)
    metrics |= {"llm_calls": len(calls), "tool_calls": len(tools)}
    llm_errors, tool_errors = (sum(map(_has_error, rows)) for rows in (calls, tools))
    metrics |= {"llm_errors": llm_errors, "tool_errors": tool_errors, "errors": llm_errors + tool_errors}
    return metrics | _times(spans, calls)


def _times(spans: Sequence[_Row], calls: Sequence[_Row]) -> dict[str, Json]:
    numbers = [_metric_numbers(row) for row in spans]
    starts = [each["start"] for each in numbers if "start" in each]
    ends = [each["end"] for each in numbers if "end" in each]
    times: dict[str, Json] = {}
    if starts:
        times["start"] = min(starts)
    if ends:
        times["end"] = max(ends)
    if starts and ends:
        times["duration"] = max(ends) - min(starts)
    of_calls = [_metric_numbers(row) for row in calls]
    if lasted := [each["end"] - each["start"] for each in of_calls if {"start", "end"} <= each.keys()]:
        times["llm_duration"] = sum(lasted)
    if first := [each["time_to_first_token"] for each in of_calls if "time_to_first_token" in each]:
        times["time_to_first_token"] = fmean(first)
    return times


def _preview(value: Json, length: int) -> Json:
    if length < 0:
        return value
    if isinstance(value, str):
        return value[:length]
    if isinstance(value, Mapping):
        return {key: _preview(item, length) for key, item in value.items()}
    if isinstance(value, list):
        return [_preview(item, length) for item in value]
    return value


def _has_error(row: _Row) -> bool:
    return row.get("error") is not None


def _attributes(row: _Row) -> _Row:
    attributes = row.get("span_attributes")
    return attributes if isinstance(attributes, Mapping) else {}


def _metric_numbers(row: _Row) -> dict[str, float]:
    return _numbers(row.get("metrics"))


def _numbers(value: Json) -> dict[str, float]:
    if not isinstance(value, Mapping):
        return {}
    return {
        name: item
        for name, item in value.items()
        if isinstance(item, int | float) and not isinstance(item, bool)
    }
