"""Spans of the OpenAI Agents SDK as Logfire exports them: the fields of its span data, each an attribute of its name."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.messages import chat_messages
from otel_bridge_collector.translate.partial import Content, Entry, Rank, Reading
from otel_bridge_collector.translate.usage import Count, counts_in, token_metrics

_SCOPE: Final = "logfire.openai_agents"
_VALUES: Final = (("input", "raw_input"), ("input", "input"), ("output", "output"))
_RESPONSE: Final = "response"


def is_made_by(span: Span) -> bool:
    """Tell whether the span is one of the Agents SDK."""
    return span.scope.name == _SCOPE


def readings(attributes: Attributes) -> Iterator[Reading]:
    """Yield content and tokens of a span of the Agents SDK."""
    return chain(_values(attributes), _usage(json_text.decoded(attributes.get(_RESPONSE))))


def _values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute in _VALUES:
        if attribute in attributes:
            value = chat_messages(json_text.decoded(attributes[attribute]))
            yield Content(field, value, Rank.VALUE, (attribute,))


def _usage(response: Json) -> Iterator[Entry]:
    if isinstance(response, dict):
        # The response stays in `metadata` as a whole, so its counts use nothing up.
        yield from token_metrics(
            Count(count.metric, count.value, ()) for count in counts_in(response.get("usage"), "")
        )
