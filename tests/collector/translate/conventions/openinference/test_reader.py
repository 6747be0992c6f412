"""Which spans are OpenInference's, and of which type they are."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import openinference
from tests.support.otlp import START_NS, make_event, make_span

STARTED = "First Token Stream Event"


def type_of(attributes: dict[str, Json]) -> Json:
    return (translate(make_span(attributes)).get("span_attributes") or {})["type"]


@pytest.mark.parametrize(
    ("attribute", "claimed"),
    [
        pytest.param("openinference.span.kind", True, id="kind"),
        pytest.param("input.value", True, id="value"),
        pytest.param("llm.input_messages.0.message.role", True, id="messages"),
        pytest.param("session.id", False, id="session of anybody"),
        pytest.param("llm.request.type", False, id="another convention's"),
    ],
)
def test_only_its_own_attributes_are_claimed(attribute: str, *, claimed: bool) -> None:
    assert openinference.claims(make_span({attribute: "x"})) is claimed


@pytest.mark.parametrize(
    ("kind", "span_type"),
    [
        pytest.param("LLM", "llm", id="LLM"),
        pytest.param("llm", "llm", id="lower case"),
        pytest.param("EMBEDDING", "llm", id="EMBEDDING"),
        pytest.param("TOOL", "tool", id="TOOL"),
        pytest.param("RETRIEVER", "tool", id="RETRIEVER"),
        pytest.param("RERANKER", "tool", id="RERANKER"),
        pytest.param("EVALUATOR", "score", id="EVALUATOR"),
        pytest.param("AGENT", "task", id="AGENT"),
        pytest.param("DECISION", "task", id="any other"),
    ],
)
def test_the_kind_gives_the_type(kind: str, span_type: str) -> None:
    assert type_of({"openinference.span.kind": kind}) == span_type


def test_without_a_kind_messages_with_a_model_are_a_call() -> None:
    content: dict[str, Json] = {"llm.input_messages.0.message.content": "Hi"}

    assert type_of({**content, "llm.model_name": "m"}) == "llm"
    assert type_of({**content, "llm.token_count.prompt": 1}) == "llm"
    assert type_of(content) == "task"
    assert type_of({"input.value": "Hi", "llm.model_name": "m"}) == "task"


def test_the_first_token_is_timed() -> None:
    events = [make_event(STARTED, time_ns=START_NS + delay_ns) for delay_ns in (500_000_000, 600_000_000)]
    metrics = translate(make_span({"openinference.span.kind": "LLM"}, events=events)).get("metrics") or {}

    assert metrics["time_to_first_token"] == 0.5


def test_a_token_before_the_start_is_not_timed() -> None:
    event = make_event(STARTED, time_ns=START_NS - 1)
    metrics = translate(make_span({"openinference.span.kind": "LLM"}, events=[event])).get("metrics") or {}

    assert "time_to_first_token" not in metrics


def test_the_kind_is_spent() -> None:
    assert "metadata" not in translate(make_span({"openinference.span.kind": "CHAIN"}))
    assert translate(make_span({"openinference.span.kind": 5, "x": 1})).get("metadata") == {
        "openinference.span.kind": 5,
        "x": 1,
    }
