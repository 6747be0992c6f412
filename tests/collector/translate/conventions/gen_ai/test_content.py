"""Input and output from `gen_ai.*` attributes."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

QUESTION: Json = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
ASKED: list[Json] = [{"role": "user", "content": "hi"}]


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes))


@pytest.mark.parametrize(
    "value", [pytest.param(QUESTION, id="structured"), pytest.param(json.dumps(QUESTION), id="JSON text")]
)
def test_messages_become_chat_messages(value: Json) -> None:
    row = row_of({"gen_ai.input.messages": value})

    assert row.get("input") == ASKED
    assert "metadata" not in row


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(json.dumps(json.dumps(QUESTION)), id="JSON in JSON"),
        pytest.param([json.dumps(message) for message in ASKED], id="each in JSON"),
        pytest.param([{"index": 0, "message": ASKED[0]}], id="choices"),
        pytest.param([{"role": None, "content": "hi"}], id="no role"),
        pytest.param([{"parts": [{"type": "text", "content": "hi"}]}], id="without role"),
    ],
)
def test_messages_in_an_odd_shape_become_chat_messages(value: Json) -> None:
    assert row_of({"gen_ai.input.messages": value}).get("input") == ASKED


def test_a_choice_is_a_message_with_its_reason() -> None:
    choice: Json = [{"index": 0, "message": {"content": "ho"}, "finish_reason": "stop"}]

    row = row_of({"gen_ai.output.messages": json.dumps(choice)})

    assert row.get("output") == [{"role": "assistant", "content": "ho", "finish_reason": "stop"}]


@pytest.mark.parametrize("value", ['"hi"', "[1]", '[{"type": "novelty", "content": "x"}]', '{"a": 1}'])
def test_what_holds_no_messages_is_the_value(value: str) -> None:
    assert row_of({"gen_ai.input.messages": value}).get("input") == json.loads(value)


def test_messages_that_are_no_json_stay_in_metadata() -> None:
    row = row_of({"gen_ai.output.messages": '[{"role": "assis'})

    assert "output" not in row
    assert row.get("metadata") == {"gen_ai.output.messages": '[{"role": "assis'}


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"gen_ai.prompt": "hi"}, id="text"),
        pytest.param({"gen_ai.prompt": json.dumps(ASKED)}, id="messages where text should be"),
        pytest.param({"gen_ai.prompt_json": json.dumps(ASKED)}, id="JSON"),
        pytest.param({"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "hi"}, id="flattened"),
    ],
)
def test_the_former_prompts_become_chat_messages(attributes: dict[str, Json]) -> None:
    row = row_of(attributes)

    assert row.get("input") == ASKED
    assert "metadata" not in row


def test_a_flattened_call_of_a_tool_becomes_a_function() -> None:
    row = row_of(
        {
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.finish_reason": "tool_calls",
            "gen_ai.completion.0.tool_calls.0.id": "c1",
            "gen_ai.completion.0.tool_calls.0.name": "weather",
            "gen_ai.completion.0.tool_calls.0.arguments": '{"city":"Bern"}',
        }
    )
    function: Json = {"name": "weather", "arguments": '{"city":"Bern"}'}

    assert row.get("output") == [
        {
            "role": "assistant",
            "finish_reason": "tool_calls",
            "tool_calls": [{"id": "c1", "type": "function", "function": function}],
        }
    ]


def test_what_lies_beside_the_indexes_stays_in_metadata() -> None:
    row = row_of({"gen_ai.prompt.prompt_filter_results": "[]"})

    assert "input" not in row
    assert row.get("metadata") == {"gen_ai.prompt.prompt_filter_results": "[]"}


def test_instructions_are_the_first_message() -> None:
    row = row_of(
        {
            "gen_ai.system_instructions": '[{"type":"text","content":"be brief"}]',
            "gen_ai.input.messages": QUESTION,
        }
    )

    assert row.get("input") == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
    assert "metadata" not in row


def test_instructions_alone_are_the_input() -> None:
    assert row_of({"gen_ai.system_instructions": "be brief"}).get("input") == [
        {"role": "system", "content": "be brief"}
    ]


def test_a_tool_s_own_span_has_its_arguments_and_result() -> None:
    row = row_of(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.call.arguments": '{"city":"Bern"}',
            "gen_ai.tool.call.result": "21",
            "gen_ai.input.messages": QUESTION,
        }
    )

    assert (row.get("input"), row.get("output")) == ({"city": "Bern"}, "21")
    assert row.get("metadata") == {"gen_ai.input.messages": QUESTION}


def test_a_tool_s_own_span_may_tell_them_by_mastra_s_names() -> None:
    row = row_of(
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.input": '{"city": "Oslo"}',
            "gen_ai.tool.output": '{"degrees": 3}',
        }
    )

    assert (row.get("input"), row.get("output")) == ({"city": "Oslo"}, {"degrees": 3})


def test_on_other_spans_messages_come_before_arguments() -> None:
    row = row_of({"gen_ai.tool.call.arguments": "{}", "gen_ai.input.messages": QUESTION})

    assert row.get("input") == ASKED


def test_a_retrieval_has_its_query_and_documents() -> None:
    row = row_of(
        {
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "tea",
            "gen_ai.retrieval.documents": '[{"id":"d1","score":0.5}]',
            "gen_ai.retrieval.top_k": 3,
        }
    )

    assert (row.get("input"), row.get("output")) == ("tea", [{"id": "d1", "score": 0.5}])
    assert row.get("metadata") == {"top_k": 3}


def test_instructions_that_cannot_be_used_stay_in_metadata() -> None:
    assert row_of({"gen_ai.system_instructions": True}).get("metadata") == {
        "gen_ai.system_instructions": True
    }
    assert row_of({"gen_ai.system_instructions": "be brief", "gen_ai.input.messages": {"contents": []}}).get(
        "metadata"
    ) == {"gen_ai.system_instructions": "be brief"}


def test_a_message_that_says_nothing_is_left_out() -> None:
    empty: Json = {
        "role": "assistant",
        "parts": [{"type": "text", "content": ""}],
        "finish_reason": "tool_call",
    }
    attributes: dict[str, Json] = {"gen_ai.output.messages": json.dumps([empty])}
    kept: Json = [{"role": "assistant", "content": "", "finish_reason": "tool_call"}]

    assert row_of(attributes).get("output") == kept
    assert "output" not in row_of({**attributes, "gen_ai.response.finish_reasons": ["tool_call"]})


def test_an_empty_message_of_our_app_side_is_kept() -> None:
    attributes: dict[str, Json] = {
        "braintrust.span_attributes": '{"type":"llm"}',
        "gen_ai.input.messages": '[{"role":"system","parts":[{"type":"text","content":""}]}]',
    }

    assert row_of(attributes).get("input") == [{"role": "system", "content": ""}]
