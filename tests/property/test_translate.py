"""Translation never raises, changes nothing and loses no attribute; our own attributes come back as they were."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Final

import orjson
from hypothesis import given
from hypothesis import strategies as st

from otel_bridge.attributes.encode import encode
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import SpanEvent
from otel_bridge_collector.translate import NestedCalls, record_writes, span_writes, summary_of, translate
from tests.support.otlp import make_record, make_span

NAMES: Final = [
    "braintrust.input", "braintrust.input_json", "braintrust.input.0.role", "braintrust.input.0.content",
    "braintrust.output_json", "braintrust.expected", "braintrust.metadata", "braintrust.metadata.a",
    "braintrust.metadata.a.b", "braintrust.metrics", "braintrust.metrics.x", "braintrust.scores",
    "braintrust.scores.x", "braintrust.tags", "braintrust.span_attributes", "braintrust.span_attributes.type",
    "braintrust.context_json", "braintrust.origin", "braintrust.error_json", "braintrust.row_id",
    "braintrust.event.x", "braintrust.parent", "braintrust.feedback.scores", "braintrust.feedback.comment",
    "braintrust.feedback.tags", "gen_ai.operation.name", "gen_ai.tool.name", "gen_ai.tool.definitions",
    "gen_ai.agent.tools", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result", "gen_ai.input.messages",
    "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.prompt", "gen_ai.prompt.0.content",
    "gen_ai.prompt.0.role", "gen_ai.prompt.0.tool_calls.0.name", "gen_ai.completion", "gen_ai.completion_json",
    "gen_ai.request", "gen_ai.request.model", "gen_ai.response.model", "gen_ai.provider.name", "gen_ai.system",
    "gen_ai.usage", "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "gen_ai.usage.cost",
    "gen_ai.usage.cache_read.input_tokens", "gen_ai.request.temperature", "gen_ai.response.finish_reasons",
    "gen_ai.evaluation.name", "gen_ai.evaluation.score.value", "code.function.name", "code.lineno", "content",
    "message", "tool_calls", "id", "role", "exception.message", "http.route", "user.id",
]  # fmt: skip
EVENTS: Final = [
    "exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.assistant.message", "gen_ai.tool.message",
    "gen_ai.content.prompt", "gen_ai.client.inference.operation.details", "gen_ai.evaluation.result",
    "braintrust.feedback", "braintrust.update", "other",
]  # fmt: skip

NOT_KEPT: Final = (
    "gen_ai.operation.name", "gen_ai.prompt.0.role", "braintrust.input.0.role", "braintrust.metadata.a",
    "braintrust.metadata.a.b", "braintrust.metrics.x", "braintrust.scores.x", "braintrust.span_attributes.type",
)  # fmt: skip
"""Labels, whose text need not survive, and what lies over another value by rule."""

TEXTS = st.text(max_size=8)
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, st.sampled_from(["NaN", "chat", "llm", "user"]))
KEYS = st.sampled_from(
    [
        "role",
        "content",
        "parts",
        "type",
        "text",
        "name",
        "id",
        "arguments",
        "tool_calls",
        "function",
        "message",
        "a",
    ]
)
STRUCTURES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
VALUES = st.one_of(STRUCTURES, STRUCTURES.map(json.dumps), st.lists(TEXTS, max_size=3))
ATTRIBUTES = st.dictionaries(st.one_of(st.sampled_from(NAMES), TEXTS), VALUES, max_size=8)
SPAN_EVENTS = st.lists(
    st.builds(
        SpanEvent, name=st.sampled_from(EVENTS), time_ns=st.integers(0, 2**64 - 1), attributes=ATTRIBUTES
    ),
    max_size=3,
)


@given(ATTRIBUTES, SPAN_EVENTS, st.integers(0, 3))
def test_any_span_becomes_rows_and_stays_as_it_was(
    attributes: dict[str, Json], events: list[SpanEvent], status: int
) -> None:
    span = make_span(attributes, events=events, status_code=status)
    before = deepcopy(span)

    writes = span_writes(span)
    writes += NestedCalls().observe(summary_of(span, writes[0].row))

    assert [orjson.loads(orjson.dumps(write.row)) for write in writes]
    assert span == before


@given(st.sampled_from(EVENTS), ATTRIBUTES, VALUES, st.sampled_from(["aa" * 8, None]))
def test_any_log_record_becomes_rows(
    name: str, attributes: dict[str, Json], body: Json, span_id: str | None
) -> None:
    record = make_record(name, attributes, body=body, span_id=span_id)

    assert [orjson.loads(orjson.dumps(write.row)) for write in record_writes(record)]


def scalars(value: Json, *, labels: Sequence[str] = ()) -> set[str]:
    """Every text and number in `value`, also in JSON text, as text; what stands under `labels` aside."""
    if isinstance(value, dict):
        items = [item for key, item in value.items() if key not in labels]
        return {each for item in items for each in scalars(item, labels=labels)}
    if isinstance(value, list):
        return {each for item in value for each in scalars(item, labels=labels)}
    if isinstance(value, str):
        try:
            parsed: Json = json.loads(value)
        except ValueError:
            return {value}
        return scalars(parsed, labels=labels) if isinstance(parsed, dict | list | str) else {value}
    return set() if value is None else {str(float(value)) if isinstance(value, int | float) else str(value)}


PLAIN_NAMES = st.text("abcdefgh.", min_size=1, max_size=12).map(lambda name: f"app.{name}")
PLAIN_VALUES = st.one_of(st.booleans(), st.integers(-1000, 1000), st.text("xyz", min_size=1, max_size=5))


@given(st.dictionaries(PLAIN_NAMES, PLAIN_VALUES, max_size=4), ATTRIBUTES)
def test_attributes_of_no_convention_stay_under_their_names(
    plain: dict[str, Json], known: dict[str, Json]
) -> None:
    row = translate(make_span({**known, **plain}))
    metadata = row.get("metadata") or {}

    assert {name: metadata.get(name) for name in plain} == plain


def explicit_metadata(attributes: Mapping[str, Json]) -> Mapping[str, Json]:
    """The object that `braintrust.metadata` holds, or nothing."""
    value = attributes.get("braintrust.metadata")
    try:
        parsed: Json = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


@given(st.dictionaries(st.sampled_from([name for name in NAMES if name not in NOT_KEPT]), VALUES, max_size=6))
def test_no_attribute_is_lost(attributes: dict[str, Json]) -> None:
    row = translate(make_span(attributes))

    kept = scalars(row)  # type: ignore[arg-type]  # a row is JSON
    text = json.dumps(row, ensure_ascii=False)
    # A key that braintrust.metadata sets wins over an attribute of that name (spec/translation.md section 4.8).
    told = {name: value for name, value in attributes.items() if name not in explicit_metadata(attributes)}
    said = {each for value in told.values() for each in scalars(value, labels=("role", "type"))}
    lost = {each for each in said - kept if each not in text}
    assert lost == set()


OBJECTS = st.dictionaries(TEXTS.filter(bool), STRUCTURES, max_size=3)
SHARED_METADATA = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["gpt-4o", "openai/gpt-4o"]),
        "response_model": st.just("gpt-4o-2024"),
        "provider": st.sampled_from(["openai", "gcp.vertex_ai"]),
        "temperature": st.floats(0, 2),
        "stop": st.lists(TEXTS, max_size=2),
        "session_id": TEXTS,
        "user_id": TEXTS,
    },
)
MESSAGES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": TEXTS}),
        st.fixed_dictionaries(
            {
                "role": st.just("assistant"),
                "content": st.one_of(st.none(), TEXTS),
                "tool_calls": st.just(
                    [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
                ),
            }
        ),
        st.fixed_dictionaries({"role": st.just("tool"), "tool_call_id": st.just("c"), "content": TEXTS}),
        st.fixed_dictionaries(
            {"role": st.just("assistant"), "content": TEXTS, "finish_reason": st.just("stop")}
        ),
    ),
    min_size=1,
    max_size=3,
)
SAID = STRUCTURES.filter(lambda value: value is not None)
FIELDS = st.fixed_dictionaries(
    {"span_attributes": st.fixed_dictionaries({"type": st.sampled_from(["llm", "tool", "task", "eval"])})},
    optional={
        "input": st.one_of(SAID, MESSAGES),
        "output": st.one_of(SAID, MESSAGES),
        "expected": SAID,
        "metadata": st.one_of(OBJECTS, SHARED_METADATA),
        "scores": st.dictionaries(TEXTS, st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=3),
        "metrics": st.dictionaries(
            st.sampled_from(["prompt_tokens", "completion_tokens", "prompt_cached_tokens", "latency"]),
            st.integers(0, 1000),
            max_size=4,
        ),
        "tags": st.lists(TEXTS, unique=True, min_size=1, max_size=3),
        "origin": st.fixed_dictionaries({"object_type": st.just("dataset"), "id": TEXTS}),
    },
)


def _with_total(metrics: Json) -> Json:
    if not isinstance(metrics, dict):
        return metrics
    both = [metrics.get(name) for name in ("prompt_tokens", "completion_tokens")]
    return metrics if None in both else {**metrics, "tokens": sum(map(int, both))}  # type: ignore[arg-type]


@given(FIELDS)
def test_what_our_app_side_wrote_comes_back(fields: dict[str, Json]) -> None:
    row = dict(translate(make_span(encode(fields, name="work"))))

    metrics = row["metrics"]
    assert isinstance(metrics, dict)
    row["metrics"] = {name: value for name, value in metrics.items() if name not in ("start", "end")}
    span_attributes = fields["span_attributes"]
    assert isinstance(span_attributes, dict)
    expected = {
        **fields,
        "metrics": _with_total(fields.get("metrics")),
        "span_attributes": {"name": "work", **span_attributes},
    }
    assert {field: row.get(field) or None for field in expected} == {
        field: value or None for field, value in expected.items()
    }
