"""MLflow's own spans."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span


def row_of(**told: Json) -> dict[str, object]:
    """Return the row of a span whose attributes are each JSON text; `__` in a name is a dot."""
    return dict(
        translate(make_span({name.replace("__", "."): json.dumps(value) for name, value in told.items()}))
    )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("CHAT_MODEL", "llm"),
        ("EMBEDDING", "llm"),
        ("RETRIEVER", "tool"),
        ("EVALUATOR", "score"),
        ("AGENT", "task"),
    ],
)
def test_the_type_is_that_of_the_span_type(kind: str, expected: str) -> None:
    row = row_of(mlflow__spanType=kind)

    assert row["span_attributes"] == {"name": "work", "type": expected}


def test_attributes_of_the_user_are_decoded() -> None:
    row = row_of(mlflow__spanType="AGENT", team="blue", size=3)

    assert row["metadata"] == {"mlflow.spanType": "AGENT", "team": "blue", "size": 3}


def test_counts_include_the_cache() -> None:
    usage: Json = {"input_tokens": 72, "output_tokens": 9, "total_tokens": 81, "cache_read_input_tokens": 20}

    metrics = row_of(mlflow__spanType="CHAT_MODEL", mlflow__chat__tokenUsage=usage)["metrics"]

    assert isinstance(metrics, dict)
    assert {name: metrics[name] for name in ("prompt_tokens", "prompt_cached_tokens", "tokens")} == {
        "prompt_tokens": 72,
        "prompt_cached_tokens": 20,
        "tokens": 81,
    }


def test_parameters_and_content_of_a_request_are_told_once() -> None:
    messages: Json = [{"role": "user", "content": "Hi"}]
    request: Json = {"model": "m", "messages": messages, "temperature": 0.2}

    row = row_of(
        mlflow__spanType="CHAT_MODEL",
        mlflow__spanInputs=request,
        messages=messages,
        temperature=0.2,
        model="m",
    )

    assert row["input"] == messages
    assert row["metadata"] == {"mlflow.spanType": "CHAT_MODEL", "model": "m", "temperature": 0.2}


def test_the_text_of_a_model_is_a_message() -> None:
    assert row_of(mlflow__spanType="LLM", mlflow__spanOutputs="Hi")["output"] == [
        {"role": "assistant", "content": "Hi"}
    ]


def test_what_is_no_json_stays() -> None:
    row = translate(make_span({"mlflow.spanType": "{oops", "mlflow.spanInputs": "[1"}))

    assert row.get("metadata") == {"mlflow.spanType": "{oops"}
    assert row.get("input") == "[1"


def test_a_call_of_bedrock_is_read() -> None:
    row = row_of(
        mlflow__spanType="CHAT_MODEL",
        mlflow__spanInputs={
            "modelId": "anthropic.claude",
            "system": [{"text": "s"}],
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "inferenceConfig": {"maxTokens": 5},
            "toolConfig": {
                "tools": [{"toolSpec": {"name": "f", "inputSchema": {"json": {"type": "object"}}}}]
            },
        },
        mlflow__spanOutputs={
            "output": {"message": {"role": "assistant", "content": [{"text": "ho"}]}},
            "stopReason": "end_turn",
            "usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
        },
    )

    assert row["input"] == [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]
    assert row["output"] == [{"role": "assistant", "content": "ho"}]
    assert row["metadata"] == {
        "model": "anthropic.claude",
        "max_tokens": 5,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "finish_reason": "end_turn",
        "mlflow.spanType": "CHAT_MODEL",
    }


def test_a_call_of_google_with_one_text_and_its_config_is_read() -> None:
    row = row_of(
        mlflow__spanType="LLM",
        mlflow__spanInputs={
            "model": "gemini",
            "contents": "hi",
            "config": {"temperature": 0.5, "system_instruction": "s"},
        },
    )

    assert row["input"] == [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]
    assert row["metadata"] == {"model": "gemini", "temperature": 0.5, "mlflow.spanType": "LLM"}
