"""Whatever attribute or event a convention reads content from, a rule for the field holds for it at the door."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, cast

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from otel_bridge.contract.row import Json
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.masking.otlp import OtlpMasker
from otel_bridge_collector.pipeline.masks import door_rules
from otel_bridge_collector.translate import span_writes
from tests.support.masking import config_of
from tests.support.vocabulary import vocabulary

FIELDS: Final = ("input", "output", "expected")
CANARY: Final = "canary-7f3"
WORDS: Final = vocabulary()
ENDINGS: Final = ("0", "0.content", "0.message.content", "0.document.content", "content", "x")
NAMES: Final = [
    *WORDS, *(f"{word}{ending}" for word in WORDS if word.endswith(".") for ending in ENDINGS),
]  # fmt: skip
KEYS_OF_EVENTS: Final = (
    "content",
    "output",
    "message",
    "text",
    "body",
    "gen_ai.prompt",
    "gen_ai.event.content",
    "x",
)
MESSAGES: Final = json.dumps([{"role": "user", "content": CANARY}])
VALUES: Final = (
    CANARY, MESSAGES, json.dumps({"a": CANARY}), f'{{"messages": {MESSAGES}}}',
)  # fmt: skip

pytestmark = pytest.mark.one_python


def entry(key: str, text: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=text))


def leaks(scope: str, spans: Sequence[Span]) -> Iterator[tuple[str, str]]:
    """Yield field and name of what is still there when the request was masked; each span is named by what holds the canary."""
    rules = door_rules(config_of(f"{{fields: [{', '.join(FIELDS)}]}}"))
    assert rules is not None
    group = ScopeSpans(scope=InstrumentationScope(name=scope), spans=spans)
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[group])])
    OtlpMasker(rules).traces(request)
    for span in protobuf.spans(request):
        for write in span_writes(span):
            row = cast("dict[str, Json]", write.row)
            yield from ((field, span.name) for field in FIELDS if CANARY in json.dumps(row.get(field)))


def span_named(name: str, kind: dict[str, str]) -> Span:
    attributes = [entry(*each) for each in kind.items()]
    return Span(trace_id=b"1" * 16, span_id=b"1" * 8, name=name, attributes=attributes)


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        pytest.param("", {}, id="nothing else"),
        pytest.param("com.anthropic.claude_code", {}, id="Claude Code"),
        pytest.param("com.anthropic.claude_code", {"span.type": "llm_request"}, id="a call of Claude Code"),
        pytest.param("com.anthropic.claude_code", {"span.type": "tool"}, id="a tool of Claude Code"),
        pytest.param("litellm", {}, id="LiteLLM"),
        pytest.param("logfire", {}, id="Logfire"),
        pytest.param("logfire.openai_agents", {}, id="agents by Logfire"),
        pytest.param("openlit", {}, id="OpenLIT"),
        pytest.param("pydantic-ai", {}, id="Pydantic AI"),
        pytest.param("", {"gen_ai.operation.name": "chat"}, id="a GenAI call"),
        pytest.param("", {"gen_ai.operation.name": "execute_tool"}, id="a GenAI tool"),
        pytest.param("", {"openinference.span.kind": "LLM"}, id="an OpenInference call"),
        pytest.param("", {"openinference.span.kind": "TOOL"}, id="an OpenInference tool"),
        pytest.param("", {"openinference.span.kind": "RETRIEVER"}, id="an OpenInference retriever"),
        pytest.param("", {"langfuse.observation.type": "generation"}, id="Langfuse"),
        pytest.param("", {"mlflow.spanType": "CHAT_MODEL"}, id="MLflow"),
        pytest.param("", {"ai.operationId": "ai.generateText"}, id="the AI SDK"),
        pytest.param("", {"langsmith.span.kind": "llm"}, id="LangSmith"),
        pytest.param("", {"traceloop.span.kind": "tool"}, id="OpenLLMetry"),
    ],
)
def test_content_of_any_attribute_is_masked_by_its_field(scope: str, kind: dict[str, str]) -> None:
    spans: list[Span] = []
    for name in NAMES:
        for value in VALUES:
            span = span_named(name, kind)
            span.attributes.append(entry(name, value))
            spans.append(span)

    assert set(leaks(scope, spans)) == set()


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        pytest.param("", {}, id="nothing else"),
        pytest.param("com.anthropic.claude_code", {"span.type": "tool"}, id="a tool of Claude Code"),
        pytest.param("", {"gen_ai.operation.name": "chat"}, id="a GenAI call"),
    ],
)
def test_content_of_any_event_is_masked_by_its_field(scope: str, kind: dict[str, str]) -> None:
    spans: list[Span] = []
    for word in WORDS:
        for key in KEYS_OF_EVENTS:
            span = span_named(f"{word} {key}", kind)
            span.events.add(name=word).attributes.append(entry(key, VALUES[1]))
            span.events.add(name=word).attributes.append(entry(key, CANARY))
            spans.append(span)

    assert set(leaks(scope, spans)) == set()
