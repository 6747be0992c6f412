"""Rows that came as rows: how each is to be written. Nothing in them is read anew; one that says no time is of the time when it came.

A row with `_audit_source` that names no span is feedback: it becomes a fact, so that it holds whether its row came
before or comes after. A comment is a row of its own in the SDKs; here it becomes part of the row that it is about.
Source: `braintrust` 0.47.0 as recorded (spec/wire.md section 4).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import FACT_ID, RowWrite


def native_write(row: Row, *, fact: str, received_ns: int) -> RowWrite:
    """Return the write of a row.

    Args:
        row: it has passed `decode.native.check_rows`.
        fact: the id of the fact, where the row turns out to be one and has no better id.
        received_ns: when it came, Unix nanoseconds.
    """
    if row.get("comment") is not None:
        return _comment(row, received_ns) or RowWrite(row=row)
    if row.get("_audit_source") and row.get("_is_merge") and not row.get("span_id"):
        said, named = _without_fact_id(row)
        return RowWrite(row=said, fact=named or fact, fact_ns=received_ns)
    if row.get("created") or row.get("_is_merge") or row.get("_object_delete"):
        return RowWrite(row=row)
    return RowWrite(row={**row, "created": _text(received_ns)})


def _text(time_ns: int) -> str:
    # On whole numbers: a float would lose the microseconds.
    began = datetime.fromtimestamp(time_ns // 10**9, UTC).replace(microsecond=time_ns // 1000 % 10**6)
    return began.isoformat()


def _without_fact_id(row: Row) -> tuple[Row, str]:
    """Return a row and the id of the fact that it states; empty where it names none."""
    members = dict(cast("Mapping[str, Json]", row))
    fact = members.pop(FACT_ID, None)
    return cast("Row", members), fact if isinstance(fact, str) else ""


def _comment(row: Row, received_ns: int) -> RowWrite | None:
    target = (row.get("origin") or {}).get("id")
    if not isinstance(target, str):
        return None
    comment: dict[str, Json] = {
        "id": row.get("id"),
        "created": row.get("created"),
        "comment": row.get("comment"),
        "source": row.get("_audit_source"),
        "metadata": row.get("_audit_metadata"),
    }
    said = {
        name: value
        for name, value in cast("Mapping[str, Json]", row).items()
        if name not in ("origin", "comment", "created")
    }
    about: Row = {
        "id": target,
        "_is_merge": True,
        "comments": [{name: value for name, value in comment.items() if value is not None}],
    }
    return RowWrite(row=cast("Row", {**said, **about}), fact=row.get("id"), fact_ns=received_ns)
