"""Spans of the OpenAI Agents SDK as Logfire exports them."""

import json

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from tests.support.otlp import make_span

ASKED: dict[str, Json] = {"role": "user", "content": "hi"}
ANSWERED: dict[str, Json] = {"role": "assistant", "content": "ho"}


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes, scope="logfire.openai_agents"))


def test_a_generation_has_its_input_and_output_once() -> None:
    request: Json = {"model": "m", "messages": [ASKED, ANSWERED]}
    row = row_of(
        {
            "input": json.dumps([ASKED]),
            "output": json.dumps([ANSWERED]),
            "request_data": json.dumps(request),
            "gen_ai.request.model": "m",
        }
    )

    assert (row.get("input"), row.get("output")) == ([ASKED], [ANSWERED])
    assert row.get("metadata") == {"model": "m"}


def test_a_response_has_its_tokens() -> None:
    usage: Json = {"input_tokens": 20, "output_tokens": 90, "output_tokens_details": {"reasoning_tokens": 64}}
    event: Json = {"event.name": "gen_ai.user.message", "role": "user", "content": "hi"}
    row = row_of({"response": json.dumps({"usage": usage}), "events": json.dumps([event]), "raw_input": "hi"})
    metrics = row.get("metrics") or {}

    assert row.get("input") == [ASKED]
    assert (metrics["prompt_tokens"], metrics["completion_reasoning_tokens"]) == (20, 64)
    assert row.get("metadata") == {"response": json.dumps({"usage": usage})}


def test_a_function_has_its_arguments_and_result() -> None:
    row = row_of({"name": "weather", "input": '{"city":"Bern"}', "output": "21"})

    assert (row.get("input"), row.get("output")) == ({"city": "Bern"}, "21")
    assert row.get("metadata") == {"name": "weather"}
