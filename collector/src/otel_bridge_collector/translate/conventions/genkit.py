"""Genkit (`genkit:*`): its flows, models, tools and the other actions that it runs, in each of its languages.

| attribute | field |
| --- | --- |
| `genkit:metadata:subtype` | `span_attributes.type`: model, background-model, embedder: llm; tool, retriever, reranker, indexer, resource: tool; evaluator: score; any other: task; it stays too, since it says more |
| `genkit:input`, `genkit:output` | `input`, `output`: JSON text is parsed; of a model as OpenAI chat messages, of an embedder texts and vectors |
| `config`, `tools`, `toolChoice` in the input of a model | `metadata.temperature` and so on, `metadata.tools`, `metadata.tool_choice` |
| `usage` in the output of a model, and what its `raw` response counts | `metrics.prompt_tokens` and so on |
| `finishReason`, and the id in `raw` | `metadata.finish_reason`, `gen_ai.response.id` |
| `genkit:name` of a model or an embedder | `metadata.model` and, in front of it, `metadata.provider`; where the response names another model, `metadata.request_model` |
| `genkit:sessionId` | `metadata.session_id` |

What else a model was given or answered stays in `metadata` under its path (`genkit:output.latencyMs`), the rest (path, state, key, ...) under
its own name.

Source: npm `@genkit-ai/core` 1 as recorded, `lib/tracing/instrumentation.js` and `lib/action.js`; `@genkit-ai/ai`, `lib/model-types.d.ts`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import chat_messages
from otel_bridge_collector.translate.model_name import models, provider_name
from otel_bridge_collector.translate.parameter import flat, key_of
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank, Reading
from otel_bridge_collector.translate.scalar import scalars
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import counts_in, token_metrics
from otel_bridge_collector.translate.whole import beside, finish_reason, response_id, usage_in

NAME: Final = "genkit"

Object = Mapping[str, Json]

_PREFIX: Final = "genkit:"
_SUBTYPE: Final = "genkit:metadata:subtype"
_NAME: Final = "genkit:name"
_INPUT: Final = "genkit:input"
_OUTPUT: Final = "genkit:output"
_SESSION: Final = "genkit:sessionId"
_EMBEDDER: Final = "embedder"
_TYPE_OF: Final[Mapping[str, SpanType]] = {
    "model": "llm",
    "background-model": "llm",
    _EMBEDDER: "llm",
    "tool": "tool",
    "retriever": "tool",
    "reranker": "tool",
    "indexer": "tool",
    "resource": "tool",
    "evaluator": "score",
}
_MODEL_KEYS: Final = ("model", "modelVersion")
"""How the response of a provider names its model."""
_SECRET: Final = "apiKey"  # noqa: S105 - the name of a setting, not its value
_READ: Final = ("messages", "config", "tools", "toolChoice")
_OF_GENKIT: Final = frozenset({"key", "outputSchema"})
"""What a definition of a tool has beside what a model is told of it."""


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of Genkit's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the attributes of `span`."""
    attributes = span.attributes
    subtype = attributes.get(_SUBTYPE)
    given, returned = (json_text.decoded(attributes.get(name)) for name in (_INPUT, _OUTPUT))
    if subtype == _EMBEDDER:
        own: Iterator[Reading] = chain(_embedding(given, returned), _named(attributes, {}))
    elif _TYPE_OF.get(str(subtype)) == "llm":
        own = _call(attributes, _object(given), _object(returned))
    else:
        own = _values(given, returned)
    return Partial(readings=(*own, *_entries(attributes)))


def _entries(attributes: Attributes) -> Iterator[Entry]:
    if isinstance(subtype := attributes.get(_SUBTYPE), str):
        yield Entry("span_attributes", "type", _TYPE_OF.get(subtype, "task"), ())
    if _SESSION in attributes:
        yield Entry("metadata", "session_id", attributes[_SESSION], (_SESSION,))


def _values(given: Json, returned: Json) -> Iterator[Content]:
    for field, attribute, value in (("input", _INPUT, given), ("output", _OUTPUT, returned)):
        if value is not None:
            yield Content(field, value, Rank.VALUE, (attribute,))


