"""Spring AI (`spring.ai.*`), beside the `gen_ai.*` attributes that it writes.

| attribute | field |
| --- | --- |
| `spring.ai.kind` | `span_attributes.type`, where `gen_ai.operation.name` names none: tool_call, vector_store: tool; chat_client, advisor: task; it stays too |
| `spring.ai.tool.call.arguments`, `.result` | `input`, `output`: JSON text is parsed |
| `spring.ai.tool.call.id` | `metadata.tool_call_id` |
| `spring.ai.tool.definition.name`, `.description`, `.schema` | `metadata.tools` as an OpenAI tool object |
| `spring.ai.model.request.tool.names`, `spring.ai.chat.client.tool.names` | `metadata.tools`: their names |
| `spring.ai.chat.client.system.text`, `.user.text` (before 1.0) | `input` as chat messages |
| `db.vector.query.content`, `.response.documents` of a vector store | `input`, `output` |

All values are text, numbers and lists too. The rest (advisors, conversation, ...) stays in `metadata` under its own name.

Source: Spring AI reference 1.0 to 2.0, "Observability", read 2026-11-27.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final

from otel_bridge.contract.row import Json, SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.partial import Content, Entry, Partial, Rank
from otel_bridge_collector.translate.tools import tool_definitions

NAME: Final = "spring_ai"

_PREFIX: Final = "spring.ai."
_KIND: Final = "spring.ai.kind"
_TYPE_OF: Final[Mapping[str, SpanType]] = {
    "tool_call": "tool",
    "vector_store": "tool",
    "chat_client": "task",
    "advisor": "task",
}
_VALUES: Final = (
    ("input", "spring.ai.tool.call.arguments", Rank.TOOL_CALL),
    ("output", "spring.ai.tool.call.result", Rank.TOOL_CALL),
    ("input", "db.vector.query.content", Rank.VALUE),
    ("output", "db.vector.query.response.documents", Rank.VALUE),
)
_TEXTS: Final = (
    ("system", "spring.ai.chat.client.system.text"),
    ("user", "spring.ai.chat.client.user.text"),
)
_CALL_ID: Final = "spring.ai.tool.call.id"
_DEFINITION: Final = (
    ("name", "spring.ai.tool.definition.name"),
    ("description", "spring.ai.tool.definition.description"),
    ("parameters", "spring.ai.tool.definition.schema"),
)
_TOOL_NAMES: Final = ("spring.ai.model.request.tool.names", "spring.ai.chat.client.tool.names")


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of Spring AI's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `spring.ai.*` attributes of `span`."""
    attributes = span.attributes
    return Partial(
        readings=tuple(chain(_type(attributes), _values(attributes), _prompt(attributes), _tools(attributes)))
    )


def _type(attributes: Attributes) -> Iterator[Entry]:
    kind = attributes.get(_KIND)
    if isinstance(kind, str) and kind in _TYPE_OF:
        yield Entry("span_attributes", "type", _TYPE_OF[kind], ())
    if _CALL_ID in attributes:
        yield Entry("metadata", "tool_call_id", attributes[_CALL_ID], (_CALL_ID,))


def _values(attributes: Attributes) -> Iterator[Content]:
    for field, attribute, rank in _VALUES:
        if attribute in attributes:
            yield Content(field, json_text.decoded(attributes[attribute]), rank, (attribute,))


def _prompt(attributes: Attributes) -> Iterator[Content]:
    told = [(role, attribute) for role, attribute in _TEXTS if attributes.get(attribute)]
    if told:
        messages: list[Json] = [{"role": role, "content": attributes[attribute]} for role, attribute in told]
        yield Content("input", messages, Rank.VALUE, tuple(attribute for _, attribute in told))


def _tools(attributes: Attributes) -> Iterator[Entry]:
    used = {key: attribute for key, attribute in _DEFINITION if attribute in attributes}
    defined: list[Json] = [{key: attributes[attribute] for key, attribute in used.items()}]
    if "name" in used and (tools := tool_definitions(defined)):
        yield Entry("metadata", "tools", tools, tuple(used.values()))
    for attribute in _TOOL_NAMES:
        if tools := tool_definitions(attributes.get(attribute)):
            yield Entry("metadata", "tools", tools, (attribute,))
