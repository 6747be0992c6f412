"""Parts of messages."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate import parts


@pytest.mark.parametrize(
    ("part", "item"),
    [
        pytest.param({"type": "text", "content": "hi"}, {"type": "text", "text": "hi"}, id="text"),
        pytest.param(
            {"type": "text", "content": "hi", "lang": "en"},
            {"type": "text", "text": "hi", "lang": "en"},
            id="text with a key of its own",
        ),
        pytest.param({"type": "text", "text": "hi"}, {"type": "text", "text": "hi"}, id="text of OpenAI"),
        pytest.param({"text": "hi"}, {"type": "text", "text": "hi"}, id="text without a type"),
        pytest.param("hi", {"type": "text", "text": "hi"}, id="bare text"),
        pytest.param(
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AA=="},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            id="image",
        ),
        pytest.param(
            {"type": "blob", "mime_type": "application/pdf", "content": "AA==", "filename": "a.pdf"},
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}, "filename": "a.pdf"},
            id="document",
        ),
        pytest.param(
            {"type": "blob", "modality": "audio", "content": "AA=="},
            {"type": "file", "file": {"file_data": "data:application/octet-stream;base64,AA=="}},
            id="no media type",
        ),
        pytest.param(
            {"type": "uri", "modality": "image", "uri": "https://a.example/b.png"},
            {"type": "image_url", "image_url": {"url": "https://a.example/b.png"}},
            id="address of an image",
        ),
        pytest.param(
            {"type": "file", "modality": "document", "file_id": "f1"},
            {"type": "file", "file": {"file_id": "f1"}},
            id="file",
        ),
        pytest.param({"type": "compaction", "id": "c"}, {"type": "compaction", "id": "c"}, id="unknown"),
        pytest.param(5, 5, id="no part"),
    ],
)
def test_a_part_becomes_an_item_of_content(part: Json, item: Json) -> None:
    assert parts.content_part(part) == item


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param({"city": "Zürich"}, '{"city":"Zürich"}', id="object"),
        pytest.param('{"city": "Zürich"}', '{"city": "Zürich"}', id="text stays"),
        pytest.param(None, "{}", id="none"),
    ],
)
def test_the_arguments_of_a_tool_call_are_json_text(arguments: Json, text: str) -> None:
    call = parts.tool_call({"type": "tool_call", "id": "c1", "name": "weather", "arguments": arguments})

    assert call == {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": text}}


def test_keys_of_a_text_that_have_no_value_are_left_out() -> None:
    text: dict[str, Json] = {"type": "text", "text": "Hi"}

    assert parts.content_part({**text, "thinking": None}) == text


def test_a_tool_call_without_an_id_has_none() -> None:
    assert "id" not in parts.tool_call({"type": "tool_call", "name": "weather", "id": None})


@pytest.mark.parametrize(
    ("part", "content"),
    [
        pytest.param({"response": '{"t": 21}'}, '{"t": 21}', id="text stays"),
        pytest.param({"response": {"t": 21}}, '{"t":21}', id="object"),
        pytest.param({"result": "warm"}, "warm", id="the other name"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_the_result_of_a_tool_is_text(part: dict[str, Json], content: Json) -> None:
    assert parts.tool_result(part) == {"tool_call_id": None, "content": content}


def test_what_else_is_said_of_the_result_of_a_tool_stays() -> None:
    part: dict[str, Json] = {"type": "tool_call_response", "id": "c1", "response": "warm", "is_error": False}

    assert parts.tool_result(part) == {"tool_call_id": "c1", "content": "warm", "is_error": False}


def test_langchain_calls_the_arguments_of_a_tool_args() -> None:
    call: dict[str, Json] = {"type": "tool_call", "name": "f", "args": {"a": 1}}

    assert parts.tool_call(call) == {"type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def test_reasoning_keeps_what_else_it_says() -> None:
    thought = parts.reasoning({"type": "reasoning", "content": "hm", "signature": "s"})

    assert thought == {"content": "hm", "signature": "s"}


@pytest.mark.parametrize(
    ("response", "content"),
    [
        pytest.param([{"text": "21"}, {"type": "text", "text": "C"}], "21\nC", id="blocks of text"),
        pytest.param(["a", "b"], '["a","b"]', id="a list of texts"),
        pytest.param([{"text": "a", "score": 1}], '[{"text":"a","score":1}]', id="objects that say more"),
        pytest.param([], "[]", id="an empty list"),
    ],
)
def test_blocks_of_text_are_what_the_model_got(response: Json, content: str) -> None:
    assert parts.tool_result({"id": "c", "response": response})["content"] == content


def test_an_empty_id_is_none() -> None:
    assert "id" not in parts.tool_call({"id": "", "name": "f", "arguments": {}})
