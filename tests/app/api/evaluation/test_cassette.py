"""The recorded calls of a trace: what they are found by, and in which order they answer."""

from typing import Any

import pytest

from otel_bridge.api.evaluation.cassette import Cassette, Tally
from otel_bridge.api.recorded import Answer, Call
from otel_bridge.errors import RecordedError, UnrecordedCallError


def row(start: float = 0, *, name: str = "f", kind: str = "tool", **fields: Any) -> dict[str, Any]:
    attributes = {"name": name, "type": kind, **fields.pop("span_attributes", {})}
    return {"input": {"a": 1}, "span_attributes": attributes, "metrics": {"start": start}, **fields}


def cassette(*rows: dict[str, Any], makes_others: bool = False) -> Cassette:
    return Cassette(rows, Tally(), makes_others=makes_others)


def call(**arguments: Any) -> Call:
    return Call(kind="tool", name="f", arguments=arguments or {"a": 1})


def test_the_same_call_gets_its_answers_in_their_order_and_the_last_again() -> None:
    recorded = cassette(row(2, output="second"), row(1, output="first"))

    assert [recorded.answer(call()) for _ in range(3)] == [
        Answer(output=text) for text in ("first", "second", "second")
    ]


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        pytest.param({"a": 1.0}, {"a": 1}, id="numbers"),
        pytest.param({"a": {"x": 1, "y": [2]}}, {"a": {"y": [2.0], "x": 1}}, id="order of keys"),
        pytest.param({"self": "<A at 0x1>", "a": 1}, {"self": object(), "a": 1}, id="a method"),
        pytest.param({"a": [1, 2]}, {"a": (1, 2)}, id="a tuple"),
    ],
)
def test_inputs_are_compared_as_json(stored: dict[str, Any], given: dict[str, Any]) -> None:
    recorded = cassette(row(input=stored, output="x"))

    assert recorded.answer(call(**given)) == Answer(output="x")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(row(input={"a": 2}, output="x"), id="input"),
        pytest.param(row(input={"a": True}, output="x"), id="true is not 1"),
        pytest.param(row(name="g", output="x"), id="name"),
        pytest.param(row(kind="llm", output="x"), id="type"),
        pytest.param(row(kind="function", output="x"), id="a type that runs"),
        pytest.param(row(input=None, output="x"), id="arguments that were kept out"),
        pytest.param(row(span_attributes={"purpose": "scorer"}, output="x"), id="a scorer's"),
    ],
)
def test_another_call_does_not_answer(other: dict[str, Any]) -> None:
    with pytest.raises(UnrecordedCallError, match="the tool f was not called with this input"):
        cassette(other).answer(call())


def test_nothing_was_returned_is_an_answer() -> None:
    assert cassette(row(output=None)).answer(call()) == Answer(output=None)


def test_a_call_that_failed_fails_again() -> None:
    failed = row(error="Traceback (most recent call last):\n  ...\nValueError: no")

    with pytest.raises(RecordedError, match="f failed when it was recorded: ValueError: no"):
        cassette(failed).answer(call())


def test_what_is_not_recorded_is_made_where_that_is_allowed() -> None:
    tally = Tally()
    recorded = Cassette([row(output=1)], tally, makes_others=True)

    assert recorded.answer(call(a=5)) is None
    recorded.answer(call())
    assert (tally.answered, dict(tally.unrecorded)) == (1, {"tool f": 1})
