"""`input` and `output` of OpenInference spans: messages, texts, embeddings, documents, and values of any kind."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.openinference.message import messages
from otel_bridge_collector.translate.haystack_message import may_be_printed, unprinted
from otel_bridge_collector.translate.indexed import list_below
from otel_bridge_collector.translate.messages import chat_messages, is_message_list, text_message
from otel_bridge_collector.translate.name_set import NameSet, Reader, name_set, useful
from otel_bridge_collector.translate.partial import Content, Rank
from otel_bridge_collector.translate.whole import history_in, messages_in, request_messages, with_request

Object = Mapping[str, Json]

REDACTED: Final = "__REDACTED__"
"""What an instrumentation writes for content that the user wants hidden."""

PARAMETERS: Final = ("llm.invocation_parameters", "embedding.invocation_parameters")
"""Attributes with parameters as a JSON object; they may hold nothing of use."""

_QUERY: Final = "reranker.query"


class Side(NamedTuple):
    """Where the content of one direction stands."""

    field: str
    role: str
    value: str
    mime_type: str
    messages: str
    texts: str


INPUT: Final = Side("input", "user", "input.value", "input.mime_type", "llm.input_messages", "llm.prompts")
OUTPUT: Final = Side(
    "output", "assistant", "output.value", "output.mime_type", "llm.output_messages", "llm.choices"
)


class _List(NamedTuple):
    """A flattened list that is content: end of the attributes that are used, and what an item of it becomes."""

    field: str
    name: str
    end: str
    read: Callable[[Object], Json]


def own_content(attributes: Attributes, side: Side) -> Content | None:
    """Return the content of the attributes that are made for it; None when there are none."""
    readers = name_set(attributes).plan(_own_input if side is INPUT else _own_output)
    return next((content for read in readers for content in read(attributes)), None)


def _own_input(told: NameSet) -> Sequence[Callable[[Attributes], Iterable[Content]]]:
    return useful(_readers(INPUT), told)


def _own_output(told: NameSet) -> Sequence[Callable[[Attributes], Iterable[Content]]]:
    return useful(_readers(OUTPUT), told)


def _readers(side: Side) -> Sequence[Reader[Content]]:
    return (
        Reader(partial(_messages, side=side), frozenset({side.messages}), (f"{side.messages}.",)),
        Reader(partial(_texts, side=side), frozenset({side.texts})),
        *(
            Reader(partial(_list, each), prefixes=(f"{each.name}.",))
            for each in _LISTS
            if each.field == side.field
        ),
    )


def value_content(attributes: Attributes, side: Side, value: Json, *, is_chat: bool) -> Content | None:
    """Return the content of `input.value` or `output.value`; that of a chat becomes messages where it can.

    Args:
        attributes: those of the span.
        side: which of the two.
        value: its `value_of`.
        is_chat: whether the span is a call of a model.
    """
    if side.value not in attributes:
        return None
    if is_chat:
        value = text_message(side.role, value) if isinstance(value, str) else _whole(side, value) or value
    elif "json" in str(attributes.get(side.mime_type)):
        value = json_text.decoded(value)  # Some write the JSON text of a tool as JSON once more.
    return Content(side.field, value, Rank.VALUE, (side.value,))


def _whole(side: Side, value: Json) -> Json:
    messages = messages_in(value)
    return with_request(value, messages) if side is INPUT and messages else messages


def request_content(value: Json) -> Content | None:
    """Return the messages in `input.value`, of which the instrumentation of LangChain flattens the first one only."""
    found = _whole(INPUT, value)
    return Content(INPUT.field, found, Rank.VALUE, ()) if is_message_list(found) else None


def parameter_content(attributes: Attributes) -> Content | None:
    """Return the prompt that stands among the parameters of a call, as that of a Bedrock request does."""
    parsed = (json_text.structure(attributes.get(name)) for name in PARAMETERS)
    found = next((messages for each in parsed if each and (messages := request_messages(each.value))), None)
    return Content(INPUT.field, found, Rank.TEXT, ()) if found else None


def history_content(response: Json, own: Content) -> Content | None:
    """Return the messages that a response says were sent since `own`, behind its system message."""
    history = history_in(response)
    if not isinstance(history, list) or not isinstance(own.value, list):
        return None
    system = [
        message for message in own.value if isinstance(message, dict) and message.get("role") == "system"
    ]
    return Content(INPUT.field, [*system, *history], Rank.VALUE, ())


def value_of(attributes: Attributes, side: Side, *, is_chat: bool) -> Json:
    """Return `input.value` or `output.value`; an object or a list is JSON even where the type does not say so.

    Messages that Haystack's instrumentation printed are read in those of a chat; other spans keep what they were given.
    """
    value = attributes.get(side.value)
    decoded = json_text.decoded(value)
    is_json = "json" in str(attributes.get(side.mime_type))
    told = decoded if is_json or not isinstance(decoded, str) else value
    return unprinted(told) if is_chat and may_be_printed(value) else told


def _messages(attributes: Attributes, side: Side) -> Iterator[Content]:
    listed, used = list_below(attributes, f"{side.messages}.")
    if used:
        yield Content(side.field, messages(listed, side.role), Rank.INDEXED, used)
    whole = json_text.structure(attributes.get(side.messages))
    if whole and is_message_list(whole.value):
        yield Content(side.field, chat_messages(whole.value), Rank.INDEXED, (side.messages,))
    elif whole and _are_nested(whole.value):
        yield Content(side.field, messages(whole.value, side.role), Rank.INDEXED, (side.messages,))


def _are_nested(value: Json) -> bool:
    """Tell whether each item has its message under a key, as a flattened list has."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, dict) and isinstance(item.get("message"), dict) for item in value)


