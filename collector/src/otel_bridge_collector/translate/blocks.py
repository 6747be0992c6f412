"""Content blocks of the providers' own APIs to parts of the GenAI conventions; what a part becomes stands in `parts`.

| block | part |
| --- | --- |
| Anthropic `tool_use`, `tool_result`, `thinking` | `tool_call`, `tool_call_response`, `reasoning` |
| Anthropic `image`, `document` with a `source` | `blob` or `uri` |
| OpenAI responses `input_text`, `output_text`, `input_image` | `text`, `image_url`, as in chat completions |
| OpenAI responses `function_call`, `custom_tool_call`, their outputs, `reasoning` with a `summary` | `tool_call`, `tool_call_response`, `reasoning` |
| Google `function_call`, `function_response`, `inline_data`, `file_data`, `text` that is a `thought` | `tool_call`, `tool_call_response`, `blob`, `uri`, `reasoning` |
| Bedrock `toolUse`, `toolResult`, `image`, `reasoningContent` | `tool_call`, `tool_call_response`, `blob`, `reasoning` |
| Pydantic AI `image-url` and the like, `binary` | `uri`, `blob` |

Google's names are read in snake and in camel case. Source: the providers' API references, read 2026-11-23.
"""

from collections.abc import Callable, Mapping
from typing import Final

from otel_bridge.contract.row import Json

Object = Mapping[str, Json]


def is_block(value: Json) -> bool:
    """Tell whether `value` is a part of a message by any of these names."""
    if not isinstance(value, dict):
        return False
    return any(isinstance(value.get(key), str) for key in ("type", "text")) or not _BY_KEY.keys().isdisjoint(
        value
    )


def part_of(block: Json) -> Json:
    """Return the part for a block; a block of no known kind as it is."""
    if not isinstance(block, dict):
        return block
    if "type" in block:
        convert = _BY_TYPE.get(str(block["type"]))
        return convert(block) if convert else block
    if block.get("thought") is True and isinstance(block.get("text"), str):
        return {"type": "reasoning", "content": block["text"], **_others(block, "text", "thought")}
    for key, convert in _BY_KEY.items():
        if isinstance(inner := block.get(key), dict):
            return {**convert(inner), **_others(block, key)}
    return block


def _tool_use(block: Object) -> Object:
    return _call(block, "id", "input")


def _bedrock_tool_use(block: Object) -> Object:
    return _call(block, "toolUseId", "input")


def _function_call(block: Object) -> Object:
    return _call(block, "id", "args")


def _responses_call(block: Object) -> Object:
    return _call(_item(block), "call_id", "arguments")


def _responses_custom_call(block: Object) -> Object:
    return _call(_item(block), "call_id", "input")


def _call(block: Object, id_key: str, arguments_key: str) -> Object:
    named: Object = {
        "type": "tool_call",
        "id": block.get(id_key),
        "name": block.get("name"),
        "arguments": block.get(arguments_key),
    }
    return {**named, **_others(block, id_key, arguments_key, "name")}


def _tool_result(block: Object) -> Object:
    return _result(block, "tool_use_id", "content")


def _bedrock_tool_result(block: Object) -> Object:
    return _result(block, "toolUseId", "content")


def _function_response(block: Object) -> Object:
    return _result(block, "id", "response")


def _responses_result(block: Object) -> Object:
    return _result(_item(block), "call_id", "output")


def _result(block: Object, id_key: str, result_key: str) -> Object:
    named: Object = {
        "type": "tool_call_response",
        "id": block.get(id_key),
        "response": plain_result(block.get(result_key)),
    }
    return {**named, **_others(block, id_key, result_key)}


def _item(block: Object) -> Object:
    """An item of a response has an id of its own beside that of the call."""
    return {("item_id" if key == "id" else key): value for key, value in block.items()}


def plain_result(content: Json) -> Json:
    """Return the content of a tool's result: the text that blocks of text make up, or the one JSON value of a Bedrock result."""
    if not isinstance(content, list) or not content:
        return content
    first: Json = content[0]
    if len(content) == 1 and isinstance(first, Mapping) and "json" in first:
        return first["json"]
    texts = [block.get("text") if isinstance(block, dict) else block for block in content]
    told = [text for text in texts if isinstance(text, str)]
    return "\n".join(told) if len(told) == len(content) else content


