"""What people said of a row, from its audit data and comments: who, what, when. It reads no store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.values import number, numbers_of, tags_of

SAID: Final = "said"
"""In the audit metadata of what the page writes: names of the fields that were given, beside scores and comments."""

BY: Final = "by"
"""In the same place: the key of who gave it."""

_COUNTER_BITS: Final = 16
_SECONDS: Final = (1 << 32) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One thing that was said.

    Attributes:
        when: as ISO 8601 in UTC; empty where it is not known.
        who: the key that it was said with, else where it came from, as `external`.
    """

    when: str
    who: str
    what: str


def said_of(row: Mapping[str, Json]) -> list[Said]:
    """Return what was said of a row, in the order of time."""
    found = [*_from_audit(row.get("audit_data")), *_from_comments(row.get("comments"))]
    return sorted(found, key=lambda each: each.when)


def _from_audit(value: Json) -> Iterator[Said]:
    for entry in _objects(value):
        action = entry.get("audit_data")
        scores = numbers_of(action.get("scores")) if isinstance(action, Mapping) else {}
        parts = [f"{name} {number(score)}" for name, score in scores.items()]
        metadata = entry.get("metadata")
        parts += tags_of(metadata.get(SAID)) if isinstance(metadata, Mapping) else []
        if parts:
            yield Said(when=xact_when(entry.get("_xact_id")), who=_who(entry), what=", ".join(parts))


def _from_comments(value: Json) -> Iterator[Said]:
    for entry in _objects(value):
        comment = entry.get("comment")
        text = comment.get("text") if isinstance(comment, Mapping) else None
        if isinstance(text, str):
            created = entry.get("created")
            yield Said(when=created if isinstance(created, str) else "", who=_who(entry), what=text)


def _objects(value: Json) -> list[Mapping[str, Json]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _who(entry: Mapping[str, Json]) -> str:
    metadata = entry.get("metadata")
    named = metadata.get(BY) if isinstance(metadata, Mapping) else None
    return str(named or entry.get("source") or "")


def xact_when(xact_id: Json) -> str:
    """Return when a transaction began: its id holds Unix seconds (`store.xact`); empty for what is none."""
    if not isinstance(xact_id, str) or not xact_id.isdecimal():
        return ""
    return datetime.fromtimestamp(int(xact_id) >> _COUNTER_BITS & _SECONDS, UTC).isoformat()
