"""Runs of tools that are told as messages."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.conventions.gen_ai.tool_run import plain
from otel_bridge_collector.translate.partial import Content, Entry, Rank


def call(arguments: Json) -> Json:
    return {"type": "function", "function": {"name": "f", "arguments": arguments}}


def asked(*calls: Json, content: Json = None) -> Json:
    return [{"role": "tool", "content": content, "tool_calls": list(calls)}]


def plain_value(field: str, value: Json, rank: Rank = Rank.EVENTS) -> Json:
    reading = plain(Content(field, value, rank, ("a",)))
    assert isinstance(reading, Content)
    return reading.value


def test_the_arguments_of_the_call_are_the_input() -> None:
    assert plain_value("input", asked(call('{"city": "Bern"}'))) == {"city": "Bern"}


@pytest.mark.parametrize("field", ["input", "output"])
def test_the_text_of_the_one_message_is_what_was_given_or_returned(field: str) -> None:
    told: Json = [{"role": "tool", "tool_call_id": "c", "content": '{"t": 21}'}]

    assert plain_value(field, told) == {"t": 21}
    assert plain_value(field, [{"role": "assistant", "content": "21 C"}]) == "21 C"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("hi", id="no messages"),
        pytest.param(asked(call("{}"), call("{}")), id="two calls"),
        pytest.param(asked(call("{}"), content="I look."), id="a call beside a text"),
        pytest.param(asked("f"), id="no call"),
        pytest.param([{"role": "tool", "content": "a"}, {"role": "tool", "content": "b"}], id="two messages"),
        pytest.param([{"role": "tool", "content": [{"type": "image"}]}], id="no text"),
        pytest.param([{"role": "tool", "content": "a", "name": "f"}], id="a message that says more"),
    ],
)
def test_what_is_not_one_call_or_one_result_stays(value: Json) -> None:
    assert plain_value("input", value) == value


def test_other_readings_stay() -> None:
    entry = Entry("metadata", "k", "v", ())
    told: Json = [{"role": "tool", "content": "{}"}]

    assert plain(entry) is entry
    assert plain_value("input", told, Rank.TOOL_CALL) == told
