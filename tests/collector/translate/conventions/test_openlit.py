"""Spans of OpenLIT."""

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import openlit
from tests.support.otlp import make_event, make_span

CALLED: dict[str, Json] = {
    "gen_ai.operation.name": "chat",
    "gen_ai.tool.name": "f",
    "gen_ai.tool.call.id": "c1",
    "gen_ai.tool.args": "{'a': 'b'}",
    "gen_ai.completion": "I'll look.",
}


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes, scope="openlit.otel.tracing"))


def call(call_id: str | None, name: str, arguments: str) -> Json:
    identity: dict[str, Json] = {"id": call_id} if call_id else {}
    return {**identity, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_the_call_of_a_tool_stands_beside_the_text() -> None:
    row = row_of(CALLED)

    assert row.get("output") == [
        {"role": "assistant", "content": "I'll look.", "tool_calls": [call("c1", "f", '{"a":"b"}')]}
    ]
    assert (row.get("metadata") or {})["gen_ai.tool.args"] == "{'a': 'b'}"


def test_the_text_may_stand_in_an_event() -> None:
    attributes = {name: value for name, value in CALLED.items() if name != "gen_ai.completion"}
    event = make_event("gen_ai.content.completion", {"gen_ai.completion": "ok"})
    row = translate(make_span({**attributes, "telemetry.sdk.name": "openlit"}, events=[event]))

    assert row.get("output") == [
        {"role": "assistant", "content": "ok", "tool_calls": [call("c1", "f", '{"a":"b"}')]}
    ]


@pytest.mark.parametrize(
    ("told", "calls"),
    [
        pytest.param(
            {"gen_ai.tool.name": "f, g", "gen_ai.tool.call.id": "c1, c2", "gen_ai.tool.args": '{"a": 1}, {}'},
            [call("c1", "f", '{"a":1}'), call("c2", "g", "{}")],
            id="several",
        ),
        pytest.param({"gen_ai.tool.args": "free text"}, [call("c1", "f", "free text")], id="text"),
        pytest.param({"gen_ai.tool.call.id": ""}, [call(None, "f", '{"a":"b"}')], id="no id"),
        pytest.param(
            {"gen_ai.tool.call.id": "c1, c2"},
            [call("c1, c2", "f", "{'a': 'b'}")],
            id="numbers that do not fit",
        ),
    ],
)
def test_calls_are_told_apart(told: dict[str, Json], calls: Json) -> None:
    output = row_of({**CALLED, **told}).get("output")

    assert output == [{"role": "assistant", "content": "I'll look.", "tool_calls": calls}]


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"gen_ai.operation.name": "execute_tool"}, id="the tool's own span"),
        pytest.param({"gen_ai.output.messages": '[{"role": "assistant", "content": "hi"}]'}, id="messages"),
    ],
)
def test_calls_that_stand_elsewhere_are_not_made_up(told: dict[str, Json]) -> None:
    assert "tool_calls" not in str(row_of({**CALLED, **told}).get("output"))


@pytest.mark.parametrize(("provider", "prompt_tokens"), [("anthropic", 37), ("openai", 12)])
def test_tokens_of_the_cache_of_anthropic_are_added(provider: str, prompt_tokens: int) -> None:
    row = row_of(
        {
            "gen_ai.provider.name": provider,
            "gen_ai.usage.input_tokens": 12,
            "gen_ai.usage.cache_read.input_tokens": 5,
            "gen_ai.usage.cache_creation.input_tokens": 20 if provider == "anthropic" else 0,
            "gen_ai.usage.output_tokens": 3,
        }
    )
    metrics = row.get("metrics") or {}

    assert metrics["prompt_tokens"] == prompt_tokens
    assert metrics["tokens"] == prompt_tokens + 3
    assert row.get("metadata") == {"provider": provider}


def test_other_spans_are_not_claimed() -> None:
    assert not openlit.claims(make_span(CALLED))


def test_arguments_that_the_output_has_are_not_repeated() -> None:
    output = (
        '[{"role": "assistant", "parts": '
        '[{"type": "tool_call", "id": "c1", "name": "f", "arguments": {"city": "Bern"}}]}]'
    )
    attributes: dict[str, Json] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.output.messages": output,
        "gen_ai.tool.call.arguments": '[{"city": "Bern"}]',
    }

    assert "gen_ai.tool.call.arguments" not in (row_of(attributes).get("metadata") or {})
