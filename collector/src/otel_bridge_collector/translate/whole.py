"""A request or a response that an instrumentation wrote whole into one value, such as OpenInference's `input.value`.

| of | messages | instructions | usage |
| --- | --- | --- | --- |
| OpenAI, Mistral, Groq | `messages`, `choices` | | `usage` |
| OpenAI responses | `input`, `output` | `instructions` | `usage` |
| Anthropic | `messages`, the response itself | `system` | `usage` |
| Bedrock | `messages`, `output.message` | `system` | `usage` |
| Google | `contents`, `candidates` | `config.system_instruction` | `usage_metadata` |
| Haystack | `messages`, `replies` | | `replies[0].meta.usage` |
| LangChain | `messages`, `generations`: lists of lists of serialized messages | | |

Source: the APIs of these, and LangChain's run outputs, as the instrumentations record them.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.haystack_message import in_parts, is_serialized
from otel_bridge_collector.translate.messages import (
    chat_messages,
    is_message_list,
    text_message,
    with_instructions,
)
from otel_bridge_collector.translate.partial import Entry
from otel_bridge_collector.translate.tools import tool_definitions
from otel_bridge_collector.translate.usage import Count, counts_in

_MESSAGE_LISTS: Final = (
    "messages",
    "contents",
    "choices",
    "candidates",
    "input",
    "output",
    "generations",
    "replies",
)
_MESSAGE_KEYS: Final = ("role", "content", "parts", "tool_calls")
_MESSAGE_OF: Final = ("message", "content")
"""Where a choice or a candidate holds its message."""
_LANGCHAIN_ROLES: Final = {"Human": "user", "AI": "assistant", "System": "system", "Tool": "tool"}
_LANGCHAIN_KEYS: Final = ("content", "name", "tool_calls", "tool_call_id")
_LANGCHAIN_TYPES: Final = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}
"""What a message of LangChain's calls itself beside its data; formerly its class."""
_PAIR: Final = ("role", "text")
_PAIR_ROLES: Final = (*_LANGCHAIN_TYPES, *_LANGCHAIN_TYPES.values())
_TEXTS: Final = ("input", "prompt", "inputText", "contents")
_INSTRUCTIONS: Final = ("system", "instructions", "system_instruction", "systemInstruction")
_GROUPS: Final = ("config", "toolConfig")
_USAGES: Final = ("usage", "usage_metadata", "usageMetadata")
_HISTORY: Final = "automatic_function_calling_history"
_RESPONSE_IDS: Final = ("id", "response_id")
_RESPONSE_ID: Final = "gen_ai.response.id"
_LANGCHAIN_OUTPUT: Final = "llm_output"
_ANSWERS: Final = ("choices", "candidates")
_REPLIES: Final = "replies"
_REASONS: Final = ("finish_reason", "stop_reason", "finishReason", "stopReason")
_LABELS: Final = frozenset({"role", "type"})
_NOTHING: Final[frozenset[Json]] = frozenset({None, ""})


def messages_in(value: Json) -> Json:
    """Return the messages of a request or response as chat messages; None when it has none."""
    lists = [value]
    if isinstance(value, dict):
        itself = {key: value[key] for key in _MESSAGE_KEYS if key in value}
        lists = [[itself]] if itself else []
        lists += [_listed(value[key]) for key in _MESSAGE_LISTS if key in value]
    for listed in lists:
        if not isinstance(listed, list) or not listed:
            continue
        # LangChain sends several prompts at once: of a list of lists the first counts.
        items = listed[0] if isinstance(listed[0], list) else listed
        found = [_message(item) for item in items]
        if is_message_list(found):
            return chat_messages(found)
    return None


def request_messages(value: Json) -> Json:
    """Return the messages of a request behind its instructions; a prompt that is one text is one. None when it has none."""
    return with_request(value, messages_in(value))


def with_request(value: Json, messages: Json) -> Json:
    """Return `request_messages` where it is known what `messages_in` finds."""
    if not isinstance(value, dict):
        return messages
    texts = (value[key] for key in _TEXTS if isinstance(value.get(key), str))
    if messages is None and (text := next(texts, None)) is not None:
        messages = text_message("user", text)
    instructions = next((told for key in _INSTRUCTIONS if (told := _in_groups(value, key))), None)
    if isinstance(instructions, dict):  # Google's is a content.
        instructions = instructions.get("parts")
    if messages is None or not isinstance(instructions, str | list):
        return messages
    return with_instructions(instructions, messages)


def tools_in(request: Json) -> list[Json] | None:
    """Return the definitions of the tools that a request offers; None without."""
    return tool_definitions(_in_groups(request, "tools")) if isinstance(request, dict) else None


def usage_in(response: Json) -> Iterator[Count]:
    """Yield the counts of a response; they spend no attribute."""
    if isinstance(response, dict):
        for place in (response, _reply_meta(response)):
            for key in _USAGES:
                if key in place:
                    yield from counts_in(place[key], "", spends=False)


def history_in(value: Json) -> Json:
    """Return the messages of the last request in a response of Google's SDK, which calls tools itself; None without."""
    history = value.get(_HISTORY) if isinstance(value, dict) else None
    if not isinstance(history, list) or not history:
        return None
    # A content without a role is the user's.
    return chat_messages([{"role": "user", **content} for content in history if isinstance(content, dict)])


