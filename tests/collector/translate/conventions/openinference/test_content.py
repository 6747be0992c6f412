"""`input` and `output` of OpenInference spans."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span


def row_of(attributes: dict[str, Json], kind: str = "CHAIN") -> dict[str, Json]:
    """Return what a span with these attributes says."""
    row = translate(make_span({"openinference.span.kind": kind, **attributes}))
    said: dict[str, Json] = {
        "input": row.get("input"),
        "output": row.get("output"),
        "metadata": row.get("metadata"),
    }
    return {field: value for field, value in said.items() if value is not None}


def test_messages_come_before_the_value() -> None:
    row = row_of({"llm.input_messages.0.message.content": "Hi", "input.value": '{"messages":["Hi"]}'}, "LLM")

    assert row == {"input": [{"role": "user", "content": "Hi"}]}


def test_messages_are_in_the_order_of_their_indexes() -> None:
    row = row_of({f"llm.output_messages.{index}.message.content": str(index) for index in (10, 2, 0)}, "LLM")

    assert row["output"] == [{"role": "assistant", "content": str(index)} for index in (0, 2, 10)]


def test_the_value_stands_in_for_messages_that_say_nothing() -> None:
    row = row_of({"llm.output_messages.0.message.role": "assistant", "output.value": '{"a":1}'}, "LLM")

    assert row == {"output": {"a": 1}}


def test_messages_may_come_as_json() -> None:
    assert row_of({"llm.input_messages": '[{"role":"user","content":"Hi"}]'}) == {
        "input": [{"role": "user", "content": "Hi"}]
    }


def test_a_value_with_more_messages_wins() -> None:
    value = '{"messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}'
    row = row_of({"llm.input_messages.0.message.content": "b", "input.value": value}, "LLM")

    assert row == {"input": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]}


def test_a_value_does_not_reveal_redacted_messages() -> None:
    value = (
        '{"id":"r","text":"secret","messages":[{"role":"user","content":"a"},{"role":"user","content":"b"}]}'
    )
    row = row_of({"llm.input_messages.0.message.content": "__REDACTED__", "input.value": value}, "LLM")

    assert row == {"input": [{"role": "user", "content": "__REDACTED__"}]}


def test_a_response_tells_the_messages_that_were_sent_in_between() -> None:
    history = '[{"parts":[{"text":"Weather?"}]},{"role":"model","parts":[{"text":"Wait"}]}]'
    row = row_of(
        {
            "llm.input_messages.0.message.role": "system",
            "llm.input_messages.0.message.content": "Be brief",
            "output.value": f'{{"automatic_function_calling_history":{history}}}',
        },
        "LLM",
    )

    assert row["input"] == [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "Wait"},
    ]


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"llm.prompts": ["a", "b"]}, id="list"),
        pytest.param({"llm.prompts": '["a","b"]'}, id="JSON"),
        pytest.param({"llm.prompts.1.prompt.text": "b", "llm.prompts.0.prompt.text": "a"}, id="indexed"),
    ],
)
def test_prompts_are_messages(attributes: dict[str, Json]) -> None:
    assert row_of(attributes) == {
        "input": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    }


def test_choices_are_messages() -> None:
    assert row_of({"llm.choices.0.completion.text": "a"}) == {
        "output": [{"role": "assistant", "content": "a"}]
    }


def test_embeddings_are_texts_and_vectors() -> None:
    row = row_of(
        {
            "embedding.embeddings.0.embedding.text": "a",
            "embedding.embeddings.0.embedding.vector": [0.5],
            "embedding.embeddings.1.embedding.text": "b",
            "embedding.embeddings.1.embedding.vector": "[0.25]",
            "input.value": '["a","b"]',
        },
        "EMBEDDING",
    )

    assert row == {"input": ["a", "b"], "output": [[0.5], [0.25]]}


def test_a_text_to_embed_is_no_message() -> None:
    assert row_of({"input.value": "a"}, "EMBEDDING") == {"input": "a"}


def test_retrieved_documents_are_the_output() -> None:
    row = row_of(
        {
            "input.value": "q",
            "retrieval.documents.0.document.id": "d",
            "retrieval.documents.0.document.content": "text",
            "retrieval.documents.0.document.metadata": '{"src":"faq"}',
            "output.value": '{"documents":[{"id":"d","page_content":"text","type":"Document","rank":7}]}',
        },
        "RETRIEVER",
    )

    assert row == {
        "input": "q",
        "output": [{"id": "d", "content": "text", "metadata": {"src": "faq"}}],
        "metadata": {"output.value.documents": [{"rank": 7}]},
    }


def test_documents_are_ranked_for_a_query() -> None:
    row = row_of(
        {
            "reranker.query": "q",
            "reranker.input_documents.0.document.content": "a",
            "reranker.output_documents.0.document.content": "a",
            "reranker.output_documents.0.document.score": 0.5,
        },
        "RERANKER",
    )

    assert row == {
        "input": {"query": "q", "documents": [{"content": "a"}]},
        "output": [{"content": "a", "score": 0.5}],
    }


def test_documents_without_a_query_are_a_list() -> None:
    assert row_of({"reranker.input_documents.0.document.content": "a"}) == {"input": [{"content": "a"}]}


@pytest.mark.parametrize(
    ("attributes", "value"),
    [
        pytest.param({"input.value": "x"}, "x", id="text"),
        pytest.param({"input.value": '{"a":1}', "input.mime_type": "application/json"}, {"a": 1}, id="JSON"),
        pytest.param(
            {"input.value": '[{"a":1}]', "input.mime_type": "text/plain"}, [{"a": 1}], id="JSON text"
        ),
        pytest.param({"input.value": '"x"', "input.mime_type": "text/plain"}, '"x"', id="quoted text"),
        pytest.param({"input.value": '"x"', "input.mime_type": "application/json"}, "x", id="JSON string"),
        pytest.param(
            {"input.value": '"{\\"a\\":1}"', "input.mime_type": "application/json"}, {"a": 1}, id="JSON twice"
        ),
        pytest.param({"input.value": "{oops", "input.mime_type": "application/json"}, "{oops", id="cut"),
        pytest.param({"input.value": 5}, 5, id="number"),
    ],
)
def test_a_value_is_the_input(attributes: dict[str, Json], value: Json) -> None:
    assert row_of(attributes) == {"input": value}


def test_the_prompt_of_a_call_may_stand_among_its_parameters() -> None:
    parameters = '{"inputText": "Hi", "textGenerationConfig": {"temperature": 0.2}}'

    assert row_of({"llm.invocation_parameters": parameters}, "LLM") == {
        "input": [{"role": "user", "content": "Hi"}],
        "metadata": {"temperature": 0.2},
    }


def test_a_request_that_has_ids_of_calls_wins_over_messages_without() -> None:
    message: Json = {"role": "tool", "tool_call_id": "call_1", "content": "21"}
    attributes: dict[str, Json] = {
        "llm.input_messages.0.message.role": "tool",
        "llm.input_messages.0.message.content": "21",
        "input.value": json.dumps({"messages": [message]}),
    }

    assert row_of(attributes, "LLM") == {"input": [message]}


def test_the_instructions_of_a_request_come_before_its_messages() -> None:
    attributes: dict[str, Json] = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "Hi",
        "input.value": json.dumps({"system": "Be brief.", "messages": [{"role": "user", "content": "Hi"}]}),
    }

    assert row_of(attributes, "LLM") == {
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]
    }


def test_what_was_flattened_out_of_a_request_is_not_repeated() -> None:
    result: Json = {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "17"}]}
    attributes: dict[str, Json] = {
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": '[{"type":"text","text":"17"}]',
        "input.value": json.dumps({"messages": [{"role": "user", "content": [result]}]}),
    }

    assert row_of(attributes, "LLM") == {"input": [{"role": "tool", "tool_call_id": "c1", "content": "17"}]}


def test_a_text_of_a_call_is_a_message() -> None:
    assert row_of({"input.value": "Hi", "output.value": "Ho"}, "LLM") == {
        "input": [{"role": "user", "content": "Hi"}],
        "output": [{"role": "assistant", "content": "Ho"}],
    }


def test_a_request_and_a_response_without_messages_beside_them_are_taken_apart() -> None:
    row = row_of(
        {
            "input.value": '{"seed":7,"messages":[{"role":"user","content":"Hi"}]}',
            "output.value": '{"id":"r","choices":[{"message":{"role":"assistant","content":"Ho"}}]}',
        },
        "LLM",
    )

    assert row == {
        "input": [{"role": "user", "content": "Hi"}],
        "output": [{"role": "assistant", "content": "Ho"}],
        "metadata": {"gen_ai.response.id": "r", "input.value.seed": 7},
    }


def test_an_object_of_a_call_without_messages_stays_whole() -> None:
    assert row_of({"input.value": '{"prompt":"Hi"}'}, "LLM") == {"input": {"prompt": "Hi"}}


def test_a_list_of_messages_may_be_json_with_each_under_its_key() -> None:
    listed = [{"message": {"role": "assistant", "content": "ho"}}, {"message": {"content": "hum"}}]

    row = translate(make_span({"llm.output_messages": json.dumps(listed)}))

    assert row.get("output") == [
        {"role": "assistant", "content": "ho"},
        {"role": "assistant", "content": "hum"},
    ]
    assert "metadata" not in row


def test_a_list_that_holds_no_messages_is_a_leftover() -> None:
    assert (translate(make_span({"llm.output_messages": "[]"})).get("metadata") or {}) == {
        "llm.output_messages": "[]"
    }
