"""Observations of Langfuse."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Scope
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import langfuse
from tests.support.otlp import make_span

GENERATION: dict[str, Json] = {"langfuse.observation.type": "generation"}
SAID: Json = [{"role": "user", "content": "hi"}]


def row_of(attributes: dict[str, Json], *, version: str = "5.0.4") -> Row:
    return translate(make_span(attributes)._replace(scope=Scope(name="langfuse-sdk", version=version)))


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("generation", "llm"),
        ("GENERATION", "llm"),
        ("retriever", "tool"),
        ("evaluator", "score"),
        ("novelty", "task"),
    ],
)
def test_the_type_is_that_of_the_observation(told: str, kind: str) -> None:
    assert (row_of({"langfuse.observation.type": told}).get("span_attributes") or {})["type"] == kind


def test_an_observation_keeps_what_it_got_and_gave() -> None:
    row = row_of(
        {
            "langfuse.observation.type": "tool",
            "langfuse.observation.input": '{"args": [1], "messages": []}',
            "langfuse.observation.output": "It shipped",
        }
    )

    assert row.get("input") == {"args": [1], "messages": []}
    assert row.get("output") == "It shipped"


@pytest.mark.parametrize(
    ("told", "messages"),
    [
        pytest.param('[{"role": "user", "content": "hi"}]', SAID, id="messages"),
        pytest.param('{"messages": [{"role": "user", "content": "hi"}]}', SAID, id="in an object"),
        pytest.param("hi", SAID, id="text"),
        pytest.param('{"input": "hi"}', SAID, id="responses"),
        pytest.param('{"args": ["hi"]}', {"args": ["hi"]}, id="no messages"),
        pytest.param('{"input": {"a": 1}}', {"input": {"a": 1}}, id="no prompt"),
    ],
)
def test_the_input_of_a_generation_is_messages(told: str, messages: Json) -> None:
    assert row_of({**GENERATION, "langfuse.observation.input": told}).get("input") == messages


def test_what_stands_beside_messages_is_metadata() -> None:
    told = (
        '{"tools": [{"name": "f", "parameters": {}}], "functions": 5, "tool_choice": "auto",'
        ' "instructions": "be brief", "input": "hi"}'
    )
    row = row_of({**GENERATION, "langfuse.observation.input": told})

    assert row.get("input") == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
    metadata = row.get("metadata") or {}
    assert metadata["tools"] == [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    assert metadata["tool_choice"] == "auto"


@pytest.mark.parametrize(
    ("told", "messages"),
    [
        pytest.param(
            '{"role": "assistant", "content": "yo"}', [{"role": "assistant", "content": "yo"}], id="message"
        ),
        pytest.param("yo", [{"role": "assistant", "content": "yo"}], id="text"),
        pytest.param('{"answer": 1}', {"answer": 1}, id="object"),
    ],
)
def test_the_output_of_a_generation_is_messages(told: str, messages: Json) -> None:
    assert row_of({**GENERATION, "langfuse.observation.output": told}).get("output") == messages


def test_model_and_parameters_are_metadata() -> None:
    row = row_of(
        {
            "langfuse.observation.model.name": "openai/gpt-4o",
            "langfuse.observation.model.parameters": '{"temperature": 0.2, "max_output_tokens": 9}',
        }
    )

    assert row.get("metadata") == {"model": "gpt-4o", "temperature": 0.2, "max_tokens": 9}


def test_parameters_that_are_no_object_stay() -> None:
    told: dict[str, Json] = {
        "langfuse.observation.model.parameters": "[1]",
        "langfuse.observation.model.name": "",
        "langfuse.trace.tags": ["a", 5],
    }

    assert row_of(told).get("metadata") == told


@pytest.mark.parametrize(("version", "ticket"), [("5.0.4", 7), ("3.2.0", "7"), ("", "7"), ("9" * 5_000, "7")])
def test_each_value_of_metadata_is_decoded_where_each_was_encoded(version: str, ticket: Json) -> None:
    attributes: dict[str, Json] = {
        "langfuse.observation.metadata.ticket": "7",
        "langfuse.trace.metadata.plan": '{"name": "pro"}',
        "langfuse.observation.metadata": '{"k": "v"}',
        "langfuse.trace.metadata": "free text",
    }

    assert row_of(attributes, version=version).get("metadata") == {
        "ticket": ticket,
        "plan": {"name": "pro"},
        "k": "v",
        "langfuse.trace.metadata": "free text",
    }


def test_tags_persons_and_what_was_expected_have_their_fields() -> None:
    row = row_of(
        {
            "langfuse.trace.tags": ["beta"],
            "user.id": "u",
            "session.id": "s",
            "langfuse.experiment.item.expected_output": '"Canberra"',
        }
    )

    assert row.get("tags") == ["beta"]
    assert row.get("expected") == "Canberra"
    assert row.get("metadata") == {"user_id": "u", "session_id": "s"}


def test_former_names_of_user_and_session_are_read() -> None:
    row = translate(make_span({"langfuse.user.id": "u", "langfuse.session.id": "s"}))

    assert row.get("metadata") == {"user_id": "u", "session_id": "s"}


def test_other_spans_are_not_claimed() -> None:
    assert not langfuse.claims(make_span({"user.id": "u"}))


def test_tools_among_the_messages_are_definitions() -> None:
    tool: Json = {"type": "function", "function": {"name": "f", "parameters": {}}}
    messages: list[Json] = [{"role": "user", "content": "Hi"}, {"role": "tool", "content": tool}]

    row = row_of(
        {"langfuse.observation.type": "generation", "langfuse.observation.input": json.dumps(messages)}
    )

    assert row.get("input") == messages[:1]
    assert (row.get("metadata") or {}).get("tools") == [tool]
