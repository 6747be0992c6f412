"""What becomes of a stored row as a record of a dataset. It asks nobody.

| field of the record | from the row |
| --- | --- |
| `id` | made of where the row stands and its id, so that the same row always gives the same record |
| `input`, `metadata`, `tags` | as they are; files stay references to what is stored |
| `expected` | `expected`, where somebody said it; else `output` |
| `origin` | where the row stands, its id, its transaction and when it began |

Source: shape of `origin` as Braintrust's SDKs send it (spec/evaluate.md section 1.2).
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final, cast

_PLACES: Final = {"experiment_id": "experiment", "dataset_id": "dataset", "project_id": "project_logs"}
"""Field of a row that says where it stands -> what that is; the first that is filled counts."""

NEEDED: Final = ("id", "_xact_id", "input", "output", "expected", "metadata", "tags", "created")
"""Fields that a row is to have, empty or not."""

Row = Mapping[str, Any]
Identity = tuple[str, str]
"""The id of an object, and that of a row in it."""


def identity_of(origin: object) -> Identity | None:
    """Return which row a record names as its origin; None where it names none."""
    if not isinstance(origin, Mapping):
        return None
    named = cast("Mapping[str, Any]", origin)
    return (str(named.get("object_id")), str(named.get("id"))) if "id" in named else None


def origin_of(row: Row) -> dict[str, Any] | None:
    """Return where a row comes from; None where it does not say."""
    field = next((field for field in _PLACES if row.get(field)), None)
    if field is None:
        return None
    told = {name: row[name] for name in ("_xact_id", "created") if row.get(name)}
    return {"object_type": _PLACES[field], "object_id": row[field], "id": row["id"], **told}


def record_of(row: Row, origin: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record of a row, without the dataset that it is for."""
    expected = row["output"] if row["expected"] is None else row["expected"]
    said = {"input": row["input"], "expected": expected, "metadata": row["metadata"], "tags": row["tags"]}
    name = f"otel-bridge:promoted:{origin['object_type']}:{origin['object_id']}:{origin['id']}"
    record = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "origin": dict(origin)}
    return record | {field: value for field, value in said.items() if value is not None}