def response_id(value: Json) -> Iterator[Entry]:
    """Yield the id of a response; LangChain has it among what the model's class adds."""
    if not isinstance(value, dict):
        return
    places = (value, value.get(_LANGCHAIN_OUTPUT))
    ids = [place.get(key) for place in places if isinstance(place, dict) for key in _RESPONSE_IDS]
    if found := next((each for each in ids if isinstance(each, str)), None):
        yield Entry("metadata", _RESPONSE_ID, found, ())


def finish_reason(response: Json) -> Iterator[Entry]:
    """Yield why a response ended, that of its first answer."""
    if not isinstance(response, dict):
        return
    answers = [answer for key in _ANSWERS for answer in _objects(response.get(key))]
    places = (response, *answers, _reply_meta(response))
    reasons = (place.get(key) for place in places for key in _REASONS)
    if found := next((each for each in reasons if isinstance(each, str)), None):
        yield Entry("metadata", "finish_reason", found, ())


def vectors_in(response: Json) -> list[Json]:
    """Return the vectors of a response of OpenAI's embeddings API; none where it is none."""
    items = _objects(response.get("data")) if isinstance(response, dict) else []
    return [item["embedding"] for item in items if "embedding" in item]


def beside(whole: Json, held: set[Json], *, with_lists: bool) -> dict[str, Json]:
    """Return what an object says beyond `held`; lists of a call hold its messages, and those of others may say more."""
    passed = held.copy()
    passed.update(_NOTHING)
    rest = _rest(whole, passed, with_lists=with_lists)
    return rest if isinstance(rest, dict) else {}


def without_messages(whole: Mapping[str, Json]) -> dict[str, Json]:
    """Return a whole without LangChain's messages in it: their classes and ids are its own, and answers have their own spans."""
    return {
        key: [item for item in value if not _is_langchain(item)] if isinstance(value, list) else value
        for key, value in whole.items()
    }


def _is_langchain(item: Json) -> bool:
    if isinstance(item, list):  # An application may give a message as a pair.
        return len(item) == len(_PAIR) and item[0] in _PAIR_ROLES
    told = item if isinstance(item, dict) else {}
    return "lc" in told or (isinstance(told.get("data"), dict) and str(told.get("type")) in _LANGCHAIN_TYPES)


def _rest(value: Json, held: set[Json], *, with_lists: bool) -> Json:
    if isinstance(value, dict):
        found: dict[str, Json] = {}
        for key, child in value.items():
            kind = type(child)
            if key in _LABELS:
                continue
            # Most children are held: to see that here and not in a call of its own takes half of the time.
            if kind is not dict and kind is not list:
                if child not in held:
                    found[key] = child
            elif (rest := _rest(child, held, with_lists=with_lists)) is not None:
                found[key] = rest
        return found or None
    if isinstance(value, list):
        # Messages are no texts.
        is_read = with_lists or all(isinstance(item, str) for item in value)
        items = [_rest(item, held, with_lists=with_lists) for item in value] if is_read else []
        return [item for item in items if item is not None] or None
    return None if value in held else value


def _listed(value: Json) -> Json:
    """Bedrock's output is no list but holds its one message."""
    return [value["message"]] if isinstance(value, dict) and "message" in value else value


def _message(item: Json) -> Json:
    """A choice of a response holds the message, and so does a candidate of Google's; empty keys say nothing."""
    if not isinstance(item, dict):
        return item
    if is_serialized(item):
        return in_parts(item)
    if langchain := _langchain_message(item):
        return langchain
    if "role" in item:
        return {key: value for key, value in item.items() if value is not None or key == "content"}
    held = next((held for key in _MESSAGE_OF if isinstance(held := item.get(key), dict)), item)
    if held is not item:
        return _message(held)
    return {"role": "model", **held} if "parts" in held else held


def _langchain_message(item: Mapping[str, Json]) -> Json:
    """Return the message that LangChain serialized, under its type or its class, such as `AIMessageChunk`; None for any other."""
    if isinstance(data := item.get("data"), dict) and (role := _LANGCHAIN_TYPES.get(str(item.get("type")))):
        return _said(role, data)
    kwargs, path = item.get("kwargs"), item.get("id")
    if not kwargs or not isinstance(kwargs, dict) or "lc" not in item:
        return None
    name = str(path[-1]) if isinstance(path, list) and path else ""
    spoken = next((role for kind, role in _LANGCHAIN_ROLES.items() if name.startswith(kind)), None)
    return _said(spoken, kwargs) if spoken else kwargs


def _said(role: str, told: Mapping[str, Json]) -> Json:
    said = {key: told[key] for key in _LANGCHAIN_KEYS if told.get(key)}
    return {"role": role, "content": None, **said}


def _reply_meta(response: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what Haystack says of the first reply beside its content; nothing without."""
    first = next(iter(_objects(response.get(_REPLIES))), None)
    meta = first.get("meta") if first else None
    return meta if isinstance(meta, dict) else {}


def _objects(listed: Json) -> list[Mapping[str, Json]]:
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _in_groups(request: Mapping[str, Json], key: str) -> Json:
    """Return what a request has under a key, itself or among its settings."""
    if told := request.get(key):
        return told
    groups = [request[group] for group in _GROUPS if group in request]
    return next((told for group in groups if isinstance(group, dict) and (told := group.get(key))), None)
