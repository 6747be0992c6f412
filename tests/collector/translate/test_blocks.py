"""Blocks of the providers to parts of the GenAI conventions."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.blocks import is_block, part_of

CALL: Json = {"type": "tool_call", "id": "c1", "name": "f", "arguments": {"a": 1}}
RESULT: Json = {"type": "tool_call_response", "id": "c1", "response": "warm"}


@pytest.mark.parametrize(
    "block",
    [
        pytest.param({"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}}, id="anthropic"),
        pytest.param({"function_call": {"id": "c1", "name": "f", "args": {"a": 1}}}, id="google"),
        pytest.param({"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}}, id="google camel"),
        pytest.param({"toolUse": {"toolUseId": "c1", "name": "f", "input": {"a": 1}}}, id="bedrock"),
        pytest.param(
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": {"a": 1}}, id="responses"
        ),
        pytest.param(
            {"type": "custom_tool_call", "call_id": "c1", "name": "f", "input": {"a": 1}}, id="custom tool"
        ),
    ],
)
def test_a_call_of_a_tool_is_one_part_whoever_writes_it(block: Json) -> None:
    assert part_of(block) == CALL


@pytest.mark.parametrize(
    "block",
    [
        pytest.param({"type": "tool_result", "tool_use_id": "c1", "content": "warm"}, id="anthropic"),
        pytest.param(
            {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "warm"}]},
            id="anthropic blocks",
        ),
        pytest.param({"function_response": {"id": "c1", "response": "warm"}}, id="google"),
        pytest.param({"toolResult": {"toolUseId": "c1", "content": [{"text": "warm"}]}}, id="bedrock"),
        pytest.param({"toolResult": {"toolUseId": "c1", "content": [{"json": "warm"}]}}, id="bedrock json"),
        pytest.param({"type": "function_call_output", "call_id": "c1", "output": "warm"}, id="responses"),
    ],
)
def test_the_result_of_a_tool_is_one_part_whoever_writes_it(block: Json) -> None:
    assert part_of(block) == RESULT


def test_a_result_with_an_image_stays_a_list() -> None:
    content: Json = [{"type": "text", "text": "a"}, {"type": "image", "source": {}}]

    assert part_of({"type": "tool_result", "tool_use_id": "c1", "content": content}) == {
        "type": "tool_call_response",
        "id": "c1",
        "response": content,
    }


@pytest.mark.parametrize(
    ("block", "part"),
    [
        pytest.param(
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "reasoning", "content": "hm", "signature": "s"},
            id="anthropic",
        ),
        pytest.param(
            {"text": "hm", "thought": True, "thought_signature": None},
            {"type": "reasoning", "content": "hm"},
            id="google",
        ),
        pytest.param(
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}},
            {"type": "reasoning", "content": "hm", "signature": "s"},
            id="bedrock",
        ),
        pytest.param(
            {"reasoningContent": {"redactedContent": "x"}},
            {"type": "reasoning", "redactedContent": "x"},
            id="bedrock redacted",
        ),
        pytest.param(
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "reasoning", "content": "hm"},
            id="responses",
        ),
        pytest.param(
            {"type": "reasoning", "content": "hm"}, {"type": "reasoning", "content": "hm"}, id="genai"
        ),
    ],
)
def test_reasoning_is_one_part_whoever_writes_it(block: Json, part: Json) -> None:
    assert part_of(block) == part


@pytest.mark.parametrize(
    ("block", "part"),
    [
        pytest.param(
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
            id="anthropic data",
        ),
        pytest.param(
            {"type": "document", "source": {"type": "url", "url": "u"}, "title": "t"},
            {"type": "uri", "modality": "document", "uri": "u", "title": "t"},
            id="anthropic url",
        ),
        pytest.param(
            {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
            {"type": "blob", "modality": None, "mime_type": "image/png", "content": "aGk="},
            id="google data",
        ),
        pytest.param(
            {"file_data": {"mime_type": "image/png", "file_uri": "u"}},
            {"type": "uri", "uri": "u", "mime_type": "image/png"},
            id="google file",
        ),
        pytest.param(
            {"image": {"format": "png", "source": {"bytes": "aGk="}}},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
            id="bedrock",
        ),
        pytest.param(
            {"type": "input_image", "image_url": "u", "detail": "auto"},
            {"type": "image_url", "image_url": {"url": "u", "detail": "auto"}},
            id="responses",
        ),
        pytest.param(
            {"type": "image-url", "url": "u"},
            {"type": "uri", "modality": "image", "uri": "u"},
            id="Pydantic AI, address",
        ),
        pytest.param(
            {"type": "binary", "media_type": "image/png", "content": "aGk="},
            {"type": "blob", "modality": None, "mime_type": "image/png", "content": "aGk="},
            id="Pydantic AI, data",
        ),
    ],
)
def test_media_are_parts(block: Json, part: Json) -> None:
    assert part_of(block) == part


def test_text_of_responses_loses_only_what_is_empty() -> None:
    assert part_of({"type": "output_text", "text": "hi", "annotations": [], "logprobs": None}) == {
        "type": "text",
        "text": "hi",
    }


@pytest.mark.parametrize(
    "block",
    [
        "hi",
        {"text": "hi"},
        {"type": "text", "text": "hi"},
        {"type": "image", "image": "data:"},
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        {"type": "input_image", "file_id": "f"},
        {"type": "image-url"},
        {"type": "binary", "media_type": "image/png"},
        {"function_call": "f"},
        {"type": "redacted_thinking", "data": "x"},
    ],
)
def test_any_other_block_stays(block: Json) -> None:
    assert part_of(block) == block


@pytest.mark.parametrize(
    ("value", "is_one"),
    [({"type": "x"}, True), ({"text": "x"}, True), ({"toolUse": {}}, True), ({"a": 1}, False), ("x", False)],
)
def test_a_block_is_known_by_its_names(value: Json, is_one: bool) -> None:  # noqa: FBT001 - a case
    assert is_block(value) is is_one


def test_reasoning_of_responses_may_have_a_content_of_null() -> None:
    block: Json = {"type": "reasoning", "content": None, "summary": [{"type": "summary_text", "text": "why"}]}

    assert part_of(block) == {"type": "reasoning", "content": "why"}
