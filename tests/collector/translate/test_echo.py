"""Standard attributes that repeat Braintrust's."""

import json

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.echo import without_echoes
from tests.support.otlp import make_span

TYPED: dict[str, Json] = {"braintrust.span_attributes": '{"type":"llm"}'}


def test_what_metadata_and_metrics_say_is_left_out() -> None:
    own: dict[str, Json] = {
        **TYPED,
        "braintrust.metadata": '{"model":"openai/m","response_model":"m-1","session_id":"s","user_id":"u"}',
        "braintrust.metrics": '{"prompt_tokens":3}',
    }
    twins: dict[str, Json] = {
        "gen_ai.request.model": "openai/m",
        "gen_ai.response.model": "m-1",
        "gen_ai.conversation.id": "s",
        "user.id": "u",
        "gen_ai.usage.input_tokens": 3,
    }

    assert without_echoes(make_span({**own, **twins})).attributes == own


def test_a_different_value_stays() -> None:
    span = make_span({**TYPED, "braintrust.metadata": '{"user_id":"u"}', "user.id": "v"})

    assert without_echoes(span) is span


def test_a_key_that_metadata_does_not_have_stays() -> None:
    span = make_span({**TYPED, "braintrust.metadata": "[]", "user.id": "v"})

    assert without_echoes(span) is span


def test_a_tool_named_like_its_span_is_left_out() -> None:
    span = make_span({**TYPED, "gen_ai.tool.name": "search"}, name="search")

    assert without_echoes(span).attributes == TYPED


def test_finish_reasons_that_the_messages_have_are_left_out() -> None:
    messages = json.dumps([{"role": "assistant", "parts": [], "finish_reason": "stop"}])
    own: dict[str, Json] = {**TYPED, "gen_ai.output.messages": messages}

    assert without_echoes(make_span({**own, "gen_ai.response.finish_reasons": ["stop"]})).attributes == own


def test_finish_reasons_without_messages_stay() -> None:
    span = make_span(
        {**TYPED, "gen_ai.response.finish_reasons": ["stop"], "braintrust.output_json": '"done"'}
    )

    assert without_echoes(span) is span


def test_a_span_that_is_not_typed_by_us_stays_as_it_is() -> None:
    span = make_span({"braintrust.metadata": '{"user_id":"u"}', "user.id": "u"})

    assert without_echoes(span) is span


def test_the_arguments_of_a_tool_that_its_input_has_are_left_out() -> None:
    own: dict[str, Json] = {**TYPED, "braintrust.input_json": "false"}

    assert without_echoes(make_span({**own, "gen_ai.tool.call.arguments": "false"})).attributes == own
