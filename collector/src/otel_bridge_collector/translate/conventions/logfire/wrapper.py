"""Calls of a model client that Logfire wraps: `request_data` and `response_data`."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)
from otel_bridge_collector.translate.model_name import models
from otel_bridge_collector.translate.partial import Content, Entry, Rank, Reading
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, counts_in, token_metrics

Object = Mapping[str, Json]

REQUEST: Final = "request_data"
_RESPONSE: Final = "response_data"
_SCOPE: Final = "logfire."
_PROVIDERS: Final = ("anthropic", "openai")

_CONTENTS: Final = ("messages", "input", "prompt")
_INSTRUCTIONS: Final = ("system", "instructions")
_KEY_OF: Final = {"stop_sequences": "stop", "max_output_tokens": "max_tokens"}
_TEXTS: Final = ("text", "combined_chunk_content")
_ANSWER: Final = ("message", *_TEXTS, "images", "finish_reason")


def readings(span: Span) -> Iterator[Reading]:
    """Yield what the wrapper says of request and response; nothing where the request has neither model nor messages."""
    request = _request(span.attributes)
    if not request:
        return iter(())
    return chain(
        _input(request),
        _parameters(request, span.attributes),
        _provider(span),
        _response(_object(span.attributes.get(_RESPONSE))),
    )


def is_call(attributes: Attributes) -> bool:
    """Tell whether the request has a model and content."""
    request = _request(attributes)
    return "model" in request and any(key in request for key in _CONTENTS)


def _request(attributes: Attributes) -> Object:
    request = _object(attributes.get(REQUEST))
    is_named = isinstance(request.get("model"), str)
    return (
        request if is_named or ("model" not in request and is_message_list(request.get("messages"))) else {}
    )


def _object(value: Json) -> Object:
    parsed = json_text.structure(value)
    return parsed.value if parsed and isinstance(parsed.value, dict) else {}


def _input(request: Object) -> Iterator[Content]:
    key = next((key for key in _CONTENTS if key in request), None)
    if key is None:
        return
    given = request[key]
    # A text to complete is a message; one to embed, or one of the responses API, is what it is.
    value = (
        text_message("user", given) if key == "prompt" and isinstance(given, str) else chat_messages(given)
    )
    for instructions in (request[key] for key in _INSTRUCTIONS if request.get(key)):
        value = with_instructions(instructions, value)
    yield Content("input", value, Rank.MESSAGES_JSON, (REQUEST,))


def _parameters(request: Object, attributes: Attributes) -> Iterator[Entry]:
    named = {
        REQUEST: request.get("model"),
        names.GEN_AI_RESPONSE_MODEL: attributes.get(names.GEN_AI_RESPONSE_MODEL),
    }
    yield from models(named, answered=names.GEN_AI_RESPONSE_MODEL, asked=REQUEST)
    for key, value in request.items():
        if key == "tools":
            yield Entry("metadata", "tools", tool_definitions(value) or value, (REQUEST,))
        elif key not in ("model", *_CONTENTS, *_INSTRUCTIONS):
            yield Entry("metadata", _KEY_OF.get(key, key), value, (REQUEST,))


def _provider(span: Span) -> Iterator[Entry]:
    provider = span.scope.name.removeprefix(_SCOPE)
    if provider in _PROVIDERS:
        yield Entry("metadata", "provider", provider, ())


def _response(response: Object) -> Iterator[Reading]:
    if answer := _answer(response):
        yield Content("output", answer, Rank.MESSAGES_JSON, (_RESPONSE,))
    counts = [
        Count(count.metric, count.value, (_RESPONSE,)) for count in counts_in(response.get("usage"), "")
    ]
    yield from token_metrics(counts)
    is_counted = all(count.attributes for count in counts_in(response.get("usage"), _RESPONSE))
    read = (*_ANSWER, "usage") if is_counted else _ANSWER
    if rest := {key: value for key, value in response.items() if key not in read}:
        yield Entry("metadata", _RESPONSE, rest, (_RESPONSE,))


def _answer(response: Object) -> Json:
    message = response.get("message")
    if isinstance(message, dict):
        return chat_messages([_message(message)])
    text = next((text for key in _TEXTS if (text := response.get(key))), None)
    if text is None:
        return response.get("images")
    reason = response.get("finish_reason")
    return [{"role": "assistant", "content": text, **({"finish_reason": reason} if reason else {})}]


def _message(message: Object) -> Object:
    said = {key: value for key, value in message.items() if value is not None or key == "content"}
    calls = said.get("tool_calls")
    return {**said, "tool_calls": [_call(call) for call in calls]} if isinstance(calls, list) else said


def _call(call: Json) -> Json:
    """Return a call of a tool; Logfire writes one of Anthropic's without id and type, its arguments under `input`."""
    if not isinstance(call, dict) or "type" in call or not isinstance(function := call.get("function"), dict):
        return call
    arguments = json_text.decoded(function.get("arguments"))
    if isinstance(arguments, dict) and set(arguments) == {"input"}:
        function = {**function, "arguments": json_text.written(arguments["input"])}
    return {**call, "type": "function", "function": function}
