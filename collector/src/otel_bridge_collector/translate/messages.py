"""One shape for messages: those of OpenAI chat completions, whatever shape they came in.

It converts lists of messages, of the GenAI conventions and of the providers; what one message becomes stands in
`chat_message`. Values that are no messages pass unchanged, so that nothing is lost.

Source: spec/translation.md sections 4.4 and 14 (9, 14); semantic-conventions-genai at 2781a13.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Final, TypeGuard

from otel_bridge.contract.row import Json
from otel_bridge_collector.translate.chat_message import chat_content, chat_message, message_of_parts

Object = Mapping[str, Json]

_SYSTEM_ROLES: Final = ("system", "developer")

_RESULT_SUFFIX: Final = "_call_output"
_ITEM_SUFFIXES: Final = ("_call", _RESULT_SUFFIX)


def chat_messages(value: Json) -> Json:
    """Return messages of the GenAI conventions or of a provider as OpenAI chat messages, anything else unchanged."""
    messages = [value] if isinstance(value, dict) else value
    if not is_message_list(messages):
        return value
    found: list[Json] = []
    for message in messages if _have_roles(messages) else _turns(messages):
        found += chat_message(message)
    return found


def is_message_list(value: Json) -> TypeGuard[list[Object]]:
    """Tell whether `value` is a list of messages, at least one: objects with a role, or items of OpenAI's responses."""
    if not isinstance(value, list) or not value:
        return False
    for (
        item
    ) in value:  # A generator would take twice as long, and this is asked of all that could be messages.
        if not isinstance(item, dict) or not (isinstance(item.get("role"), str) or _is_item(item)):
            return False
    return True


def text_message(role: str, content: Json) -> Json:
    """Return a list of one message."""
    return [{"role": role, "content": chat_content(content)}]


def with_instructions(instructions: Json, messages: Json) -> Json:
    """Return `messages` behind a system message, unless they have it already.

    Args:
        instructions: text, or parts of the GenAI conventions.
        messages: chat messages, one text of a user, or None.
    """
    if messages is None or isinstance(messages, str):
        messages = [] if messages is None else text_message("user", messages)
    content = instructions if isinstance(instructions, list) else [instructions]
    system = [message_of_parts("system", content, {})]
    if not isinstance(messages, list):
        return messages
    given = [m.get("content") for m in messages if isinstance(m, dict) and m.get("role") in _SYSTEM_ROLES]
    return messages if system[0]["content"] in given else [*system, *messages]


def _is_item(message: Object) -> bool:
    """Tell whether it is what OpenAI's responses list beside messages: a thought, a call, a result."""
    kind = message.get("type")
    return isinstance(kind, str) and (kind.endswith(_ITEM_SUFFIXES) or kind == "reasoning")


def _have_roles(messages: Iterable[Object]) -> bool:
    return {type(message.get("role")) for message in messages} == {str}


def _turns(messages: Iterable[Object]) -> Iterator[Object]:
    """Yield messages; items without a role that follow each other are the parts of one."""
    for role, run in groupby(messages, _item_role):
        if role is None:
            yield from run
        else:
            yield {"role": role, "parts": list(run)}


def _item_role(message: Object) -> str | None:
    if isinstance(message.get("role"), str):
        return None
    return "tool" if str(message.get("type")).endswith(_RESULT_SUFFIX) else "assistant"
