"""Read the `ai.*` attributes of a span: its type, model, settings and tools; content and usage stand beside."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from otel_bridge.contract.row import SpanType
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate import json_text
from otel_bridge_collector.translate.conventions.vercel_ai import content, usage
from otel_bridge_collector.translate.model_name import models, providers
from otel_bridge_collector.translate.name_set import NameSet, Read, Reader, name_set, remembered
from otel_bridge_collector.translate.partial import Entry, Partial
from otel_bridge_collector.translate.tools import tool_definitions

NAME: Final = "vercel_ai"

_PREFIX: Final = "ai."
_OPERATION: Final = "ai.operationId"
_CALLS: Final = (".doGenerate", ".doStream", ".doEmbed")
_TOOL_CALL: Final = "ai.toolCall"
_TOOLS: Final = "ai.prompt.tools"
_SETTINGS: Final = "ai.settings."
_METADATA: Final = "ai.telemetry.metadata."
_SECRET: Final = "ai.request.headers.authorization"  # noqa: S105 - the name of the header, not its value

_KEY_OF: Final[Mapping[str, str]] = {
    "ai.prompt.toolChoice": "tool_choice",
    "ai.toolCall.id": "tool_call_id",
    "ai.settings.maxOutputTokens": "max_tokens",
    "ai.settings.maxTokens": "max_tokens",
    "ai.settings.stopSequences": "stop",
    "ai.response.providerMetadata": "ai.response.providerMetadata",
    "ai.schema": "ai.schema",
}
"""Attributes to their key; the last two are decoded only."""


_ANSWERED: Final = "ai.response.model"
_ASKED: Final = "ai.model.id"
_PROVIDER: Final = "ai.model.provider"


def claims(span: Span) -> bool:
    """Tell whether the span has any attribute of the AI SDK's."""
    return any(attribute.startswith(_PREFIX) for attribute in span.attributes)


def translate(span: Span) -> Partial:
    """Read the `ai.*` attributes of `span`."""
    attributes = span.attributes
    named = _type_of(attributes)
    is_call = named == "llm"
    return Partial(
        readings=(
            *content.readings(attributes, is_call=is_call),
            *_entries(attributes),
            *usage.readings(span, is_call=is_call),
            *([Entry("span_attributes", "type", named, (_OPERATION,))] if named else []),
        ),
        spent=_spent(attributes),
    )


def _type_of(attributes: Attributes) -> SpanType | None:
    operation = attributes.get(_OPERATION)
    if not isinstance(operation, str) or not operation.startswith(_PREFIX):
        return None
    if operation.endswith(_CALLS):
        return "llm"
    return "tool" if operation == _TOOL_CALL else "task"


def _entries(attributes: Attributes) -> Iterator[Entry]:
    described = name_set(attributes).plan(_described)
    return chain(*(read(attributes) for read in described), _tools(attributes), _settings(attributes))


def _described(told: NameSet) -> Sequence[Read[Entry]]:
    return remembered(_DESCRIBING, told)


def _models(attributes: Attributes) -> Iterator[Entry]:
    return models(attributes, answered=_ANSWERED, asked=_ASKED)


def _providers(attributes: Attributes) -> Iterator[Entry]:
    return providers(attributes, _PROVIDER)


def _tools(attributes: Attributes) -> Iterator[Entry]:
    if tools := tool_definitions(attributes.get(_TOOLS)):
        yield Entry("metadata", "tools", tools, (_TOOLS,))


def _settings(attributes: Attributes) -> Iterator[Entry]:
    """Yield settings before the application's own keys, so that such a key never hides a setting."""
    names = name_set(attributes)
    for attribute, key in names.plan(_settings_among):
        yield Entry("metadata", key, json_text.decoded(attributes[attribute]), (attribute,))
    for key, attribute in names.below(_METADATA):
        yield Entry("metadata", key, attributes[attribute], (attribute,))


def _settings_among(told: NameSet) -> Sequence[tuple[str, str]]:
    return [
        (attribute, key)
        for attribute in told.names
        if not attribute.startswith(_METADATA) and (key := _KEY_OF.get(attribute) or _snake(attribute))
    ]


def _snake(attribute: str) -> str | None:
    name = attribute.removeprefix(_SETTINGS)
    if name == attribute or "." in name:
        return None
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _spent(attributes: Attributes) -> tuple[str, ...]:
    empty = (attribute for attribute in content.ANSWER if attributes.get(attribute) in ("", "[]"))
    return (*empty, *name_set(attributes).plan(_secrets), *usage.repeated(attributes))


def _secrets(told: NameSet) -> Sequence[str]:
    return [attribute for attribute in told.names if attribute.lower() == _SECRET]


_DESCRIBING: Final = (
    Reader(_models, frozenset({_ANSWERED, _ASKED})),
    Reader(_providers, frozenset({_PROVIDER})),
)
"""What the calls of one place in a program have in common."""
