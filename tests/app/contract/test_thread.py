"""The conversation that the rows of a trace hold."""

from typing import Any

import pytest

from otel_bridge.contract.thread import thread_of

SYSTEM = {"role": "system", "content": "be brief"}
ASKED = {"role": "user", "content": "hi"}
CALLED: dict[str, Any] = {
    "role": "assistant",
    "content": None,
    "tool_calls": [{"id": "c", "function": {"name": "f"}}],
}
GIVEN = {"role": "tool", "content": "1", "tool_call_id": "c"}
ANSWER = {"role": "assistant", "content": "one"}


def row(given: Any, said: Any, kind: str = "llm") -> dict[str, Any]:
    return {"input": given, "output": said, "span_attributes": {"type": kind}}


def choice(message: Any) -> list[Any]:
    return [{"index": 0, "message": message, "finish_reason": "stop"}]


def test_what_a_later_call_repeats_stands_there_once() -> None:
    rows = [
        row([SYSTEM, ASKED], choice(CALLED)),
        row({"city": "Oslo"}, "1", "tool"),
        row([SYSTEM, ASKED, {**CALLED, "refusal": None}, GIVEN], choice(ANSWER)),
    ]

    assert thread_of(rows) == [SYSTEM, ASKED, CALLED, GIVEN, ANSWER]


def test_what_is_said_twice_in_one_conversation_stands_there_twice() -> None:
    rows = [row([ASKED], choice(ANSWER)), row([ASKED, ANSWER, ASKED], choice(ANSWER))]

    assert thread_of(rows) == [ASKED, ANSWER, ASKED, ANSWER]


@pytest.mark.parametrize(
    ("given", "said", "thread"),
    [
        pytest.param("hi", "one", [ASKED, ANSWER], id="texts"),
        pytest.param({"messages": [ASKED]}, ANSWER, [ASKED, ANSWER], id="objects"),
        pytest.param([ASKED], [ANSWER], [ASKED, ANSWER], id="a list of messages"),
        pytest.param({"q": 1}, [1, 2], [{"role": "user", "content": '{"q": 1}'}, {"role": "assistant", "content": "[1, 2]"}], id="other values"),
        pytest.param(None, [], [{"role": "assistant", "content": "[]"}], id="nothing given"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_messages_is_one(given: Any, said: Any, thread: list[Any]) -> None:
    assert thread_of([row(given, said)]) == thread
