"""What models answer, whole and in chunks, and what functions return of it."""

import json
from typing import Any

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.functions.answer import Answer, Assembly, Shape, answer_of, shape_of, value_of
from otel_bridge_collector.functions.definition import Mode
from otel_bridge_collector.functions.piece import FunctionError, JsonText, Text

CALL: Any = {"id": "c", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
SECOND: Any = {"id": "d", "type": "function", "function": {"name": "add", "arguments": '{"a":2}'}}


def shape(mode: Mode = "auto", *, is_json: bool = False) -> Shape:
    return Shape(mode=mode, is_json=is_json)


@pytest.mark.parametrize(
    ("mode", "answer", "value"),
    [
        pytest.param("auto", Answer(text="hi"), "hi", id="a text"),
        pytest.param(
            "auto", Answer(text="why", tool_calls=[CALL, SECOND]), {"a": 1}, id="a tool call counts more"
        ),
        pytest.param(
            "parallel", Answer(tool_calls=[CALL, SECOND]), [{"a": 1}, {"a": 2}], id="all tool calls"
        ),
        pytest.param("parallel", Answer(text="hi"), [], id="no tool call"),
        pytest.param("text", Answer(tool_calls=[CALL]), '{"a":1}', id="a tool call as a text"),
        pytest.param("text", Answer(text="why", tool_calls=[CALL]), "why", id="a text beside a tool call"),
        pytest.param("auto", Answer(), "", id="nothing said"),
    ],
)
def test_what_is_returned_in_a_mode(mode: Mode, answer: Answer, value: Json) -> None:
    assert value_of(answer, shape(mode)) == value


def test_json_is_returned_where_it_was_asked_for() -> None:
    assert value_of(Answer(text="[1]"), shape("json", is_json=True)) == [1]
    with pytest.raises(FunctionError, match="no JSON"):
        value_of(Answer(text="hi"), shape("json", is_json=True))
    with pytest.raises(FunctionError, match="no JSON"):
        value_of(Answer(tool_calls=[{"function": {"arguments": "{"}}]), shape())


@pytest.mark.parametrize(
    ("request_", "mode", "is_json"),
    [
        pytest.param({}, "auto", False, id="nothing said"),
        pytest.param({"response_format": {"type": "json_object"}}, "auto", True, id="json by the prompt"),
        pytest.param({"response_format": {"type": "json_schema"}}, "auto", True, id="a schema"),
        pytest.param({"response_format": {"type": "json_object"}}, "text", False, id="a text all the same"),
        pytest.param({}, "json", True, id="json by the call"),
    ],
)
def test_whether_an_answer_is_json(request_: dict[str, Json], mode: Mode, *, is_json: bool) -> None:
    assert shape_of(request_, mode) == Shape(mode=mode, is_json=is_json)


def chunk(delta: dict[str, Any], finish: str | None = None, index: int = 0) -> dict[str, Json]:
    return {"model": "m", "choices": [{"index": index, "delta": delta, "finish_reason": finish}]}


TEXT: Any = [
    chunk({"role": "assistant", "content": ""}),
    chunk({"content": "h"}),
    chunk({"content": "other"}, index=1),
    chunk({"content": "i"}),
    chunk({}, "stop"),
    {"choices": [], "usage": {"total_tokens": 7}},
]
TOOLS: Any = [
    chunk(
        {
            "tool_calls": [
                {"index": 0, "id": "c", "type": "function", "function": {"name": "add", "arguments": ""}}
            ]
        }
    ),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]}),
    chunk({"tool_calls": [{"index": 1, "id": "d", "function": {"name": "add", "arguments": '{"a":2}'}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}),
    chunk({}, "tool_calls"),
]


def test_chunks_of_a_text_are_passed_on_and_put_together() -> None:
    assembly = Assembly(shape())

    pieces = [piece for each in TEXT for piece in assembly.add(each)]

    assert pieces == [Text("h"), Text("i")]
    assert assembly.answer() == Answer(
        text="hi", tool_calls=[], finish_reason="stop", usage={"total_tokens": 7}, model="m"
    )


def test_of_tool_calls_the_first_is_passed_on() -> None:
    assembly = Assembly(shape())

    pieces = [piece for each in TOOLS for piece in assembly.add(each)]

    assert pieces == [JsonText('{"a"'), JsonText(":1}")]
    assert assembly.answer().tool_calls == [CALL, SECOND]


@pytest.mark.parametrize("shape_", [shape("parallel"), None])
def test_what_is_made_of_the_whole_is_not_passed_on_in_pieces(shape_: Shape | None) -> None:
    assembly = Assembly(shape_)

    assert [piece for each in [*TEXT, *TOOLS] for piece in assembly.add(each)] == []


def test_a_text_that_is_json_is_passed_on_as_json() -> None:
    assert Assembly(shape(is_json=True)).add(chunk({"content": "[1"})) == (JsonText("[1"),) or [
        JsonText("[1")
    ]


@pytest.mark.parametrize("mode", ["auto", "json", "text"])
@pytest.mark.parametrize("chunks", [TEXT, TOOLS])
def test_the_pieces_come_to_what_is_returned(mode: Mode, chunks: list[dict[str, Json]]) -> None:
    wanted = shape(mode, is_json=mode == "json")
    assembly = Assembly(wanted)
    pieces = [piece for each in chunks for piece in assembly.add(each)]
    text = "".join(piece.text for piece in pieces if isinstance(piece, Text | JsonText))
    if mode == "json" and chunks is TEXT:
        with pytest.raises(FunctionError):
            value_of(assembly.answer(), wanted)
        return

    is_json = any(isinstance(piece, JsonText) for piece in pieces)

    assert value_of(assembly.answer(), wanted) == (json.loads(text) if is_json else text)


def test_a_whole_completion_reads_as_its_chunks_do() -> None:
    message = {"role": "assistant", "content": "hi", "tool_calls": None}
    completion: dict[str, Json] = {
        "model": "m", "usage": {"total_tokens": 7},
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }  # fmt: skip
    assembly = Assembly(shape())
    for each in TEXT:
        assembly.add(each)

    assert answer_of(completion).choices == assembly.answer().choices
    assert answer_of(completion).usage == assembly.answer().usage


@pytest.mark.parametrize("completion", [{}, {"choices": []}, {"choices": [{"index": 0}]}])
def test_no_choice_is_an_error(completion: dict[str, Json]) -> None:
    with pytest.raises(FunctionError, match="no choice"):
        answer_of(completion)
    with pytest.raises(FunctionError, match="no choice"):
        Assembly(shape()).answer()


def test_a_span_shows_the_choice() -> None:
    assert Answer(tool_calls=[CALL], finish_reason="tool_calls").choices == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": None, "tool_calls": [CALL]},
            "finish_reason": "tool_calls",
        }
    ]