def _texts(attributes: Attributes, side: Side) -> Iterator[Content]:
    """Yield the prompts or the answers of a text completion that stand in one list."""
    whole = json_text.structure(attributes.get(side.texts))
    if whole and isinstance(whole.value, list) and whole.value:
        told = [{"role": side.role, "content": text} for text in whole.value]
        yield Content(side.field, told, Rank.INDEXED, (side.texts,))


def _list(told: _List, attributes: Attributes) -> Iterator[Content]:
    items, below = list_below(attributes, f"{told.name}.")
    used = tuple(attribute for attribute in below if attribute.endswith(told.end))
    if used and isinstance(items, list):
        listed = [told.read(item) for item in items if isinstance(item, dict)]
        yield _list_content(attributes, told.name, Content(told.field, listed, Rank.INDEXED, used))


def _list_content(attributes: Attributes, name: str, content: Content) -> Content:
    """Documents that are to be ranked stand beside the query."""
    if name != _RANKED or _QUERY not in attributes:
        return content
    query: Json = {"query": attributes[_QUERY], "documents": content.value}
    return Content(content.field, query, content.rank, (*content.attributes, _QUERY))


def _prompt(item: Object) -> Json:
    return {"role": INPUT.role, "content": _inner(item, "prompt").get("text")}


def _completion(item: Object) -> Json:
    return {"role": OUTPUT.role, "content": _inner(item, "completion").get("text")}


def _embedded(item: Object) -> Json:
    return _inner(item, "embedding").get("text")


def _vector(item: Object) -> Json:
    return json_text.decoded(_inner(item, "embedding").get("vector"))


def _document(item: Object) -> Json:
    told = _inner(item, "document")
    return {key: json_text.decoded(value) if key == "metadata" else value for key, value in told.items()}


def _inner(item: Object, name: str) -> Object:
    inner = item.get(name)
    return inner if isinstance(inner, dict) else {}


_RANKED: Final = "reranker.input_documents"
_EMBEDDINGS: Final = "embedding.embeddings"
_LISTS: Final = (
    _List("input", INPUT.texts, ".prompt.text", _prompt),
    _List("output", OUTPUT.texts, ".completion.text", _completion),
    _List("input", _EMBEDDINGS, ".embedding.text", _embedded),
    _List("output", _EMBEDDINGS, ".embedding.vector", _vector),
    _List("input", _RANKED, "", _document),
    _List("output", "reranker.output_documents", "", _document),
    _List("output", "retrieval.documents", "", _document),
)
