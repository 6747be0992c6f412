"""JSON schemas of bodies and answers that several operations share.

They say what a reader can rely on; further members are allowed everywhere.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Schema: TypeAlias = Mapping[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NAME: Final[Schema] = {"type": "string", "minLength": 1}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
BOOLEAN: Final[Schema] = {"type": "boolean"}
OBJECT: Final[Schema] = {"type": "object"}
OBJECT_OR_NULL: Final[Schema] = {"type": ["object", "null"]}
ANY: Final[Schema] = {}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
VERSION: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{1,19}$"}

LIST_QUERY: Final[Mapping[str, Schema]] = {
    "limit": COUNT,
    "starting_after": TEXT,
    "ending_before": TEXT,
    "ids": TEXTS,
}
"""Parameters of every list."""


def of(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """Return the schema of an object with these members."""
    return {"type": "object", "required": list(required), "properties": {**required, **(optional or {})}}


def list_of(item: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": item}


ERROR: Final[Schema] = of({"error": TEXT, "Message": TEXT, "code": TEXT, "hint": TEXT})
"""`Message` is what older clients show, and complete in itself."""

REFUSED: Final[Schema] = list_of(of({"index": COUNT, "id": TEXT_OR_NULL, "error": TEXT}))
"""Rows that were not kept, each by its place in the request; the others were."""

_OBJECT_IDS: Final = ("project_id", "experiment_id", "dataset_id", "prompt_session_id", "log_id")
EVENT: Final[Schema] = of(
    {},
    {
        **dict.fromkeys(("id", "span_id", "root_span_id", "created", *_OBJECT_IDS), TEXT_OR_NULL),
        **dict.fromkeys(("input", "output", "expected", "error", "context"), ANY),
        **dict.fromkeys(("metadata", "metrics", "span_attributes"), OBJECT_OR_NULL),
        "scores": {"type": ["object", "null"], "additionalProperties": {"type": ["number", "null"]}},
        **{name: {"type": ["array", "null"], "items": TEXT} for name in ("tags", "span_parents")},
        "_is_merge": BOOLEAN,
        "_object_delete": BOOLEAN,
        "_merge_paths": list_of(TEXTS),
        "_array_delete": list_of(of({"path": TEXTS, "delete": {"type": "array"}})),
    },
)
"""A row as it is written."""

ROW: Final[Schema] = of(
    {
        "id": TEXT,
        "_xact_id": TEXT,
        "created": TEXT,
        "span_id": TEXT,
        "root_span_id": TEXT,
        "is_root": BOOLEAN,
    },
    {
        "tags": {"type": ["array", "null"]},
        "span_parents": {"type": ["array", "null"]},
        "metrics": OBJECT_OR_NULL,
    },
)
"""A row as it is read."""

PROJECT: Final[Schema] = of(
    {"id": TEXT, "org_id": TEXT, "name": TEXT, "created": TEXT},
    {"description": TEXT_OR_NULL, "deleted_at": TEXT_OR_NULL, "settings": OBJECT_OR_NULL},
)
NUMBERS: Final[Schema] = of({"scores": OBJECT, "metrics": OBJECT})
