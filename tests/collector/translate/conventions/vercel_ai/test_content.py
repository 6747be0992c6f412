"""Input and output from `ai.*` attributes."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

ASKED: Json = [{"role": "user", "content": "hi"}]
CALL: dict[str, Json] = {"ai.operationId": "ai.generateText.doGenerate"}


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes, scope="ai"))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param(
            {"ai.prompt.messages": '[{"role":"user","content":[{"type":"text","text":"hi"}]}]'}, id="messages"
        ),
        pytest.param({"ai.prompt": '{"prompt":"hi"}'}, id="prompt"),
        pytest.param({"ai.prompt": '{"prompt":[{"role":"user","content":"hi"}]}'}, id="prompt of messages"),
        pytest.param(
            {"ai.prompt": '{"messages":[{"role":"user","content":"hi"}]}'}, id="messages of a prompt"
        ),
        pytest.param({"ai.prompt": "hi"}, id="text"),
    ],
)
def test_a_prompt_becomes_chat_messages(attributes: dict[str, Json]) -> None:
    row = row_of(attributes)

    assert row.get("input") == ASKED
    assert "metadata" not in row


@pytest.mark.parametrize(
    "system",
    [
        pytest.param("be brief", id="text"),
        pytest.param({"role": "system", "content": "be brief"}, id="message"),
        pytest.param([{"role": "system", "content": "be brief"}], id="messages"),
    ],
)
@pytest.mark.parametrize("key", ["system", "instructions"])
def test_the_system_prompt_is_the_first_message(system: Json, key: str) -> None:
    row = row_of({"ai.prompt": json.dumps({key: system, "prompt": "hi"})})

    assert row.get("input") == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]


def test_a_prompt_with_other_keys_stays_as_it_is() -> None:
    assert row_of({"ai.prompt": '{"prompt":"hi","voice":"alto"}'}).get("input") == {
        "prompt": "hi",
        "voice": "alto",
    }


@pytest.mark.parametrize("value", ["[]", '[{"role":', ""])
def test_messages_that_say_nothing_are_no_input(value: str) -> None:
    assert "input" not in row_of({"ai.prompt.messages": value})


def test_an_answer_is_one_message() -> None:
    row = row_of(
        {
            **CALL,
            "ai.response.text": "Wait.",
            "ai.response.reasoning": "two cities",
            "ai.response.toolCalls": '[{"toolCallId":"c1","toolName":"weather","input":"{\\"city\\":\\"Bern\\"}"}]',
            "ai.response.files": '[{"type":"file","mediaType":"image/png","data":"aGk="}]',
        }
    )
    function: Json = {"name": "weather", "arguments": '{"city":"Bern"}'}

    assert row.get("output") == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Wait."},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            ],
            "reasoning": [{"content": "two cities"}],
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        }
    ]
    assert "metadata" not in row


def test_the_names_of_version_3_are_read() -> None:
    row = row_of({"ai.result.text": "ho", "ai.result.toolCalls": "[]"})

    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert "metadata" not in row


def test_an_answer_without_content_is_no_output() -> None:
    row = row_of({"ai.response.text": "", "ai.response.toolCalls": "oops"})

    assert "output" not in row
    assert row.get("metadata") == {"ai.response.toolCalls": "oops"}


def test_what_of_an_answer_is_of_another_kind_stays_in_metadata() -> None:
    row = row_of({"ai.response.text": "ho", "ai.response.reasoning": 5, "ai.response.files": "{}"})

    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert row.get("metadata") == {"ai.response.reasoning": 5, "ai.response.files": "{}"}


def test_an_object_is_the_output_and_on_the_span_of_a_call_a_message() -> None:
    attributes: dict[str, Json] = {"ai.response.object": '{"city":"Bern"}'}

    assert row_of(attributes).get("output") == {"city": "Bern"}
    assert row_of({**CALL, **attributes}).get("output") == [
        {"role": "assistant", "content": '{"city":"Bern"}'}
    ]


def test_embeddings_have_their_values() -> None:
    one = row_of({"ai.value": '"tea"', "ai.embedding": "[0.5]"})
    many = row_of({"ai.values": ['"tea"', '"milk"'], "ai.embeddings": ["[0.5]", "[0.25]"]})

    assert (one.get("input"), one.get("output")) == ("tea", [0.5])
    assert (many.get("input"), many.get("output")) == (["tea", "milk"], [[0.5], [0.25]])


def test_a_tool_has_its_arguments_and_result() -> None:
    row = row_of(
        {"ai.operationId": "ai.toolCall", "ai.toolCall.args": '{"city":"Bern"}', "ai.toolCall.result": "21"}
    )

    assert (row.get("input"), row.get("output")) == ({"city": "Bern"}, "21")
