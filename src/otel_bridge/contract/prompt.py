"""From a saved prompt and variables to the arguments of a model: `build`.

Shapes of a prompt, `prompt_data`:

    {"prompt": {"type": "chat", "messages": [{"role", "content", ...}], "tools": "<JSON text>"} |
               {"type": "completion", "content"},
     "options": {"model", "params": {...}}}

Source: `braintrust` 0.47.0 SDK, `logger.Prompt.build`, measured (spec/evaluate.md section 4.2).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from otel_bridge.contract.template import Renderer

OWN_PARAMS: Final = frozenset({"use_cache"})
"""Parameters for Braintrust, not for the model."""

Object = Mapping[str, Any]

_FILE_FIELDS: Final = ("file_data", "file_id", "filename")


def build(prompt_data: Object, renderer: Renderer, defaults: Object | None = None) -> dict[str, Any]:
    """Return the arguments of a call: `model`, parameters, and `messages` with `tools`, or `prompt`.

    Args:
        prompt_data: the prompt.
        renderer: of its templates.
        defaults: for what the prompt does not say.

    Raises:
        ValueError: no model is named, it has no text, or a part of a message is of an unknown type.
        TemplateError: a template cannot be rendered.
    """
    options = _object(prompt_data.get("options"))
    arguments: dict[str, Any] = {**(defaults or {}), **_params(_object(options.get("params")), renderer)}
    if "model" in options:
        arguments["model"] = options["model"]
    if arguments.get("model") is None:
        raise ValueError("No model specified. Either specify it in the prompt or as a default")
    return arguments | _content(_object(prompt_data.get("prompt")), renderer)


def _content(prompt: Object, renderer: Renderer) -> dict[str, Any]:
    match prompt.get("type"):
        case "completion":
            return {"prompt": renderer.text(str(prompt.get("content", "")))}
        case "chat":
            messages = [_message(_object(each), renderer.text) for each in prompt.get("messages") or ()]
            tools = prompt.get("tools")
            has_tools = isinstance(tools, str) and bool(tools.strip())
            return {"messages": messages, **({"tools": _tools(str(tools), renderer)} if has_tools else {})}
        case None:
            raise ValueError("Empty prompt")
        case other:
            raise ValueError(f"Unknown type of prompt: {other}, expected chat or completion")


def _message(message: Object, render: Callable[[str], str]) -> dict[str, Any]:
    rendered = {name: value for name, value in message.items() if value is not None}
    content = message.get("content")
    if isinstance(content, str):
        rendered["content"] = render(content)
    else:
        rendered["content"] = None if content is None else [_part(each, render) for each in content]
    if message.get("tool_calls") is not None:
        rendered["tool_calls"] = [_tool_call(_object(each), render) for each in message["tool_calls"]]
    if isinstance(message.get("tool_call_id"), str):
        rendered["tool_call_id"] = render(message["tool_call_id"])
    return rendered


def _part(part: object, render: Callable[[str], str]) -> object:
    if isinstance(part, str):
        return part
    given = _object(part)
    match given.get("type"):
        case "text":
            return {**given, "text": render(given["text"])}
        case "image_url":
            image = _object(given.get("image_url"))
            return {**given, "image_url": {**image, "url": render(image["url"])}}
        case "file":
            file = _object(given.get("file"))
            texts = {name: render(file[name]) for name in _FILE_FIELDS if isinstance(file.get(name), str)}
            return {**given, "file": {**file, **texts}}
        case other:
            raise ValueError(f"Unknown content type: {other}")


def _tool_call(call: Object, render: Callable[[str], str]) -> dict[str, Any]:
    function = _object(call.get("function"))
    texts = {name: render(function[name]) for name in ("name", "arguments") if name in function}
    return {**call, "id": render(str(call.get("id", ""))), "function": {**function, **texts}}


def _tools(tools: str, renderer: Renderer) -> Any:
    """Templates inside of JSON are rendered text by text, so that no variable can break it; others as a whole."""
    try:
        parsed = json.loads(tools)
    except json.JSONDecodeError:
        return _parsed(renderer.plain(tools), "tools")
    return _each_text(parsed, renderer.plain)


def _params(params: Object, renderer: Renderer) -> Object:
    """Return the parameters; of `response_format`, the JSON schema is a template."""
    kept = {name: value for name, value in params.items() if name not in OWN_PARAMS}
    response_format = _object(kept.get("response_format"))
    described = _object(response_format.get("json_schema"))
    schema = described.get("schema")
    if response_format.get("type") != "json_schema" or schema is None:
        return kept
    if isinstance(schema, str):
        rendered = _parsed(renderer.json_text(schema), "JSON schema")
    else:
        rendered = _each_text(schema, renderer.json_text)
    return {**kept, "response_format": {**response_format, "json_schema": {**described, "schema": rendered}}}


def _each_text(value: Any, render: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return render(value)
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value).items()
        return {name: _each_text(item, render) for name, item in members}
    if isinstance(value, list):
        return [_each_text(item, render) for item in cast("Any", value)]
    return value


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"the {what} of the prompt are no JSON once the variables are in: {error}; write objects as {{{{{{x}}}}}}"
        ) from error


def _object(value: object) -> Object:
    return cast("Object", value) if isinstance(value, Mapping) else {}
