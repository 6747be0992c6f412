"""Logs, tags and structured attributes of Logfire."""

import json

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import logfire
from tests.support.otlp import make_event, make_span


def row_of(attributes: dict[str, Json]) -> Row:
    return translate(make_span(attributes, scope="logfire"))


def test_a_log_has_its_level_and_message() -> None:
    row = row_of({"logfire.span_type": "log", "logfire.level_num": 13, "logfire.msg": "slow query"})

    assert row.get("span_attributes") == {"name": "work", "type": "log", "log_level": "warn"}
    assert row.get("output") == "slow query"
    assert row.get("metadata") == {"logfire.level_num": 13}


@pytest.mark.parametrize("level", [99, "high", None])
def test_a_level_of_another_kind_is_none(level: Json) -> None:
    row = row_of({"logfire.span_type": "log", "logfire.level_num": level})

    assert row.get("span_attributes") == {"name": "work", "type": "log"}


def test_the_operation_of_a_call_comes_before_the_type_of_a_log() -> None:
    row = row_of({"logfire.span_type": "log", "gen_ai.operation.name": "chat"})

    assert (row.get("span_attributes") or {})["type"] == "llm"


def test_a_span_keeps_its_message_in_metadata() -> None:
    attributes: dict[str, Json] = {"logfire.span_type": "span", "logfire.msg": "handle ticket 9"}

    assert row_of(attributes).get("metadata") == attributes


def test_tags_are_tags() -> None:
    row = row_of({"logfire.tags": ["LLM", "beta"]})

    assert row.get("tags") == ["LLM", "beta"]
    assert "metadata" not in row


def test_tags_of_another_kind_stay_in_metadata() -> None:
    assert row_of({"logfire.tags": ["LLM", 5]}).get("metadata") == {"logfire.tags": ["LLM", 5]}


def test_the_schema_says_which_attributes_are_json() -> None:
    schema: dict[str, Json] = {
        "order": {"type": "object"},
        "n": {},
        "gone": {"type": "array"},
        "odd": "array",
    }
    text = json.dumps({"type": "object", "properties": schema})
    row = row_of({"order": '{"id":9}', "n": "[1]", "odd": "[1]", "logfire.json_schema": text})

    assert row.get("metadata") == {"order": {"id": 9}, "n": "[1]", "odd": "[1]", "logfire.json_schema": text}


def test_an_attribute_that_was_read_is_not_decoded_again() -> None:
    schema = '{"properties":{"final_result":{"type":"object"},"gen_ai.tool.definitions":{"type":"array"}}}'
    row = row_of({"final_result": "[1]", "gen_ai.tool.definitions": "oops", "logfire.json_schema": schema})

    assert row.get("output") == [1]
    assert row.get("metadata") == {"gen_ai.tool.definitions": "oops", "logfire.json_schema": schema}


@pytest.mark.parametrize("schema", ["oops", "[]", '{"properties": 5}', "{}", 5])
def test_a_schema_of_another_kind_says_nothing(schema: Json) -> None:
    attributes: dict[str, Json] = {"order": "{}", "logfire.json_schema": schema}

    assert row_of(attributes).get("metadata") == attributes


@pytest.mark.parametrize(
    ("attributes", "scope", "claimed"),
    [
        ({"logfire.msg": "hi"}, "app", True),
        ({}, "logfire.openai", True),
        ({}, "pydantic-ai", True),
        ({"request_data": "{}"}, "app", False),
    ],
)
def test_a_span_of_logfire_is_claimed(attributes: dict[str, Json], scope: str, claimed: bool) -> None:  # noqa: FBT001
    assert logfire.claims(make_span(attributes, scope=scope)) is claimed


def test_events_with_a_body_are_messages() -> None:
    call: Json = {"function_call": {"name": "weather", "args": {"city": "Bern"}}}
    bodies: dict[str, Json] = {
        "gen_ai.user.message": {"role": "user", "content": "hi"},
        "gen_ai.choice": {"message": {"role": "assistant", "content": ["Wait.", call]}},
    }
    events = [make_event(name, {"event_body": json.dumps(body)}) for name, body in bodies.items()]
    row = translate(make_span({"logfire.span_type": "span"}, events=events))
    function: Json = {"name": "weather", "arguments": '{"city":"Bern"}'}

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("output") == [
        {
            "role": "assistant",
            "content": "Wait.",
            "tool_calls": [{"type": "function", "function": function}],
        }
    ]
