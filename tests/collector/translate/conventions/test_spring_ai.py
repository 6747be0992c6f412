"""Spans of Spring AI."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import spring_ai
from tests.support.otlp import make_span

FUNCTION: dict[str, Json] = {
    "name": "get_weather",
    "description": "Weather",
    "parameters": {"type": "object"},
}


def test_another_span_is_not_claimed() -> None:
    assert not spring_ai.claims(make_span({"spring.application": "x"}))


@pytest.mark.parametrize("operation", ["framework", "execute_tool"])
def test_the_run_of_a_tool_has_its_arguments_its_result_and_its_definition(operation: str) -> None:
    row = translate(
        make_span(
            {
                "gen_ai.operation.name": operation,
                "spring.ai.kind": "tool_call",
                "spring.ai.tool.definition.name": "get_weather",
                "spring.ai.tool.definition.description": "Weather",
                "spring.ai.tool.definition.schema": '{"type": "object"}',
                "spring.ai.tool.call.id": "c1",
                "spring.ai.tool.call.arguments": '{"city": "Bern"}',
                "spring.ai.tool.call.result": "21 C",
            }
        )
    )

    metadata = row.get("metadata") or {}
    assert (row.get("input"), row.get("output")) == ({"city": "Bern"}, "21 C")
    assert (row.get("span_attributes") or {})["type"] == "tool"
    assert metadata["tool_call_id"] == "c1"
    assert metadata["tools"] == [{"type": "function", "function": FUNCTION}]
    assert not any(name.startswith("spring.ai.tool.") for name in metadata)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("vector_store", "tool"), ("chat_client", "task"), ("advisor", "task"), ("else", "task")],
)
def test_a_kind_is_a_type(kind: str, expected: str) -> None:
    assert (translate(make_span({"spring.ai.kind": kind})).get("span_attributes") or {})["type"] == expected


def test_a_search_of_a_vector_store_has_its_query_and_its_documents() -> None:
    told: dict[str, Json] = {
        "spring.ai.kind": "vector_store",
        "db.vector.query.content": "Alps?",
        "db.vector.query.response.documents": '["d1", "d2"]',
    }
    row = translate(make_span(told))

    assert (row.get("input"), row.get("output")) == ("Alps?", ["d1", "d2"])


def test_texts_of_a_client_are_messages() -> None:
    told: dict[str, Json] = {
        "spring.ai.chat.client.system.text": "Be brief",
        "spring.ai.chat.client.user.text": "Hi",
    }

    assert translate(make_span(told)).get("input") == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hi"},
    ]


def test_a_call_whose_values_are_all_text_has_numbers_and_lists() -> None:
    row = translate(
        make_span(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.temperature": "0.7",
                "gen_ai.request.max_tokens": "100",
                "gen_ai.request.top_p": "high",
                "gen_ai.request.stop_sequences": '["a"]',
                "gen_ai.usage.input_tokens": "12",
                "spring.ai.model.request.tool.names": '["get_weather"]',
            }
        )
    )

    assert row.get("metadata") == {
        "temperature": 0.7,
        "max_tokens": 100,
        "top_p": "high",
        "stop": ["a"],
        "tools": [{"type": "function", "function": {"name": "get_weather"}}],
    }
    assert (row.get("metrics") or {})["prompt_tokens"] == 12
