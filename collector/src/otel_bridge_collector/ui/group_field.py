"""The field that somebody groups by, from what is typed. Pure."""

import re
from typing import Final

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.parser import parse_expression
from otel_bridge_collector.query.syntax import Path

FIELDS: Final = ("metadata.model", "metadata.user_id", "span_attributes.type", "span_attributes.name")
"""What pages propose to group by; any other field will do."""

_KEYS: Final = re.compile(
    r"""(metadata|metrics|scores|span_attributes)((?:\.[^\s.,;:|&(){}\[\]'"`+*/%<>=!]+)+)"""
)
"""Keys of an object, with marks and letters that BTQL takes in quotes only."""


def field_of(text: str) -> Path | None:
    """Return the field that a text names, where its keys may stand without the quotes of BTQL; None where it names none."""
    try:
        field = parse_expression(text)
    except QueryError:
        field = None
    if isinstance(field, Path):
        return field
    found = _KEYS.fullmatch(text)
    return Path(parts=(found[1], *found[2][1:].split("."))) if found else None
