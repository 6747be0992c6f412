"""The columns of the table `rows`, and a Braintrust row as one value for each of them and back.

Pure: no SQL is run here. JSON fields are kept as JSON text, so that key order, unicode and integers survive; None is
NULL. Some paths inside them stand a second time in a typed column of their own ("hot"), for filters and sums
that would otherwise have to parse JSON (spec/storage.md section 8: 18 ms against 68 ms at a million rows).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple, cast

from otel_bridge.contract.kinds import NUMBERS
from otel_bridge.contract.row import CONTROL_FIELDS, Json, Row
from otel_bridge_collector.store.json_text import clean_text, encode_json, load_json

ROWS_TABLE: Final = "store.rows"
"""The name of the table in statements."""

HISTORY_TABLE: Final = "store.history"
"""The name of the table of past states of rows in statements: the same columns, and `until_xact_id`."""

REMOVED_TABLE: Final = "store.removed"
"""The name of the table that says until when retention has removed rows."""

VERSIONED: Final = frozenset({"experiment", "dataset"})
"""Object types of which past states are kept (spec/btql.md section 7.5); logs would take twice the room."""

TEXT_FIELDS: Final = ("id", "span_id", "root_span_id", "org_id", "project_id", "log_id")
JSON_FIELDS: Final = (
    "span_parents", "input", "output", "expected", "error", "scores", "metadata", "metrics", "tags",
    "span_attributes", "context", "origin", "classifications", "facets", "comments", "audit_data",
    "_async_scoring_state",
)  # fmt: skip
"""Fields that hold any JSON value."""

OBJECT_ID_FIELDS: Final = {
    "experiment": "experiment_id",
    "dataset": "dataset_id",
    "prompt_session": "prompt_session_id",
    "project_logs": "project_id",
}
"""Object type -> the field with its id. The first whose field a row has is the row's object."""

HOT_NUMBERS: Final = {
    ("metrics", "start"): "start_s",
    ("metrics", "end"): "end_s",
    ("metrics", "tokens"): "tokens",
    ("metrics", "prompt_tokens"): "prompt_tokens",
    ("metrics", "completion_tokens"): "completion_tokens",
}
"""Path -> DOUBLE column; NULL where the path holds no number."""

HOT_STRINGS: Final = {
    ("span_attributes", "name"): "name",
    ("span_attributes", "type"): "type",
    ("metadata", "model"): "model",
}
"""Path -> VARCHAR column; NULL where the path holds no string."""

_OBJECTS: Final = tuple(OBJECT_ID_FIELDS.items())
_HOT_PARENTS: Final = frozenset(parent for parent, _ in (*HOT_NUMBERS, *HOT_STRINGS))

EXTRA: Final = "extra"
"""JSON object of the fields that Braintrust does not name."""

COST: Final = "cost"
"""US dollars that the row counts with; NULL where it has none or nobody knows. No field of the row."""

SIZE: Final = "size_bytes"
"""UTF-8 bytes of the row's texts before compression: what retention by size counts. No field of the row."""

_ZSTD: Final = frozenset({"input", "output", "expected", "error", "context", "base"})
KNOWN_FIELDS: Final = frozenset({
    *TEXT_FIELDS, *JSON_FIELDS, *OBJECT_ID_FIELDS.values(), *CONTROL_FIELDS,
    "is_root", "created", "_xact_id", "_pagination_key",
})  # fmt: skip
"""All others are `EXTRA`."""

COLUMNS: Final[Mapping[str, str]] = {
    "object_type": "VARCHAR",
    "object_id": "VARCHAR",
    "xact_id": "UBIGINT",
    "pagination_key": "UBIGINT",
    "created": "TIMESTAMP",
    "is_root": "BOOLEAN",
    **dict.fromkeys(TEXT_FIELDS, "VARCHAR"),
    **dict.fromkeys(HOT_NUMBERS.values(), "DOUBLE"),
    **dict.fromkeys(HOT_STRINGS.values(), "VARCHAR"),
    **dict.fromkeys(JSON_FIELDS, "VARCHAR"),
    EXTRA: "VARCHAR",
    "base": "VARCHAR",
    COST: "DOUBLE",
    SIZE: "UBIGINT",
}
"""Column -> type, in table order. `base` is the row without its facts, as JSON, where it has any."""


class RowKey(NamedTuple):
    """What identifies a row in the store."""

    object_type: str
    object_id: str
    id: str


def column_definitions() -> str:
    """Return the column list of CREATE TABLE."""
    return ", ".join(
        f"{name} {kind}{' USING COMPRESSION zstd' if name in _ZSTD else ''}" for name, kind in COLUMNS.items()
    )


def key_of(row: Row) -> RowKey:
    """Return the key of a row.

    Raises:
        ValueError: it has no id, or the id of no object.
    """
    fields: Mapping[str, object] = row
    if not (row_id := fields.get("id")):
        raise ValueError("the row has no id")
    for object_type, field in _OBJECTS:
        if object_id := fields.get(field):
            return RowKey(object_type, clean_text(str(object_id)), clean_text(str(row_id)))
    raise ValueError(f"the row {row_id} names no object, expected one of {_object_id_fields()}")


def xact_id_of(row: Row) -> int:
    """Return the transaction that wrote a row.

    Raises:
        ValueError: the row carries none.
    """
    return int(_required(row, "_xact_id"))


