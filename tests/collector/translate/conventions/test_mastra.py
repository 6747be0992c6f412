"""Spans of Mastra's exporter."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import mastra
from tests.support.otlp import SPAN_ID, TRACE_ID, make_span

HI: Json = {"role": "user", "content": "hi"}


def row_of(kind: str, **told: Json) -> Row:
    attributes = {
        name.replace("__", "."): value if isinstance(value, str) else json.dumps(value)
        for name, value in told.items()
    }
    return translate(make_span({"mastra.span.type": kind, **attributes}))


def test_another_span_is_not_claimed() -> None:
    assert not mastra.claims(make_span({"input": "x"}))


@pytest.mark.parametrize("prefix", ["", "mastra__workflow_step__"], ids=["early", "version 1"])
def test_a_step_has_what_it_was_given_and_returned(prefix: str) -> None:
    told: dict[str, Json] = {f"{prefix}input": {"a": 1}, f"{prefix}output": "done"}
    row = row_of("workflow_step", **told)

    assert (row.get("input"), row.get("output")) == ({"a": 1}, "done")


def test_a_model_has_messages() -> None:
    call: Json = {"type": "tool-call", "toolCallId": "c", "toolName": "f", "input": {"a": 1}}
    results: list[Json] = [
        {
            "type": "tool-result",
            "toolCallId": "c",
            "toolName": "f",
            "output": {"type": "json", "value": {"b": 2}},
        },
        {"type": "tool-result", "toolCallId": "d", "toolName": "f", "result": "r"},
    ]
    asked: list[Json] = [
        HI,
        {"role": "assistant", "content": [call, {"type": "text", "text": "t"}]},
        {"role": "tool", "content": results},
    ]
    answer: Json = {
        "text": "ok",
        "toolCalls": [{"toolCallId": "e", "toolName": "f", "args": {}}],
        "files": [],
        "reasoning": "hm",
    }

    row = row_of("model_generation", gen_ai__operation__name="chat", input={"messages": asked}, output=answer)

    assert row.get("input") == [
        HI,
        {
            "role": "assistant",
            "content": "t",
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c", "content": '{"b":2}', "name": "f"},
        {"role": "tool", "tool_call_id": "d", "content": "r", "name": "f"},
    ]
    assert row.get("output") == [
        {
            "role": "assistant",
            "content": "ok",
            "reasoning": "hm",
            "tool_calls": [{"id": "e", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        }
    ]


def test_an_agent_has_its_instructions_before_what_it_was_asked() -> None:
    row = row_of(
        "agent_run", gen_ai__system_instructions="Be brief", mastra__agent_run__input="hi", output="ok"
    )

    assert row.get("input") == [{"role": "system", "content": "Be brief"}, HI]
    assert row.get("output") == [{"role": "assistant", "content": "ok"}]


@pytest.mark.parametrize(
    "value", [{"k": 1}, {"messages": 5}, [1], {"text": ""}], ids=["object", "number", "list", "empty"]
)
def test_what_are_no_messages_stays(value: Json) -> None:
    row = row_of("agent_run", input=value, output=value)

    assert (row.get("input"), row.get("output")) == (value, value)


def test_what_the_application_says_is_metadata_and_tags() -> None:
    row = row_of("agent_run", mastra__metadata__tenant={"id": 1}, mastra__tags=["a", "b"])

    assert row.get("tags") == ["a", "b"]
    assert (row.get("metadata") or {})["tenant"] == {"id": 1}


def test_tags_that_are_none_stay() -> None:
    assert (row_of("agent_run", mastra__tags=[1]).get("metadata") or {})["mastra.tags"] == "[1]"


def test_the_answer_begins_since_the_start_of_the_span() -> None:
    span = make_span(
        {"mastra.span.type": "model_generation", "mastra.completion_start_time": "2026-03-06T03:03:51.701Z"}
    )

    assert (translate(span).get("metrics") or {})["time_to_first_token"] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("told", ["soon", "2026-03-06T03:03:51.701", "2020-01-01T00:00:00Z"])
def test_a_time_that_says_nothing_is_no_measure(told: str) -> None:
    row = row_of("model_generation", mastra__completion_start_time=told)

    assert "time_to_first_token" not in (row.get("metrics") or {})


def test_what_repeats_the_span_is_left_out() -> None:
    row = row_of("agent_run", mastra__trace_id=TRACE_ID, mastra__span_id=SPAN_ID, span__kind="other")

    assert row.get("metadata") == {"mastra.span.type": "agent_run", "span.kind": "other"}


def test_a_span_of_an_unknown_kind_keeps_what_it_says() -> None:
    span = make_span({"mastra.span.type": "agent_run", "span.kind": "server"})

    assert (translate(span._replace(kind=77)).get("metadata") or {})["span.kind"] == "server"
