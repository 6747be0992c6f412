"""OTel attributes back to row fields: the inverse of `encode`, for the attributes that our own spans carry.

It reads no foreign convention (the sidecar does) and never raises: an attribute that does not hold what
`encode` writes counts as absent.
"""

import json
from collections.abc import Mapping
from typing import Final, cast

from otel_bridge.attributes.encode import JSON_FIELDS, MESSAGE_FIELDS
from otel_bridge.attributes.messages import from_gen_ai
from otel_bridge.contract import names
from otel_bridge.contract.row import Json

_FIELD_OF: Final = {attribute: field for field, attribute in JSON_FIELDS.items()}


def decode(attributes: Mapping[str, object]) -> dict[str, Json]:
    """Return the fields of a row that `attributes` say, by name."""
    row: dict[str, Json] = {}
    for attribute, value in attributes.items():
        field = _FIELD_OF.get(attribute) or _event_field(attribute)
        if field and isinstance(value, str) and (parsed := parse(value)) is not None:
            row[field] = parsed[0]
    for field, attribute in MESSAGE_FIELDS.items():
        if field not in row and (parsed := parse(attributes.get(attribute))) is not None:
            row[field] = from_gen_ai(parsed[0])
    return row | _plain(attributes)


def attributes_of(span: object) -> Mapping[str, object]:
    """Return the attributes that an OTel span tells; none where it records nothing."""
    found = cast("Mapping[str, object] | None", getattr(span, "attributes", None))
    return {} if found is None else found  # asking those of a span whether they are empty takes a lock


def parse(text: object) -> tuple[Json] | None:
    """Return the value of JSON text in a tuple, so that null differs from text that is no JSON: None."""
    if not isinstance(text, str):
        return None
    try:
        return (cast("Json", json.loads(text)),)
    except (ValueError, RecursionError):
        return None


def _event_field(attribute: str) -> str:
    return attribute.removeprefix(names.EVENT_PREFIX) if attribute.startswith(names.EVENT_PREFIX) else ""


def _plain(attributes: Mapping[str, object]) -> dict[str, Json]:
    row: dict[str, Json] = {}
    if isinstance(row_id := attributes.get(names.ROW_ID), str):
        row["id"] = row_id
    if isinstance(tags := attributes.get(names.TAGS), list | tuple):
        row["tags"] = [str(tag) for tag in cast("list[object]", tags)]
    return row
