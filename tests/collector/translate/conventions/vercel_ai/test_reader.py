"""Type, model, settings and tools from `ai.*` attributes."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import vercel_ai
from tests.support.otlp import make_span


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes, scope="ai"))


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("ai.generateText", "task"),
        ("ai.generateText.doGenerate", "llm"),
        ("ai.streamObject.doStream", "llm"),
        ("ai.embedMany.doEmbed", "llm"),
        ("ai.embed", "task"),
        ("ai.toolCall", "tool"),
    ],
)
def test_the_operation_is_the_type(operation: str, kind: str) -> None:
    row = row_of({"ai.operationId": operation})

    assert (row.get("span_attributes") or {})["type"] == kind


@pytest.mark.parametrize("operation", ["checkout", 5])
def test_an_operation_of_another_kind_stays_in_metadata(operation: Json) -> None:
    assert row_of({"ai.operationId": operation}).get("metadata") == {"ai.operationId": operation}


def test_model_and_provider_have_their_names() -> None:
    row = row_of(
        {
            "ai.model.id": "gpt-4o",
            "ai.model.provider": "openai.chat",
            "ai.response.model": "gpt-4o-2024-08-06",
        }
    )

    assert row.get("metadata") == {
        "model": "gpt-4o-2024-08-06",
        "request_model": "gpt-4o",
        "provider": "openai",
        "ai.model.provider": "openai.chat",
    }


def test_settings_are_parameters() -> None:
    row = row_of(
        {
            "ai.settings.maxOutputTokens": 9,
            "ai.settings.topP": 0.5,
            "ai.settings.stopSequences": ["END"],
            "ai.settings.maxRetries": 2,
            "ai.settings.context.tenant": "t1",
        }
    )

    assert row.get("metadata") == {
        "max_tokens": 9, "top_p": 0.5, "stop": ["END"], "max_retries": 2, "ai.settings.context.tenant": "t1",
    }  # fmt: skip


def test_the_application_s_metadata_does_not_hide_a_setting() -> None:
    row = row_of(
        {
            "ai.telemetry.metadata.userId": "u1",
            "ai.telemetry.metadata.temperature": "warm",
            "ai.settings.temperature": 0.5,
        }
    )

    assert row.get("metadata") == {
        "userId": "u1",
        "temperature": 0.5,
        "ai.telemetry.metadata.temperature": "warm",
    }


def test_tools_are_openai_s() -> None:
    tool: Json = {"type": "function", "name": "now", "inputSchema": {"type": "object"}}
    row = row_of({"ai.prompt.tools": [json.dumps(tool)], "ai.prompt.toolChoice": '{"type":"auto"}'})

    assert row.get("metadata") == {
        "tools": [{"type": "function", "function": {"name": "now", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "auto"},
    }


def test_the_authorization_is_dropped_and_other_headers_stay() -> None:
    row = row_of({"ai.request.headers.Authorization": "Bearer x", "ai.request.headers.user-agent": "ai/6"})

    assert row.get("metadata") == {"ai.request.headers.user-agent": "ai/6"}


def test_a_span_without_such_attributes_is_not_claimed() -> None:
    assert not vercel_ai.claims(make_span({"gen_ai.request.model": "m"}, scope="ai"))