def _embedding(given: Json, returned: Json) -> Iterator[Content]:
    documents, found = (
        _objects(_object(value).get(key)) for value, key in ((given, "input"), (returned, "embeddings"))
    )
    texts: list[Json] = [
        "".join(str(part["text"]) for part in _objects(document.get("content")) if "text" in part)
        for document in documents
    ]
    vectors = [each["embedding"] for each in found if "embedding" in each]
    yield from _values(texts or given, vectors or returned)


def _call(attributes: Attributes, request: Object, response: Object) -> Iterator[Reading]:
    raw = _object(response.get("raw", response.get("custom")))
    readings: list[Reading] = [
        *_values(_messages(request.get("messages")), _messages(_answers(response))),
        *_named(attributes, raw),
        *_parameters(request),
        *token_metrics([*usage_in(raw), *counts_in(response.get("usage"), "", spends=False)]),
        *response_id(raw),
        *finish_reason(response),
    ]
    yield from readings
    held = scalars([reading.value for reading in readings])
    asked = {key: value for key, value in request.items() if key not in _READ}
    for attribute, whole in ((_INPUT, asked), (_OUTPUT, response)):
        for key, value in beside(whole, held, with_lists=False).items():
            yield Entry("metadata", f"{attribute}.{key}", value, ())


def _named(attributes: Attributes, raw: Object) -> Iterator[Entry]:
    name = attributes.get(_NAME)
    answered = next((raw[key] for key in _MODEL_KEYS if key in raw), None)
    provider, slash, asked = name.partition("/") if isinstance(name, str) else ("", "", "")
    if not slash:
        provider, asked = "", provider
    for entry in models({"asked": asked, "answered": answered}, answered="answered", asked="asked"):
        yield replace(entry, attributes=())
    if provider:
        yield Entry("metadata", "provider", provider_name(provider), ())


def _parameters(request: Object) -> Iterator[Entry]:
    for name, value in flat(_object(request.get("config"))):
        if name != _SECRET:
            yield Entry("metadata", key_of(name), value, ())
    tools = [
        {key: value for key, value in tool.items() if key not in _OF_GENKIT}
        for tool in _objects(request.get("tools"))
    ]
    if offered := tool_definitions(tools):
        yield Entry("metadata", "tools", offered, ())
    if "toolChoice" in request:
        yield Entry("metadata", "tool_choice", request["toolChoice"], ())


def _answers(response: Object) -> Json:
    """Return the message of a response; early versions have a list of candidates."""
    if "message" in response:
        return [response["message"]]
    return [each["message"] for each in _objects(response.get("candidates")) if "message" in each] or None


def _messages(listed: Json) -> Json:
    if not isinstance(listed, list):
        return listed
    return chat_messages([_message(item) if isinstance(item, dict) else item for item in listed])


def _message(message: Object) -> Object:
    content = message.get("content")
    others = {key: value for key, value in message.items() if key != "content"}
    return {**others, "parts": [_part(part) for part in content]} if isinstance(content, list) else message


def _part(part: Json) -> Json:
    """Return the part of the GenAI conventions; one of another kind as it is."""
    told = _object(part)
    if isinstance(text := told.get("text"), str):
        return {"type": "text", "content": text}
    if isinstance(thought := told.get("reasoning"), str):
        return {"type": "reasoning", "content": thought}
    if call := _object(told.get("toolRequest")):
        return {
            "type": "tool_call",
            "id": call.get("ref"),
            "name": call.get("name"),
            "arguments": call.get("input"),
        }
    if result := _object(told.get("toolResponse")):
        named = {"id": result.get("ref"), "name": result.get("name")}
        return {"type": "tool_call_response", **named, "response": result.get("output")}
    if isinstance(url := (media := _object(told.get("media"))).get("url"), str):
        mime_type = media.get("contentType") or url.removeprefix("data:").partition(";")[0]
        return {"type": "uri", "uri": url, "mime_type": mime_type}
    return part


def _object(value: Json) -> Object:
    return value if isinstance(value, dict) else {}


def _objects(listed: Json) -> list[Object]:
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
