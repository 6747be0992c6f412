"""Message events in a list in one attribute."""

import json

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import translate
from otel_bridge_collector.translate.conventions.logfire.event_list import messages_in, not_understood
from tests.support.otlp import make_span

ASKED: Json = {"event.name": "gen_ai.user.message", "role": "user", "content": "hi"}
UNKNOWN: dict[str, Json] = {"event.name": "gen_ai.unknown", "role": "unknown", "content": "See JSON"}


def test_events_are_input_and_output() -> None:
    choice: Json = {
        "event.name": "gen_ai.choice",
        "index": 0,
        "message": {"role": "assistant", "content": "ho"},
    }
    row = translate(make_span({"events": json.dumps([ASKED, choice])}, scope="pydantic-ai"))

    assert row.get("input") == [{"role": "user", "content": "hi"}]
    assert row.get("output") == [{"role": "assistant", "content": "ho"}]
    assert "metadata" not in row


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        pytest.param("look", {"type": "text", "text": "look"}, id="text"),
        pytest.param(
            {"kind": "image-url", "url": "u"}, {"type": "image_url", "image_url": {"url": "u"}}, id="address"
        ),
        pytest.param(
            {"kind": "binary", "media_type": "image/png", "binary_content": "aGk="},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            id="data",
        ),
    ],
)
def test_parts_with_a_kind_are_parts(kind: Json, part: Json) -> None:
    event: Json = {"event.name": "gen_ai.user.message", "content": [kind, {"kind": "text", "text": "this"}]}

    assert messages_in([event]) == {
        "input": [{"role": "user", "content": [part, {"type": "text", "text": "this"}]}]
    }


def test_thinking_stands_beside_the_content() -> None:
    said: Json = [{"kind": "thinking", "text": "why"}, {"kind": "text", "text": "so"}]

    assert messages_in([{"event.name": "gen_ai.choice", "message": {"content": said}}]) == {
        "output": [{"role": "assistant", "content": "so", "reasoning": [{"content": "why"}]}]
    }


@pytest.mark.parametrize("content", [{"kind": "text"}, [{"kind": "text"}], None])
def test_content_that_was_left_out_is_no_message(content: Json) -> None:
    event: dict[str, Json] = {"event.name": "gen_ai.user.message", "role": "user"}

    assert messages_in([event if content is None else {**event, "content": content}]) == {}


def test_what_the_wrapper_did_not_understand_is_read_from_its_data() -> None:
    image: Json = {"type": "input_image", "image_url": "u"}
    reasoning: Json = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}]}
    listed: Json = [{**UNKNOWN, "data": image}, {**UNKNOWN, "data": reasoning}, {**UNKNOWN, "data": None}]

    assert messages_in(listed) == {
        "input": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}],
        "output": [{"role": "assistant", "content": None, "reasoning": [{"content": "why"}]}],
    }
    assert not_understood(listed) == [UNKNOWN] * 3


def test_a_role_that_was_given_is_kept() -> None:
    data: Json = {"type": "input_text", "text": "be brief"}

    assert messages_in([{**UNKNOWN, "role": "developer", "data": data}]) == {
        "input": [{"role": "developer", "content": "be brief"}]
    }


@pytest.mark.parametrize("value", ["oops", '["login"]', '[{"name":"login"}]', "{}", None, 5])
def test_any_other_list_stays_in_metadata(value: Json) -> None:
    row = translate(make_span({"events": value}, scope="logfire"))

    assert row.get("metadata") == {"events": value}
