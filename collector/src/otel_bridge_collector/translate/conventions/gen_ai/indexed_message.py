"""Messages that were flattened to `gen_ai.prompt.<n>.*` and `gen_ai.completion.<n>.*`, where they differ from a chat's.

| in the attributes | becomes |
| --- | --- |
| `user`, the prompt of a text completion | a message of the user |
| content without a role | a message of the side that it stands on |
| role `thinking` | `reasoning` of the message behind it |
| a message without content, such as an image that was left out or a block of a streamed answer | nothing; a reason why it ended is `metadata.finish_reason` |

Source: opentelemetry-instrumentation-openai and -anthropic 0.40.14.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from otel_bridge.contract.row import Json

Object = Mapping[str, Json]

_ROLE: Final = frozenset({"role"})
_REASON: Final = frozenset({"finish_reason"})


def indexed_messages(role: str, listed: Json) -> Json:
    """Return messages for a list of flattened ones; anything else unchanged.

    Args:
        role: who speaks where a message does not say it.
        listed: what was nested again out of the attributes.
    """
    if not isinstance(listed, list):
        return listed
    messages = [_with_role(role, message) for message in listed]
    return list(_with_reasoning(_beyond(_ROLE | _REASON, messages)))


def bare_reason(listed: Json) -> Json:
    """Return why an answer ended that came without content; None where there is content."""
    messages = listed if isinstance(listed, list) else []
    if _beyond(_ROLE | _REASON, messages):
        return None
    reasons = (message.get("finish_reason") for message in messages if isinstance(message, dict))
    return next((reason for reason in reasons if reason), None)


def _beyond(labels: frozenset[str], messages: Iterable[Json]) -> list[Json]:
    return [message for message in messages if not isinstance(message, dict) or message.keys() - labels]


def _with_role(role: str, message: Json) -> Json:
    if not isinstance(message, dict) or message.get("role"):
        return message
    if "user" in message and "content" not in message:
        return {"role": "user", "content": message["user"], **_without(message, "user")}
    return {**message, "role": role} if "content" in message else message


def _with_reasoning(messages: Iterable[Json]) -> Iterator[Json]:
    thoughts: list[Json] = []
    for message in messages:
        if isinstance(message, dict) and message.get("role") == "thinking":
            thoughts.append(_without(message, "role", "finish_reason"))
        elif isinstance(message, dict) and thoughts:
            yield {**message, "reasoning": thoughts}
            thoughts = []
        else:
            yield message
    if thoughts:
        yield {"role": "assistant", "content": None, "reasoning": thoughts}


def _without(message: Object, *keys: str) -> Object:
    return {key: value for key, value in message.items() if key not in keys}
