"""The columns that a query can name, for each kind of source, and the SQL of each.

Source: spec/btql.md section 3. Names are Braintrust's; where they stand in the table, `store/columns.py` says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from otel_bridge_collector.query.tree import TREE
from otel_bridge_collector.query.value import Bindings, Kind, Value, json, step
from otel_bridge_collector.store.columns import (
    EXTRA,
    HOT_NUMBERS,
    HOT_STRINGS,
    JSON_FIELDS,
    OBJECT_ID_FIELDS,
    TEXT_FIELDS,
)

OBJECT_TYPES: Final = {
    "project_logs": "project_logs",
    "experiment": "experiment",
    "dataset": "dataset",
    "playground_logs": "prompt_session",
    **dict.fromkeys(("prompt", "project_prompts", "org_prompts"), "prompt"),
    **dict.fromkeys(("function", "project_functions", "org_functions"), "function"),
}
"""Source -> object type of its rows; those of prompts and functions are made of the control plane's objects."""

_PAGINATION_KEY: Final = "'p' || lpad(CAST(pagination_key AS VARCHAR), 20, '0')"
COLUMNS: Final[Mapping[str, Value]] = {
    **{name: Value(sql=name, kind=Kind.STRING) for name in TEXT_FIELDS},
    **{name: Value(sql=name, kind=Kind.JSON) for name in JSON_FIELDS},
    **{
        field: Value(sql=f"CASE WHEN object_type = '{kind}' THEN object_id END", kind=Kind.STRING)
        for kind, field in OBJECT_ID_FIELDS.items()
        if field not in TEXT_FIELDS
    },
    "created": Value(sql="created", kind=Kind.TIMESTAMP),
    "is_root": Value(sql="is_root", kind=Kind.BOOLEAN),
    "_xact_id": Value(sql="CAST(xact_id AS VARCHAR)", kind=Kind.STRING, order="xact_id"),
    "_pagination_key": Value(sql=f"({_PAGINATION_KEY})", kind=Kind.STRING, order="pagination_key"),
}
"""Every column of every kind of source."""

_SHORT_NAMES: Final = {
    "name": ("span_attributes", "name"),
    "type": ("span_attributes", "type"),
    "purpose": ("span_attributes", "purpose"),
    "tokens": ("metrics", "tokens"),
}
"""Names that stand for a path where no column has them."""

_COMPUTED: Final[Mapping[str, Value]] = {
    **dict.fromkeys(("duration", "latency"), Value(sql="(end_s - start_s)", kind=Kind.NUMBER)),
    **TREE,
}
"""Names that stand for what is computed of the row, or of its trace, where no column has them."""

SHORT_NAMES: Final = frozenset({*_SHORT_NAMES, *_COMPUTED})
"""Names that stand for something where no column has them."""

SUMMARY_ONLY: Final = ("span_type_info",)
"""What a summary has and a row does not."""

_SUMMARY: Final = frozenset({
    "id", "span_id", "root_span_id", "created", "tags", "is_root", "_pagination_key", "_xact_id", "span_attributes",
    "comments", "input", "output", "expected", "error", "metadata", "scores", "metrics", *SUMMARY_ONLY,
})  # fmt: skip

_OWN_IDS: Final = {
    "project_logs": frozenset({"org_id", "project_id", "log_id"}),
    "experiment": frozenset({"project_id", "experiment_id"}),
    "dataset": frozenset({"project_id", "dataset_id"}),
    "prompt_session": frozenset({"prompt_session_id", "log_id"}),
}

_PROMPT_FIELDS: Final = (
    "_xact_id", "audit_data", "created", "description", "function_type", "id", "log_id", "metadata", "name", "org_id",
    "project_id", "prompt_data", "slug", "tags",
)  # fmt: skip
OBJECT_FIELDS: Final = {
    "prompt": _PROMPT_FIELDS,
    "function": (*_PROMPT_FIELDS, "function_data", "function_schema", "origin"),
}
"""Object type of what is no row -> its fields."""


def columns_of(object_type: str) -> list[str]:
    """Return the names of `select: *` over rows of an object type, in alphabetical order."""
    if object_type in OBJECT_FIELDS:
        return sorted(OBJECT_FIELDS[object_type])
    own = _OWN_IDS[object_type]
    ids = {"org_id", "project_id", "log_id", *OBJECT_ID_FIELDS.values()}
    return sorted(name for name in COLUMNS if name not in ids or name in own)


def summary_columns(object_type: str) -> list[str]:
    """Return the names of `select: *` over summaries of traces, in alphabetical order."""
    ids = _OWN_IDS[object_type] - {"org_id", "log_id"}
    return sorted(_SUMMARY | ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The names that expressions over a relation can use.

    Attributes:
        own: names that come before all others: those of UNPIVOT, of a subquery's outputs, of a summary.
        paths: values of paths of two steps that need not be looked for in JSON.
        rest: the column with a JSON object of the fields that have no column, or None where there is none.
        of_rows: whether the columns of rows stand behind `own`.
    """

    own: Mapping[str, Value] = field(default_factory=dict[str, Value])
    paths: Mapping[tuple[str | int, ...], Value] = field(default_factory=dict[tuple[str | int, ...], Value])
    rest: str | None = EXTRA
    of_rows: bool = True


ROW_FIELDS: Final = Fields()
"""What an expression over stored rows can name."""


def full_path(parts: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return the path that a short name stands for; any other path is itself."""
    return _SHORT_NAMES.get(str(parts[0]), parts) if len(parts) == 1 else parts


def column(parts: tuple[str | int, ...], bindings: Bindings, fields: Fields = ROW_FIELDS) -> Value:
    """Return the SQL value of a path.

    A name that is no column is read from the row's fields that Braintrust does not name.
    """
    name = str(parts[0])
    if parts in fields.paths:
        return fields.paths[parts]
    if name in fields.own:
        own = fields.own[name]
        return step(own, parts[1:], bindings) if parts[1:] else own
    if fields.of_rows and name in COLUMNS:
        return _of_column(name, parts, bindings)
    if fields.of_rows and len(parts) == 1 and name in _COMPUTED:
        return _COMPUTED[name]
    if fields.of_rows and len(parts) == 1 and name in _SHORT_NAMES:
        return column(_SHORT_NAMES[name], bindings, fields)
    return step(json(fields.rest), parts, bindings) if fields.rest else json("NULL::VARCHAR")


def _of_column(name: str, parts: tuple[str | int, ...], bindings: Bindings) -> Value:
    if not parts[1:]:
        return COLUMNS[name]
    inner = step(COLUMNS[name], parts[1:], bindings)
    return Value(
        sql=inner.sql,
        kind=inner.kind,
        hot_number=_hot(HOT_NUMBERS, parts),
        hot_string=_hot(HOT_STRINGS, parts),
    )


def _hot(columns: Mapping[tuple[str, str], str], parts: tuple[str | int, ...]) -> str | None:
    return next((name for path, name in columns.items() if path == parts), None)
