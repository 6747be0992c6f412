"""The row of one call of the proxy: a span of the type `llm`. Pure; ids and times are passed in.

Source: spec/evaluate.md section 7, "Logging"; names and metrics as Braintrust's SDK has them for its wrapped clients.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast

from otel_bridge.contract.merge import merge_value
from otel_bridge.contract.row import Json
from otel_bridge_collector.providers.client import Operation
from otel_bridge_collector.proxy.call import Call, Parenthood
from otel_bridge_collector.proxy.output import Output
from otel_bridge_collector.translate.usage import counts_in, token_metrics

_NAMES: Final[Mapping[Operation, str]] = {
    "chat/completions": "Chat Completion",
    "completions": "Completion",
    "responses": "Response",
    "embeddings": "Embedding",
    "moderations": "Moderation",
}
_INPUTS: Final = ("messages", "prompt", "input")
_INHERITED: Final = ("span_attributes", "metadata", "tags")
"""Fields that a slug hands on to the spans below."""


def begun_row(
    call: Call, logged: Parenthood, ids: Mapping[str, str], span_id: str, trace_id: str
) -> dict[str, Json]:
    """Return what is known of a row before a provider is asked.

    Args:
        call: what is asked.
        logged: where the row goes.
        ids: of its object, as rows carry them.
        span_id: 16 hex digits, new.
        trace_id: 32 hex digits, new; counts where the row is a root.
    """
    slug = logged.parent.span
    root = (slug.root_span_id if slug else logged.trace_id) or trace_id
    parent = (slug.span_id if slug else logged.span_id) or None
    row: dict[str, Json] = {
        **ids,
        "id": span_id,
        "span_id": span_id,
        "root_span_id": root,
        "span_parents": [parent] if parent else None,
        "span_attributes": {"name": _NAMES[call.operation], "type": "llm"},
        "input": next((call.asked[name] for name in _INPUTS if name in call.asked), None),
        "metadata": {name: value for name, value in call.asked.items() if name not in _INPUTS},
    }
    handed_on = (slug.propagated_event if slug else None) or {}
    return row | {
        name: merge_value(handed_on[name], row[name]) if name in row else handed_on[name]
        for name in _INHERITED
        if handed_on.get(name) is not None
    }


def ended_row(
    begun: Mapping[str, Json], output: Output, metrics: Mapping[str, Json], *, endpoint: str, error: str = ""
) -> dict[str, Json]:
    """Return a row with what became of its call.

    Args:
        begun: of `begun_row`.
        output: what was said.
        metrics: times, and what else was measured.
        endpoint: the name of the provider that answered; empty for none.
        error: why it failed; empty when it did not.
    """
    metadata = dict(cast("Mapping[str, Json]", begun["metadata"]))
    if output.model:
        metadata["model"] = output.model
    if endpoint:
        metadata["endpoint"] = endpoint
    start_s = cast("float", metrics["start"])
    row: dict[str, Json] = {
        **begun,
        "metadata": metadata,
        "metrics": dict(metrics),
        "created": datetime.fromtimestamp(start_s, UTC).isoformat(),
    }
    if output.value is not None:
        row["output"] = output.value
    if error:
        row["error"] = error
    return row


def token_counts(output: Output) -> dict[str, Json]:
    """Return token counts as rows have them."""
    return {entry.key: entry.value for entry in token_metrics(counts_in(dict(output.usage), ""))}
