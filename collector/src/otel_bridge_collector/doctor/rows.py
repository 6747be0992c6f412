"""What the newest rows of a project tell: missing content, values that were cut, orphans, prices, calls that are told twice. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

MAX_ROWS: Final = 1_000

QUERY: Final = (
    "select: span_id, span_parents, span_attributes.type as type, metadata.model as model, metrics.tokens as tokens,"
    " metrics.prompt_tokens as prompt_tokens, metrics.completion_tokens as completion_tokens,"
    ' metadata."otel_bridge.truncated" as truncated, context.otel.scope.name as scope,'
    " input is null and output is null as is_empty, is_orphan, estimated_cost() as cost"
    f" | from: project_logs('{{project_id}}') spans | sort: _pagination_key desc | limit: {MAX_ROWS}"
)
"""What `check_rows` reads of a project."""

CAPTURE: Final = (
    ("opentelemetry.instrumentation.genai.", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=span_only"),
    ("opentelemetry.instrumentation.openai_v2", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true"),
    ("opentelemetry.instrumentation.google_genai", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true"),
    ("opentelemetry.instrumentation.vertexai", "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true"),
    ("opentelemetry.instrumentation.", "TRACELOOP_TRACE_CONTENT=true"),
    ("openinference.", "OPENINFERENCE_HIDE_INPUTS=false OPENINFERENCE_HIDE_OUTPUTS=false"),
    ("gcp.vertex.agent", "ADK_CAPTURE_MESSAGE_CONTENT_IN_SPANS=true"),
    ("pydantic-ai", "InstrumentationSettings(include_content=True)"),
    ("ai", "experimental_telemetry: {isEnabled: true, recordInputs: true, recordOutputs: true}"),
)
"""Beginning of an instrumentation scope -> what records messages there; the first that fits."""

Rows = Sequence[Mapping[str, Any]]


def check_rows(project: str, rows: Rows) -> list[Finding]:
    """Return what is found in rows that `QUERY` has read; one line for each kind of fault and who makes it."""
    return [
        *_content(project, rows),
        *_truncated(project, rows),
        *_orphans(project, rows),
        *_prices(project, rows),
        *_told_twice(project, rows),
    ]


def capture_setting(scope: str) -> str:
    """Return the setting that lets an instrumentation record messages."""
    found = (
        setting for start, setting in CAPTURE if scope == start or (start != "ai" and scope.startswith(start))
    )
    return next(
        found,
        f"OTEL_BRIDGE_CAPTURE_CONTENT=true with our app side, or the setting of {scope or 'the instrumentation'}",
    )


def _content(project: str, rows: Rows) -> list[Finding]:
    empty = Counter(
        _scope(row) for row in rows if row["type"] == "llm" and _has_answered(row) and row["is_empty"]
    )
    return [
        wrong(
            "content",
            f"{number} calls of {scope} in {project} have tokens and no messages",
            capture_setting(scope),
        )
        for scope, number in empty.items()
    ] or [fine("content", f"calls in {project} have their messages")]


def _truncated(project: str, rows: Rows) -> list[Finding]:
    cut = sum(bool(row["truncated"]) for row in rows)
    if not cut:
        return [fine("truncated values", f"no row in {project} says so")]
    remedy = (
        "leave OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT and OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT unset in the app"
    )
    return [
        wrong(
            "truncated values", f"{cut} rows in {project} have values that were cut before they came", remedy
        )
    ]


def _orphans(project: str, rows: Rows) -> list[Finding]:
    orphans = Counter(_scope(row) for row in rows if row["is_orphan"])
    remedy = "send the spans of the caller here too: otel-bridge-collector receipts tells what was lost; a filter or sampler may keep them back"
    return [
        wrong("orphans", f"{number} rows of {scope} in {project} name a parent that is not there", remedy)
        for scope, number in orphans.items()
    ] or [fine("orphans", f"every parent in {project} is there")]


def _prices(project: str, rows: Rows) -> list[Finding]:
    unpriced = Counter(
        str(row["model"])
        for row in rows
        if row["type"] == "llm" and row["model"] and _tokens(row) and row["cost"] is None
    )
    return [
        wrong(
            "prices",
            f"{number} calls of {model} in {project} have tokens and no price",
            "span.log(metrics={'estimated_cost': USD}), or metadata.provider beside the model's full name",
        )
        for model, number in unpriced.items()
    ] or [fine("prices", f"every model in {project} has its price")]


def _told_twice(project: str, rows: Rows) -> list[Finding]:
    """Find calls below a call of another instrumentation with the same tokens: the translation has left one of them `llm`."""
    by_id = {row["span_id"]: row for row in rows}
    pairs = Counter(
        (_scope(above), _scope(row))
        for row in rows
        for above in _parents(row, by_id)
        if above["type"] == "llm" and row["type"] != "llm" and _is_same_call(row, above)
    )
    remedy = "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS=NAME of one of them in the app"
    return [
        wrong("instrumentations", f"{number} calls in {project} are told by both {one} and {other}", remedy)
        for (one, other), number in pairs.items()
    ] or [fine("instrumentations", f"each call in {project} is told once")]


def _is_same_call(row: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    return bool(_tokens(row)) and _tokens(row) == _tokens(above) and _scope(row) != _scope(above)


def _parents(row: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (by_id[each] for each in row["span_parents"] or () if each in by_id)


def _has_answered(row: Mapping[str, Any]) -> bool:
    """Whether a call gave messages back: those of embeddings count what they read, and have none."""
    return bool(row["completion_tokens"] or (row["tokens"] and not row["prompt_tokens"]))


def _tokens(row: Mapping[str, Any]) -> object:
    return row["tokens"] or row["prompt_tokens"]


def _scope(row: Mapping[str, Any]) -> str:
    return str(row["scope"] or "a scope without a name")
