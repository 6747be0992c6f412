"""What answers and streams come to."""

from typing import Any

import pytest

from otel_bridge_collector.proxy.output import Assembly, Output, output_of

USAGE = {"prompt_tokens": 5, "completion_tokens": 2}


def delta(index: int = 0, finish_reason: str | None = None, **said: Any) -> dict[str, Any]:
    return {"model": "m-1", "choices": [{"index": index, "delta": said, "finish_reason": finish_reason}]}


def assembled(*events: dict[str, Any]) -> Output:
    assembly = Assembly()
    for event in events:
        assembly.add(event)
    return assembly.output()


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        pytest.param({"choices": [1]}, [1], id="choices"),
        pytest.param({"output": [2]}, [2], id="response"),
        pytest.param({"results": [3]}, [3], id="moderation"),
        pytest.param(
            {"data": [{"embedding": [0.1, 0.2]}] * 3},
            {"embedding_length": 2, "embeddings": 3},
            id="embedding",
        ),
        pytest.param(
            {"data": [{"embedding": "AAAAAAAAAAA="}]}, {"embedding_length": 2, "embeddings": 1}, id="base64"
        ),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_output_of_a_whole_answer(answer: dict[str, Any], value: Any) -> None:
    assert output_of({**answer, "model": "m-1", "usage": USAGE}) == Output(
        value=value, usage=USAGE, model="m-1"
    )


def test_chunks_come_to_the_message_that_a_whole_answer_has() -> None:
    output = assembled(
        delta(role="assistant", content=""),
        delta(content="h", reasoning_content="be"),
        delta(content="i", reasoning_content="cause"),
        delta(finish_reason="stop"),
        {"model": "m-1", "choices": [], "usage": USAGE},
    )

    message = {"role": "assistant", "content": "hi", "reasoning_content": "because"}
    assert output.value == [{"index": 0, "message": message, "finish_reason": "stop"}]
    assert (output.usage, output.model) == (USAGE, "m-1")


def test_the_parts_of_tool_calls_are_joined_by_their_index() -> None:
    def part(index: int, arguments: str, **more: Any) -> dict[str, Any]:
        return delta(tool_calls=[{"index": index, **more, "function": {"arguments": arguments}}])

    output = assembled(
        delta(role="assistant", content=None),
        delta(tool_calls=[{"index": 0, "id": "c0", "type": "function", "function": {"name": "add", "arguments": ""}}]),
        part(0, '{"a"'),
        delta(tool_calls=[{"index": 1, "id": "c1", "type": "function", "function": {"name": "sub", "arguments": ""}}]),
        part(1, "{}"),
        part(0, ":1}", id="c0"),
        delta(finish_reason="tool_calls"),
    )  # fmt: skip

    assert isinstance(output.value, list)
    (choice,) = output.value
    assert choice["message"]["tool_calls"] == [
        {"id": "c0", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}},
        {"id": "c1", "type": "function", "function": {"name": "sub", "arguments": "{}"}},
    ]


def test_several_choices_and_plain_completions_stay_apart() -> None:
    chats = assembled(delta(1, content="b"), delta(0, content="a"), delta(1, content="c"))
    texts = assembled({"choices": [{"index": 0, "text": "a"}]}, {"choices": [{"index": 0, "text": "b"}]})

    assert isinstance(chats.value, list)
    assert [choice["message"]["content"] for choice in chats.value] == ["a", "bc"]
    assert texts.value == [{"index": 0, "text": "ab"}]


def test_a_response_stands_whole_in_its_last_event() -> None:
    response = {"model": "m-1", "output": [{"type": "message"}], "usage": USAGE}

    output = assembled(
        {"type": "response.created", "response": {}}, {"type": "response.completed", "response": response}
    )

    assert output == Output(value=[{"type": "message"}], usage=USAGE, model="m-1")


@pytest.mark.parametrize(("error", "said"), [({"message": "no"}, "no"), ("no", "no")])
def test_an_error_in_a_stream_is_remembered(error: Any, said: str) -> None:
    assembly = Assembly()
    assembly.add({"error": error})

    assert (assembly.error, assembly.output()) == (said, Output())


@pytest.mark.parametrize(
    "odd", [{"choices": 1}, {"choices": [1]}, {"choices": [{"delta": "x", "index": "y"}]}, {"usage": 3}]
)
def test_what_no_provider_should_say_breaks_nothing(odd: dict[str, Any]) -> None:
    assembled(odd, delta(content="a"), odd)
