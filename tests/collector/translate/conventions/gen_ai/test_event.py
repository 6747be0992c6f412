"""Messages in events."""

import pytest

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions.gen_ai.event import message
from otel_bridge_collector.translate.message_event import Message
from tests.support.otlp import make_event, make_span

USER = make_event("gen_ai.user.message", {"content": "hi"})
CHOICE = make_event("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": '{"content":"ho"}'})
ASSISTANT = make_event("gen_ai.assistant.message", {"content": "before"})
ANSWER: Json = [{"role": "assistant", "content": "ho", "finish_reason": "stop"}]


def row_of(*events: object, **attributes: Json) -> Row:
    named = {key.replace("__", "."): value for key, value in attributes.items()}
    return translate(make_span(named, events=events))  # type: ignore[arg-type]  # only events are given


def test_messages_and_choices_are_input_and_output() -> None:
    row = row_of(make_event("gen_ai.system.message", {"content": "be brief"}), USER, CHOICE)

    assert row.get("input") == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
    assert row.get("output") == ANSWER


def test_events_win_over_attributes() -> None:
    messages: Json = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    row = row_of(USER, gen_ai__input__messages=messages)

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert "metadata" not in row


def test_an_assistant_s_message_before_others_is_history() -> None:
    row = row_of(USER, ASSISTANT, USER)

    assert row.get("input") == [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "before"},
        {"role": "user", "content": "hi"},
    ]
    assert "output" not in row


def test_an_assistant_s_message_at_the_end_is_the_answer() -> None:
    assert row_of(USER, ASSISTANT).get("output") == [{"role": "assistant", "content": "before"}]


def test_details_say_what_the_span_does_not() -> None:
    details = make_event(
        "gen_ai.client.inference.operation.details",
        {"gen_ai.prompt": "from the event", "gen_ai.completion": "ho", "gen_ai.request.model": "m"},
    )
    row = row_of(details, gen_ai__prompt="hi")

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert row.get("metadata") == {"model": "m"}


def test_an_evaluation_is_a_score() -> None:
    events = [
        make_event(
            "gen_ai.evaluation.result", {"gen_ai.evaluation.name": n, "gen_ai.evaluation.score.value": v}
        )
        for n, v in (("good", 0.5), ("big", 7), ("flag", True))
    ]
    row = row_of(*events)

    assert row.get("scores") == {"good": 0.5}
    assert row.get("metadata") == {"gen_ai.evaluation.big": 7}


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        pytest.param(
            "gen_ai.tool.message",
            {"id": "c1", "content": "21"},
            Message("input", [{"role": "tool", "tool_call_id": "c1", "content": "21"}]),
            id="result of a tool",
        ),
        pytest.param(
            "gen_ai.assistant.message",
            {"tool_calls": '[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]'},
            Message(
                "input",
                [
                    {
                        "role": "assistant",
                        "content": None,
                        "tool_calls": [
                            {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                        ],
                    }
                ],
            ),
            id="calls of tools",
        ),
        pytest.param(
            "gen_ai.user.message",
            {"role": "customer", "name": "ann", "content": "hi"},
            Message("input", [{"role": "customer", "name": "ann", "content": "hi"}]),
            id="role and name of its own",
        ),
        pytest.param(
            "gen_ai.choice",
            {"message": "ho", "finish_reason": "stop"},
            Message("output", [{"role": "assistant", "content": "ho", "finish_reason": "stop"}]),
            id="choice that is text",
        ),
        pytest.param(
            "gen_ai.choice",
            {"content": "ho"},
            Message("output", [{"role": "assistant", "content": "ho"}]),
            id="choice without a message",
        ),
        pytest.param(
            "gen_ai.content.prompt",
            {"gen_ai.prompt": "hi"},
            Message("input", [{"role": "user", "content": "hi"}]),
            id="prompt of the oldest form",
        ),
        pytest.param(
            "gen_ai.content.completion",
            {"gen_ai.completion": '[{"role":"assistant","content":"ho"}]'},
            Message("output", [{"role": "assistant", "content": "ho"}]),
            id="completion of the oldest form",
        ),
    ],
)
def test_an_event_is_a_message(name: str, told: dict[str, Json], expected: Message) -> None:
    assert message(name, told) == expected


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("gen_ai.user.message", {"gen_ai.system": "openai"}, id="no content recorded"),
        pytest.param("gen_ai.choice", {"finish_reason": "stop", "index": 0}, id="no answer recorded"),
        pytest.param("gen_ai.content.prompt", {}, id="no prompt recorded"),
        pytest.param("cache.hit", {"content": "hi"}, id="another event"),
    ],
)
def test_other_events_are_no_message(name: str, told: dict[str, Json]) -> None:
    assert message(name, told) is None
