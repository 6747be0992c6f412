"""A request or a response that an instrumentation wrote whole, as `input.value` or `output.value` of a call.

Source: the APIs of OpenAI, Anthropic and Google, and LangChain's run outputs, as the instrumentations record them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.messages import chat_messages, is_message_list
from otel_bridge_collector.translate.partial import Entry

_MESSAGE_LISTS: Final = ("messages", "contents", "choices", "input", "output")
_HISTORY: Final = "automatic_function_calling_history"
_RESPONSE_IDS: Final = ("id", "response_id")
_RESPONSE_ID: Final = "gen_ai.response.id"
_LANGCHAIN_OUTPUT: Final = "llm_output"
_LABELS: Final = frozenset({"role", "type"})


def messages_in(value: Json) -> Json:
    """Return the messages of a request or response as chat messages; None when it has none."""
    lists = [value.get(key) for key in _MESSAGE_LISTS] if isinstance(value, Mapping) else [value]
    for listed in lists:
        found = [_message(item) for item in listed] if isinstance(listed, list) else []
        if is_message_list(found):
            return chat_messages(found)
    return None


def history_in(value: Json) -> Json:
    """Return the messages of the last request in a response of Google's SDK, which calls tools itself; None without."""
    history = value.get(_HISTORY) if isinstance(value, Mapping) else None
    if not isinstance(history, list) or not history:
        return None
    # A content without a role is the user's.
    return chat_messages([{"role": "user", **content} for content in history if isinstance(content, Mapping)])


def response_id(value: Json) -> Iterator[Entry]:
    """Yield the id of a response; LangChain has it among what the model's class adds."""
    if not isinstance(value, Mapping):
        return
    places = (value, value.get(_LANGCHAIN_OUTPUT))
    ids = [place.get(key) for place in places if isinstance(place, Mapping) for key in _RESPONSE_IDS]
    if found := next((each for each in ids if isinstance(each, str)), None):
        yield Entry("metadata", _RESPONSE_ID, found, ())


def beside(whole: Json, held: set[Json], *, with_lists: bool) -> dict[str, Json]:
    """Return what an object says beyond `held`; lists of a call hold its messages, and those of others may say more."""
    rest = _rest(whole, held, with_lists=with_lists)
    return rest if isinstance(rest, dict) else {}


def _rest(value: Json, held: set[Json], *, with_lists: bool) -> Json:
    if isinstance(value, Mapping):
        told = {key: child for key, child in value.items() if key not in _LABELS}
        children = {key: _rest(child, held, with_lists=with_lists) for key, child in told.items()}
        return {key: child for key, child in children.items() if child is not None} or None
    if isinstance(value, list):
        items = [_rest(item, held, with_lists=with_lists) for item in value] if with_lists else []
        return [item for item in items if item is not None] or None
    return None if value in (None, "") or value in held else value


def _message(item: Json) -> Json:
    """A choice of a response holds the message."""
    return item.get("message", item) if isinstance(item, Mapping) else item
