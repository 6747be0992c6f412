"""Genkit's spans."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import genkit
from tests.support.otlp import make_span


def row_of(subtype: str, given: Json = None, returned: Json = None, **others: Json) -> Row:
    told: dict[str, Json] = {"genkit:metadata:subtype": subtype, **others}
    for name, value in (("genkit:input", given), ("genkit:output", returned)):
        if value is not None:
            told[name] = json.dumps(value)
    return translate(make_span(told))


def metadata_of(row: Row) -> dict[str, Json]:
    return {
        key: value for key, value in (row.get("metadata") or {}).items() if key != "genkit:metadata:subtype"
    }


def test_another_span_is_not_claimed() -> None:
    assert not genkit.claims(make_span({"genkit.input": "x"}))


@pytest.mark.parametrize(
    ("subtype", "kind"),
    [
        ("model", "llm"),
        ("background-model", "llm"),
        ("embedder", "llm"),
        ("tool", "tool"),
        ("retriever", "tool"),
        ("evaluator", "score"),
        ("flow", "task"),
        ("prompt", "task"),
    ],
)
def test_a_subtype_is_a_type(subtype: str, kind: str) -> None:
    row = row_of(subtype)

    assert (row.get("span_attributes") or {})["type"] == kind
    assert (row.get("metadata") or {})["genkit:metadata:subtype"] == subtype


def test_a_span_without_a_subtype_has_what_was_given_and_returned() -> None:
    row = translate(
        make_span({"genkit:input": '{"q": 1}', "genkit:output": "plain", "genkit:sessionId": "s"})
    )

    assert (row.get("input"), row.get("output")) == ({"q": 1}, "plain")
    assert row.get("metadata") == {"session_id": "s"}


def test_parts_of_a_model_are_parts_of_chat_messages() -> None:
    image = "data:image/png;base64,AA=="
    content: list[Json] = [
        {"text": "hi"}, {"media": {"url": image}}, {"media": {"url": "https://a/b.pdf", "contentType": "application/pdf"}},
        {"custom": {"k": 1}},
    ]  # fmt: skip
    answer: Json = {
        "role": "model",
        "content": [{"reasoning": "Hm."}, {"toolRequest": {"name": "f", "ref": "c", "input": {"a": 1}}}],
    }
    result: Json = {
        "role": "tool",
        "content": [{"toolResponse": {"name": "f", "ref": "c", "output": {"b": 2}}}],
    }
    messages: list[Json] = [{"role": "user", "content": content}, answer, result]

    row = row_of("model", {"messages": messages}, {"message": answer})

    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    told = {"role": "assistant", "content": None, "reasoning": [{"content": "Hm."}], "tool_calls": [call]}
    assert row.get("input") == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "image_url", "image_url": {"url": image}},
                {"type": "file", "file": {"file_data": "https://a/b.pdf"}},
                {"custom": {"k": 1}},
            ],
        },
        told,
        {"role": "tool", "tool_call_id": "c", "content": '{"b":2}', "name": "f"},
    ]
    assert row.get("output") == [told]


def test_a_request_names_its_parameters_and_tools() -> None:
    tool: Json = {"name": "f", "inputSchema": {"type": "object"}, "outputSchema": {}, "key": "/tool/f"}
    config: Json = {"temperature": 0.2, "maxOutputTokens": 9, "apiKey": "secret"}
    row = row_of(
        "model",
        {
            "messages": [],
            "config": config,
            "tools": [tool],
            "toolChoice": "auto",
            "output": {"format": "json"},
        },
    )

    assert metadata_of(row) == {
        "temperature": 0.2,
        "max_tokens": 9,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "tool_choice": "auto",
        "genkit:input.output": {"format": "json"},
    }


def test_the_response_of_the_provider_says_more_than_genkit_does() -> None:
    raw: Json = {
        "id": "r1", "model": "gpt-5-2026", "usage": {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}},
    }  # fmt: skip
    usage: Json = {"inputTokens": 9, "outputTokens": 2, "totalTokens": 11}
    answer: Json = {"role": "model", "content": [{"text": "hi"}]}
    response: Json = {"message": answer, "finishReason": "stop", "usage": usage, "raw": raw, "latencyMs": 5}
    row = row_of("model", None, response, **{"genkit:name": "googleai/gpt-5"})

    metrics = row.get("metrics") or {}
    assert {
        name: metrics[name]
        for name in ("prompt_tokens", "completion_tokens", "tokens", "prompt_cached_tokens")
    } == {
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "tokens": 11,
        "prompt_cached_tokens": 4,
    }
    assert metadata_of(row) == {
        "genkit:name": "googleai/gpt-5",
        "model": "gpt-5-2026",
        "request_model": "gpt-5",
        "provider": "google",
        "gen_ai.response.id": "r1",
        "finish_reason": "stop",
        "genkit:output.latencyMs": 5,
    }


def test_an_early_version_answers_with_candidates() -> None:
    answer: Json = {"role": "model", "content": [{"text": "hi"}]}
    row = row_of(
        "model", {"messages": "hi"}, {"candidates": [{"index": 0, "message": answer}]}, **{"genkit:name": "m"}
    )

    assert row.get("input") == "hi"
    assert row.get("output") == [{"role": "assistant", "content": "hi"}]
    assert metadata_of(row)["model"] == "m"


def test_messages_that_are_none_stay_as_they_are() -> None:
    row = row_of("model", {"messages": ["hi", {"role": "user", "content": "a"}]}, {})

    assert row.get("input") == ["hi", {"role": "user", "content": "a"}]
    assert "output" not in row


def test_an_embedder_has_texts_and_vectors() -> None:
    documents: list[Json] = [{"content": [{"text": "a"}, {"media": {}}]}, {"content": [{"text": "b"}]}]
    row = row_of("embedder", {"input": documents}, {"embeddings": [{"embedding": [0.1]}, {}]})

    assert (row.get("input"), row.get("output")) == (["a", "b"], [[0.1]])


def test_an_embedder_of_another_shape_keeps_its_values() -> None:
    row = row_of("embedder", "a", "b")

    assert (row.get("input"), row.get("output")) == ("a", "b")