def _thinking(block: Object) -> Object:
    return {"type": "reasoning", "content": block.get("thinking"), **_others(block, "thinking")}


def _bedrock_reasoning(block: Object) -> Object:
    told = block.get("reasoningText")
    if not isinstance(told, dict):
        return {"type": "reasoning", **block}
    return {"type": "reasoning", "content": told.get("text"), **_others(told, "text")}


def _responses_reasoning(block: Object) -> Object:
    """A `reasoning` part of the GenAI conventions has content, an item of OpenAI's responses a summary."""
    if block.get("content") is not None or "summary" not in block:
        return block
    return {
        "type": "reasoning",
        "content": plain_result(block["summary"]) or None,
        **_others(block, "summary", "content"),
    }


def _text(block: Object) -> Object:
    """Annotations and the like stay out where they are empty."""
    return {"type": "text", "text": block.get("text"), **_others(block, "text", empty=True)}


def _input_image(block: Object) -> Object:
    url = block.get("image_url")
    if not isinstance(url, str):
        return block
    return {"type": "image_url", "image_url": {"url": url, **_others(block, "image_url")}}


def _sourced(block: Object) -> Object:
    source = block.get("source")
    if not isinstance(source, dict):
        return block
    others = _others(block, "source")
    if "data" in source:
        return {**_blob(block["type"], source.get("media_type"), source["data"]), **others}
    if "url" in source:
        return {"type": "uri", "modality": block["type"], "uri": source["url"], **others}
    return block


def _pydantic_url(block: Object) -> Object:
    if "url" not in block:
        return block
    modality = str(block["type"]).removesuffix("-url")
    return {"type": "uri", "modality": modality, "uri": block.get("url"), **_others(block, "url")}


def _pydantic_binary(block: Object) -> Object:
    if "content" not in block:
        return block
    return {
        **_blob(None, block.get("media_type"), block["content"]),
        **_others(block, "media_type", "content"),
    }


def _inline_data(block: Object) -> Object:
    return _blob(None, block.get("mime_type", block.get("mimeType")), block.get("data"))


def _file_data(block: Object) -> Object:
    mime_type = block.get("mime_type", block.get("mimeType"))
    return {"type": "uri", "uri": block.get("file_uri", block.get("fileUri")), "mime_type": mime_type}


def _bedrock_image(block: Object) -> Object:
    source = block.get("source")
    data = source.get("bytes") if isinstance(source, dict) else source
    return _blob("image", f"image/{block.get('format')}", data)


def _blob(modality: Json, mime_type: Json, data: Json) -> Object:
    return {"type": "blob", "modality": modality, "mime_type": mime_type, "content": data}


def _others(block: Object, *known: str, empty: bool = False) -> Object:
    """What the provider says beside the known keys; `empty` leaves out empty lists too."""
    return {
        key: value
        for key, value in block.items()
        if key not in known and key != "type" and value is not None and not (empty and value == [])
    }


_BY_TYPE: Final[dict[str, Callable[[Object], Object]]] = {
    "tool_use": _tool_use,
    "tool_result": _tool_result,
    "thinking": _thinking,
    "image": _sourced,
    "document": _sourced,
    "input_text": _text,
    "output_text": _text,
    "input_image": _input_image,
    "function_call": _responses_call,
    "function_call_output": _responses_result,
    "custom_tool_call": _responses_custom_call,
    "custom_tool_call_output": _responses_result,
    "reasoning": _responses_reasoning,
    "image-url": _pydantic_url,
    "audio-url": _pydantic_url,
    "video-url": _pydantic_url,
    "document-url": _pydantic_url,
    "binary": _pydantic_binary,
}

_BY_KEY: Final[dict[str, Callable[[Object], Object]]] = {
    "function_call": _function_call,
    "functionCall": _function_call,
    "function_response": _function_response,
    "functionResponse": _function_response,
    "inline_data": _inline_data,
    "inlineData": _inline_data,
    "file_data": _file_data,
    "fileData": _file_data,
    "toolUse": _bedrock_tool_use,
    "toolResult": _bedrock_tool_result,
    "image": _bedrock_image,
    "reasoningContent": _bedrock_reasoning,
}
