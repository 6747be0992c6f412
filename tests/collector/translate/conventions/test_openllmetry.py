"""Attributes and events of OpenLLMetry."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import openllmetry
from tests.support.otlp import START_NS, make_event, make_span


def test_what_an_entity_got_and_gave_is_parsed() -> None:
    row = translate(
        make_span(
            {
                "traceloop.entity.input": '{"args": [4711], "kwargs": {}}',
                "traceloop.entity.output": '"It shipped."',
                "traceloop.entity.name": "lookup",
            }
        )
    )

    assert row.get("input") == {"args": [4711], "kwargs": {}}
    assert row.get("output") == "It shipped."
    assert row.get("metadata") == {"traceloop.entity.name": "lookup"}


def test_what_a_task_repeats_is_said_once() -> None:
    said = '{"inputs": {"q": "?"}}'
    row = translate(make_span({"traceloop.entity.input": said, "gen_ai.task.input": said}))

    assert row.get("input") == {"inputs": {"q": "?"}}
    assert "metadata" not in row


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        pytest.param({"traceloop.span.kind": "workflow"}, "task", id="workflow"),
        pytest.param({"traceloop.span.kind": "tool"}, "tool", id="tool"),
        pytest.param({"llm.request.type": "chat"}, "llm", id="chat"),
        pytest.param({"llm.request.type": "rerank"}, "tool", id="rerank"),
        pytest.param({"llm.request.type": "novelty"}, "task", id="unknown request"),
        pytest.param({"gen_ai.operation.name": "vector_db_retrieve"}, "tool", id="retrieval"),
        pytest.param(
            {"gen_ai.operation.name": "execute_task", "traceloop.span.kind": "tool"},
            "task",
            id="operation first",
        ),
        pytest.param(
            {"gen_ai.operation.name": "chat", "traceloop.span.kind": "task"}, "llm", id="genai first"
        ),
        pytest.param({"db.system": "chroma"}, "tool", id="vector store"),
        pytest.param({"db.system.name": "pinecone"}, "tool", id="vector store of today"),
        pytest.param({"db.system": "postgresql"}, "task", id="other store"),
    ],
)
def test_the_type_comes_from_the_most_telling_marker(attributes: dict[str, Json], kind: str) -> None:
    assert (translate(make_span(attributes)).get("span_attributes") or {})["type"] == kind


def test_tools_in_indexed_keys_are_definitions() -> None:
    row = translate(
        make_span(
            {
                "llm.request.functions.0.name": "f",
                "llm.request.functions.0.parameters": '{"type": "object"}',
                "llm.request.functions.1.name": "g",
                "llm.request.functions.1.input_schema": '{"type": "object"}',
            }
        )
    )

    assert row.get("metadata") == {
        "tools": [
            {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
            for name in ("f", "g")
        ]
    }


def test_association_properties_and_parameters_are_metadata() -> None:
    row = translate(
        make_span(
            {
                "traceloop.association.properties.user_id": "u",
                "traceloop.association.properties.versions": '{"a": "1"}',
                "llm.frequency_penalty": 0.5,
                "llm.is_streaming": "False",
                "llm.headers": "{'authorization': 'Bearer secret'}",
            }
        )
    )

    assert row.get("metadata") == {
        "user_id": "u",
        "versions": {"a": "1"},
        "frequency_penalty": 0.5,
        "stream": False,
        "llm.is_streaming": "False",
    }


def test_a_truth_value_that_is_none_is_not_read() -> None:
    assert translate(make_span({"llm.is_streaming": "maybe"})).get("metadata") == {
        "llm.is_streaming": "maybe"
    }


def test_usage_under_the_old_names_counts() -> None:
    row = translate(make_span({"llm.usage.total_tokens": 5, "llm.usage.token_type": "x"}))

    assert (row.get("metrics") or {})["tokens"] == 5
    assert row.get("metadata") == {"llm.usage.token_type": "x"}


def test_the_first_chunk_gives_the_time_to_the_first_token() -> None:
    events = [
        make_event("llm.content.completion.chunk", time_ns=START_NS + 30_000_000),
        make_event("llm.content.completion.chunk", time_ns=START_NS + 20_000_000),
    ]

    assert (translate(make_span(events=events)).get("metrics") or {})["time_to_first_token"] == 0.02


def test_a_chunk_before_the_span_is_no_measure() -> None:
    events = [make_event("gen_ai.content.completion.chunk", time_ns=START_NS - 1)]

    assert "time_to_first_token" not in (translate(make_span(events=events)).get("metrics") or {})


def test_other_spans_are_not_claimed() -> None:
    assert not openllmetry.claims(make_span({"llm.model_name": "m"}))


def test_the_usage_of_a_crew_is_read_out_of_its_text() -> None:
    usage = (
        "total_tokens=108 prompt_tokens=90 cached_prompt_tokens=4 completion_tokens=18 successful_requests=2"
    )

    row = translate(make_span({"crewai.crew.token_usage": usage}))

    metrics = {
        name: value for name, value in (row.get("metrics") or {}).items() if name not in ("start", "end")
    }
    assert metrics == {"tokens": 108, "prompt_tokens": 90, "prompt_cached_tokens": 4, "completion_tokens": 18}
    assert row.get("metadata") == {"crewai.crew.token_usage": usage}
