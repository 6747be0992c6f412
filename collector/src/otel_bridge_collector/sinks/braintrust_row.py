"""A row of ours to the rows that Braintrust's `/logs3` takes. No I/O.

What the store adds stays here; comments, which are part of a row here, are rows of their own there (spec/wire.md section 4).
"""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from otel_bridge.contract.row import Json, Row

_OURS: Final = frozenset({"_xact_id", "_pagination_key", "org_id", "is_root", "audit_data", "comments"})
_OBJECT: Final[tuple[str, ...]] = (
    "org_id",
    "project_id",
    "experiment_id",
    "dataset_id",
    "prompt_session_id",
    "log_id",
)
_UPDATE_ONLY: Final = frozenset(
    {"id", "_is_merge", "_audit_source", "_audit_metadata", "span_id", "root_span_id", "created", *_OBJECT}
)


def outgoing(row: Row, ids: Mapping[str, str]) -> Iterator[Row]:
    """Yield the rows to send for a row.

    Args:
        row: whole, or an update.
        ids: fields of its object -> ids at the destination.
    """
    fields = cast("Mapping[str, Json]", row)
    sent = {name: value for name, value in fields.items() if name not in _OURS} | dict(ids)
    if not fields.get("_is_merge") or set(sent) - _UPDATE_ONLY:
        yield cast("Row", sent)
    place: dict[str, Json] = {name: sent[name] for name in _OBJECT if name in sent}
    for comment in row.get("comments") or []:
        if isinstance(comment, Mapping) and comment.get("comment") is not None:
            yield _comment(row.get("id", ""), comment, place)


def attachments_in(value: Json) -> Iterator[Mapping[str, str]]:
    """Yield the references to attachments in a value."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            if here.get("type") == "braintrust_attachment" and isinstance(here.get("key"), str):
                yield {name: str(here[name]) for name in ("key", "filename", "content_type") if name in here}
            else:
                waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)


def _comment(row_id: str, comment: Mapping[str, Json], place: Mapping[str, Json]) -> Row:
    said = {name: comment[name] for name in ("id", "created", "comment") if name in comment}
    audit: dict[str, Json] = {"_audit_source": comment.get("source") or "api"}
    if comment.get("metadata") is not None:
        audit["_audit_metadata"] = comment["metadata"]
    return cast("Row", {**said, "origin": {"id": row_id}, **audit, **place})
