"""Types of spans of the GenAI conventions."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import SpanEvent
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions import gen_ai
from tests.support.otlp import make_event, make_span


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        pytest.param({"gen_ai.operation.name": "chat"}, "llm", id="chat"),
        pytest.param({"gen_ai.operation.name": "embeddings"}, "llm", id="embeddings"),
        pytest.param({"gen_ai.operation.name": "execute_tool"}, "tool", id="tool"),
        pytest.param({"gen_ai.operation.name": "search_memory"}, "tool", id="memory"),
        pytest.param(
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.request.model": "m"}, "task", id="agent"
        ),
        pytest.param(
            {"gen_ai.operation.name": "chat", "gen_ai.tool.name": "t"}, "llm", id="chat with a tool"
        ),
        pytest.param({"gen_ai.tool.name": "t"}, "tool", id="tool without an operation"),
        pytest.param(
            {"gen_ai.operation.name": "chain", "gen_ai.tool.name": "t"}, "tool", id="unknown operation, tool"
        ),
        pytest.param(
            {"gen_ai.operation.name": "chain", "gen_ai.request.model": "m"}, "task", id="unknown operation"
        ),
        pytest.param({"gen_ai.operation.name": 5}, "task", id="operation without a name"),
        pytest.param({"gen_ai.request.model": "m"}, "llm", id="request for a model"),
        pytest.param({"gen_ai.prompt": "hi"}, "task", id="content alone"),
        pytest.param({"gen_ai.prompt": "hi", "gen_ai.usage.input_tokens": 1}, "llm", id="content with usage"),
        pytest.param({"gen_ai.prompt": "hi", "gen_ai.response.model": "m"}, "llm", id="content with a model"),
        pytest.param({"gen_ai.response.model": "m"}, "task", id="model alone"),
        pytest.param(
            {"gen_ai.operation.name": "chat", "braintrust.span_attributes.type": "eval"},
            "eval",
            id="named type",
        ),
    ],
)
def test_the_operation_or_what_is_there_makes_the_type(attributes: dict[str, Json], kind: str) -> None:
    assert (translate(make_span(attributes)).get("span_attributes") or {})["type"] == kind


def test_an_operation_that_is_understood_is_used_up() -> None:
    assert "metadata" not in translate(make_span({"gen_ai.operation.name": "chat"}))
    assert translate(make_span({"gen_ai.operation.name": "chain"})).get("metadata") == {
        "gen_ai.operation.name": "chain"
    }


def test_a_span_is_claimed_for_an_attribute_or_an_event() -> None:
    assert gen_ai.claims(make_span({"gen_ai.system": "openai"}))
    assert gen_ai.claims(make_span(events=[make_event("gen_ai.choice")]))
    assert not gen_ai.claims(make_span({"http.route": "/"}, events=[make_event("retry")]))


def details(messages: str) -> SpanEvent:
    return make_event("gen_ai.client.inference.operation.details", {"gen_ai.input.messages": messages})


FIRST = '{"role": "user", "parts": [{"type": "text", "content": "hi"}]}'
SECOND = '{"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": 1}]}'


@pytest.mark.parametrize("later", [f"[{SECOND}]", f"[{FIRST}, {SECOND}]"], ids=["alone", "all again"])
def test_messages_of_several_details_events_are_those_of_all(later: str) -> None:
    row = translate(make_span({}, events=[details(f"[{FIRST}]"), details(later)]))

    assert row.get("input") == [
        {"role": "user", "content": "hi"},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
    ]


def test_details_that_are_no_messages_are_those_of_the_last_event() -> None:
    row = translate(make_span({}, events=[details("hi"), details(f"[{FIRST}]")]))

    assert row.get("input") == [{"role": "user", "content": "hi"}]


def test_a_call_on_the_span_of_a_model_is_not_what_it_was_asked() -> None:
    attributes: dict[str, Json] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.tool.call.id": "c",
        "gen_ai.tool.call.arguments": '{"city": "Bern"}',
    }
    row = translate(make_span(attributes))

    assert "input" not in row
    assert row.get("metadata") == {
        name: attributes[name] for name in ("gen_ai.tool.call.id", "gen_ai.tool.call.arguments")
    }


def test_a_parameter_without_a_value_is_none() -> None:
    row = translate(
        make_span({"gen_ai.request.seed": "", "gen_ai.request.max_tokens": -1, "gen_ai.request.top_k": -1})
    )

    assert row.get("metadata") == {"gen_ai.request.seed": "", "gen_ai.request.max_tokens": -1, "top_k": -1}
