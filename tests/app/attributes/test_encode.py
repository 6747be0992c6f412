"""Which attributes say which field, and what standard attributes stand beside them."""

import pytest

from otel_bridge.attributes.encode import MAX_TOOL_CHARACTERS, encode
from otel_bridge.contract.row import Json
from otel_bridge.settings import ContentMode

MESSAGES: Json = [{"role": "user", "content": "hi"}]
LLM: dict[str, Json] = {"span_attributes": {"type": "llm"}}


@pytest.mark.parametrize(
    ("field", "value", "attribute", "text"),
    [
        pytest.param("input", {"a": 1}, "braintrust.input_json", '{"a":1}', id="input"),
        pytest.param("output", "x", "braintrust.output_json", '"x"', id="output"),
        pytest.param("expected", None, "braintrust.expected_json", "null", id="expected"),
        pytest.param("error", "bad", "braintrust.error_json", '"bad"', id="error"),
        pytest.param("scores", {"s": 0.5}, "braintrust.scores", '{"s":0.5}', id="scores"),
        pytest.param("metadata", {"k": [1]}, "braintrust.metadata", '{"k":[1]}', id="metadata"),
        pytest.param("metrics", {"m": 1}, "braintrust.metrics", '{"m":1}', id="metrics"),
        pytest.param(
            "span_attributes", {"type": "task"}, "braintrust.span_attributes", '{"type":"task"}', id="type"
        ),
        pytest.param("context", {"c": 1}, "braintrust.context_json", '{"c":1}', id="context"),
        pytest.param("origin", {"id": "o"}, "braintrust.origin", '{"id":"o"}', id="origin"),
        pytest.param("classifications", [1], "braintrust.classifications", "[1]", id="classifications"),
        pytest.param("facets", {"f": 1}, "braintrust.facets", '{"f":1}', id="facets"),
        pytest.param("tags", ["a", "b"], "braintrust.tags", ["a", "b"], id="tags"),
        pytest.param("id", "mine", "braintrust.row_id", "mine", id="id"),
        pytest.param("foo", [1], "braintrust.event.foo", "[1]", id="a field without a name of its own"),
    ],
)
def test_a_field_has_its_attribute(field: str, value: Json, attribute: str, text: object) -> None:
    assert encode({field: value}) == {attribute: text}


@pytest.mark.parametrize(
    ("mode", "kind", "attributes"),
    [
        pytest.param("auto", "llm", {"gen_ai.input.messages"}, id="auto, llm"),
        pytest.param("auto", "task", {"braintrust.input_json"}, id="auto, another type"),
        pytest.param("genai", "task", {"gen_ai.input.messages"}, id="genai, any type"),
        pytest.param("both", "llm", {"gen_ai.input.messages", "braintrust.input_json"}, id="both, llm"),
        pytest.param("both", "task", {"braintrust.input_json"}, id="both, another type"),
        pytest.param("braintrust", "llm", {"braintrust.input_json"}, id="braintrust"),
    ],
)
def test_the_mode_says_where_messages_go(mode: ContentMode, kind: str, attributes: set[str]) -> None:
    encoded = encode({"input": MESSAGES, "span_attributes": {"type": kind}}, content=mode)

    assert {name for name in encoded if "input" in name} == attributes


def test_what_is_no_list_of_messages_stays_json_in_every_mode() -> None:
    assert encode({"input": "hi", **LLM}, content="genai")["braintrust.input_json"] == '"hi"'


def test_an_llm_span_repeats_its_metadata_as_request() -> None:
    metadata: Json = {
        "model": "gpt-4o", "response_model": "gpt-4o-2026", "provider": "openai", "temperature": 0.5, "top_p": 1,
        "top_k": 3, "max_tokens": 9, "frequency_penalty": 0.1, "presence_penalty": 0.2, "seed": 4, "stop": ["x"],
    }  # fmt: skip

    encoded = encode({"metadata": metadata, **LLM})

    assert {name: value for name, value in encoded.items() if name.startswith("gen_ai.")} == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": "gpt-4o-2026",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 1,
        "gen_ai.request.top_k": 3,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.frequency_penalty": 0.1,
        "gen_ai.request.presence_penalty": 0.2,
        "gen_ai.request.seed": 4,
        "gen_ai.request.stop_sequences": ["x"],
    }


def test_an_llm_span_repeats_its_metrics_as_usage() -> None:
    metrics: Json = {
        "prompt_tokens": 10, "completion_tokens": 5, "prompt_cached_tokens": 3, "prompt_cache_creation_tokens": 2,
        "completion_reasoning_tokens": 1, "time_to_first_token": 0.25, "mine": 1,
    }  # fmt: skip

    encoded = encode({"metrics": metrics, **LLM})

    assert {name: value for name, value in encoded.items() if "usage" in name or "first" in name} == {
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.usage.cache_write.input_tokens": 2,
        "gen_ai.usage.cache_creation.input_tokens": 2,
        "gen_ai.usage.reasoning.output_tokens": 1,
        "gen_ai.response.time_to_first_chunk": 0.25,
    }


def test_another_span_repeats_neither() -> None:
    encoded = encode(
        {"metadata": {"model": "m"}, "metrics": {"prompt_tokens": 1}, "span_attributes": {"type": "task"}}
    )

    assert not [name for name in encoded if name.startswith("gen_ai.")]


def test_who_and_what_conversation_is_said_of_every_span() -> None:
    encoded = encode({"metadata": {"session_id": "s", "user_id": "u"}})

    assert (encoded["gen_ai.conversation.id"], encoded["user.id"]) == ("s", "u")


def test_where_a_span_was_started_is_said_in_the_stable_names() -> None:
    context: Json = {"caller_functionname": "f", "caller_filename": "/app.py", "caller_lineno": 3}

    encoded = encode({"context": context})

    assert encoded["code.function.name"] == "f"
    assert encoded["code.file.path"] == "/app.py"
    assert encoded["code.line.number"] == 3


def test_the_choices_of_an_answer_say_why_it_ended() -> None:
    output: Json = [{"index": 0, "finish_reason": "stop"}, {"index": 1, "finish_reason": None}, "junk"]

    assert encode({"output": output, **LLM})["gen_ai.response.finish_reasons"] == ["stop"]


def test_a_tool_span_repeats_its_arguments_and_result() -> None:
    encoded = encode(
        {"input": {"city": "Rome"}, "output": 24, "span_attributes": {"type": "tool"}}, name="weather"
    )

    assert encoded["gen_ai.operation.name"] == "execute_tool"
    assert encoded["gen_ai.tool.name"] == "weather"
    assert encoded["gen_ai.tool.call.arguments"] == '{"city":"Rome"}'
    assert encoded["gen_ai.tool.call.result"] == "24"


def test_a_large_tool_result_is_written_once() -> None:
    encoded = encode({"output": "x" * MAX_TOOL_CHARACTERS, "span_attributes": {"type": "tool"}})

    assert "gen_ai.tool.call.result" not in encoded


def test_text_that_utf_8_cannot_carry_does_not_get_out() -> None:
    encoded = encode({"id": "\ud800", "tags": ["\ud800"], "input": "\ud800"})

    assert encoded == {
        "braintrust.row_id": "?",
        "braintrust.tags": ["?"],
        "braintrust.input_json": '"?"',
    }
