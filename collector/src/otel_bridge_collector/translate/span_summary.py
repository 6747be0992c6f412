"""What is asked of a span and its row to see what several spans tell together; not their content."""

from collections.abc import Mapping
from typing import Final, NamedTuple, cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate.parent import named_parent
from otel_bridge_collector.translate.row import keyed_field
from otel_bridge_collector.translate.usage import is_measure

_RESPONSE_ID: Final = "gen_ai.response.id"
_IDENTITY: Final = ("id", "span_id", "root_span_id")
_USAGE: Final = ("tokens", "prompt_tokens", "completion_tokens", "estimated_cost")


class SpanSummary(NamedTuple):
    """A span and its row, in short.

    Attributes:
        scope: the name of its instrumentation; empty when it did not say.
        parent: the parent string that the span itself carries; None where it carries none.
        identity: the fields that name its row.
        is_call: its row's type is `llm`.
        is_open: one call above it and one below it may be the same: it is a plain task, such as an HTTP request.
        models: the names of the model that answered and of the one that was asked for.
        response_id: the id that the provider gave the answer; None without.
    """

    trace_id: str
    span_id: str
    parent_span_id: str | None
    start_ns: int
    end_ns: int
    scope: str
    parent: str | None
    identity: Mapping[str, Json]
    is_call: bool
    is_open: bool
    models: frozenset[str]
    response_id: Json
    has_messages: bool
    has_usage: bool


def summary_of(span: Span, row: Row) -> SpanSummary:
    """Return the summary of a span whose row is `row`."""
    members = cast("Mapping[str, Json]", row)
    metadata = keyed_field(row, "metadata")
    kind = keyed_field(row, "span_attributes").get("type")
    models = (metadata.get("model"), metadata.get("request_model"))
    return SpanSummary(
        span.trace_id,
        span.span_id,
        span.parent_span_id,
        span.start_ns,
        span.end_ns,
        span.scope.name,
        named_parent(span.attributes),
        identity={name: members[name] for name in _IDENTITY if name in members},
        is_call=kind == "llm",
        is_open=kind == "task",
        models=frozenset([model for model in models if isinstance(model, str)]),
        response_id=metadata.get(_RESPONSE_ID),
        has_messages=bool(row.get("input") or row.get("output")),
        has_usage=has_usage(row),
    )


def has_usage(row: Row) -> bool:
    """Tell whether a row says that tokens were used, or what they cost."""
    metrics = keyed_field(row, "metrics")
    return any(is_measure(value := metrics.get(name)) and value > 0 for name in _USAGE)
