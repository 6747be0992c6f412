"""Feedback to the rows that Braintrust's SDK makes of it. It writes none.

Source: `braintrust` 0.47.0 SDK, as recorded (spec/wire.md section 4).
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, cast

from otel_bridge.contract.checks import FEEDBACK_SOURCES
from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.model import FACT_ID

_FIELDS: Final = ("scores", "expected", "tags")


def feedback_rows(
    index: int, item: Json, place: Mapping[str, Json], *, said_id: str | None = None
) -> list[Json]:
    """Return the rows.

    Args:
        index: of the feedback in its request, for messages.
        item: the feedback.
        place: the ids of the object of the row that it is about.
        said_id: names what is said, so that it counts once however often it comes; None for what comes once.

    Raises:
        RequestError: it names no row, or says nothing.
    """
    row_id = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(row_id, str) or not row_id:
        raise RequestError(f'feedback {index} has no "id": the id of the row it is about', code="badRow")
    given = cast("Mapping[str, Json]", item)
    source = given.get("source") or "external"
    if source not in FEEDBACK_SOURCES:
        known = ", ".join(FEEDBACK_SOURCES)
        raise RequestError(f'feedback {index}: "source" is one of {known}', code="badRow")
    audit: dict[str, Json] = {
        "_audit_source": source,
        "_audit_metadata": given.get("metadata"),
        **place,
    }
    comment = given.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise RequestError(f'feedback {index}: "comment" is a text', code="badRow")
    said = {name: given[name] for name in _FIELDS if given.get(name) is not None}
    named: dict[str, Json] = {FACT_ID: said_id} if said_id else {}
    rows: list[Json] = [{"id": row_id, "_is_merge": True, **said, **named, **audit}] if said else []
    if comment:
        rows.append(
            {
                "id": said_id or str(uuid.uuid4()),
                "created": datetime.now(UTC).isoformat(),
                "origin": {"id": row_id},
                "comment": {"text": comment},
                **audit,
            }
        )
    if not rows:
        raise RequestError(
            f"feedback {index} says nothing, expected scores, expected, tags or comment", code="badRow"
        )
    return rows