def pagination_key_of(row: Row) -> int:
    """Return the number behind the leading "p" of a row's pagination key.

    Raises:
        ValueError: the row carries none.
    """
    return int(_required(row, "_pagination_key").removeprefix("p"))


def is_root(fields: Mapping[str, Json]) -> bool:
    """Tell whether a row begins a trace.

    A log row has no parents, as in Braintrust's SDK, but shares the ids of its span: it begins none.
    """
    if fields.get("span_parents"):
        return False
    attributes = fields.get("span_attributes")
    return not isinstance(attributes, Mapping) or attributes.get("type") != "log"


def created_of(row: Row) -> datetime:
    """Return when a row was created, UTC without a zone, as the column has it."""
    fields = cast("Mapping[str, Json]", row)
    return _created(fields.get("created")) or _began(xact_id_of(row))


def created_in(fields: Mapping[str, Json], xact_id: int) -> datetime:
    """Return `created_of` a row of which the transaction is known."""
    return _created(fields.get("created")) or _began(xact_id)


def created_text(created: datetime) -> str:
    """Return a time of the column as rows carry it."""
    return f"{created.isoformat(timespec='microseconds')}Z"


def to_columns(row: Row, *, pagination_key: int, base: Row | None, cost: float | None = None) -> list[object]:
    """Return the values of `COLUMNS` for a visible row; `base` is the row without its facts."""
    fields = cast("Mapping[str, Json]", row)
    key = key_of(row)
    xact_id = xact_id_of(row)
    hot = {parent: _object(fields.get(parent)) for parent in _HOT_PARENTS}
    texts = [text_of(fields.get(name)) for name in TEXT_FIELDS]
    hot_texts = [string_of(hot[parent].get(name)) for parent, name in HOT_STRINGS]
    values = [fields.get(name) for name in JSON_FIELDS]
    values += [
        None if KNOWN_FIELDS.issuperset(fields) else extra_of(fields),
        None if base is None else cast("Mapping[str, Json]", base),
    ]
    # Their bytes are counted before they are text: to find out of a text how many it has is to encode it once more.
    encoded = [None if value is None else encode_json(value) for value in values]
    size = sum([len(each) for each in encoded if each is not None])
    size += utf8_bytes("".join([text for text in (*key[:2], *texts, *hot_texts) if text is not None]))
    return [
        key.object_type,
        key.object_id,
        xact_id,
        pagination_key,
        created_in(fields, xact_id),
        is_root(fields),
        *texts,
        *[number_of(hot[parent].get(name)) for parent, name in HOT_NUMBERS],
        *hot_texts,
        *[None if each is None else each.decode() for each in encoded],
        cost,
        size,
    ]


def from_columns(values: Mapping[str, object]) -> Row:
    """Return the row of stored values: without None, but with its identity complete, as merging expects."""
    row: dict[str, Json] = {name: cast("str | None", values[name]) for name in TEXT_FIELDS}
    row |= {name: _loaded(values[name]) for name in JSON_FIELDS}
    row |= cast("Mapping[str, Json]", _loaded(values[EXTRA]) or {})
    row[OBJECT_ID_FIELDS[str(values["object_type"])]] = cast("str", values["object_id"])
    row = {name: value for name, value in row.items() if value is not None}
    row |= {
        "span_parents": row.get("span_parents"),
        "created": created_text(cast("datetime", values["created"])),
        "_xact_id": str(values["xact_id"]),
    }
    return cast("Row", row)


def _required(row: Row, field: str) -> str:
    fields: Mapping[str, object] = row
    value = fields.get(field)
    if not isinstance(value, str):
        raise ValueError(f"the row {row.get('id')} has no {field}")  # noqa: TRY004 - one error for a bad row
    return value


def utf8_bytes(text: str) -> int:
    """Return how many bytes a clean text has."""
    return len(text) if text.isascii() else len(text.encode("utf-8"))


def text_of(value: Json) -> str | None:
    """Return any value as a clean text."""
    return None if value is None else clean_text(str(value))


def _loaded(text: object) -> Json:
    return load_json(text) if isinstance(text, str) else None


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def extra_of(fields: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the fields that Braintrust does not name."""
    return {name: value for name, value in fields.items() if name not in KNOWN_FIELDS}


def number_of(value: Json) -> float | None:
    """Return a number as its column has it; None for what is none."""
    if value is None or not isinstance(value, NUMBERS) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:  # An integer beyond any double stays in the JSON of its field.
        return None


def string_of(value: Json) -> str | None:
    """Return a text, clean; None for what is none."""
    return clean_text(value) if isinstance(value, str) else None


def _created(value: Json) -> datetime | None:
    """Return a row's time in UTC, without a zone as the column wants it.

    None where it has none, or one that is no time or, in UTC, outside the years 1 to 9999.
    """
    try:
        created = datetime.fromisoformat(str(value))
        if created.tzinfo is not None and created.tzinfo is not UTC:
            created = created.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return created.replace(tzinfo=None)


def _began(xact_id: int) -> datetime:
    """Return the time of a transaction: a row that says no time of its own was created then.

    Bits 16 to 47 of a transaction id are Unix seconds (spec/translation.md section 1.3).
    """
    return datetime.fromtimestamp(xact_id >> 16 & 0xFFFFFFFF, UTC).replace(tzinfo=None)


def _object_id_fields() -> str:
    return ", ".join(OBJECT_ID_FIELDS.values())
