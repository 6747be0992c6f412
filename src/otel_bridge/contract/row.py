"""The Braintrust row: one shape for logs, experiments and datasets.

Source: Braintrust OpenAPI at b561b12 and rows recorded from the hosted service (spec/translation.md
section 1.1). A key that is absent says nothing; a key that is None says null. The two differ when a row is
merged, so a row never carries None for "not said".
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias, TypedDict

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
"""Any JSON value; treat it as read-only."""

SpanType: TypeAlias = Literal[
    "llm", "score", "function", "eval", "task", "tool", "automation", "facet", "preprocessor", "classifier",
    "review", "decision", "question", "log",
]  # fmt: skip

FeedbackSource: TypeAlias = Literal["external", "app", "api"]


class Origin(TypedDict, total=False):
    """The row that this row was made from, for example the dataset row behind an evaluation case."""

    object_type: str
    object_id: str
    id: str
    _xact_id: str
    created: str


class Row(TypedDict, total=False):
    """One row as Braintrust stores and returns it.

    | field | value |
    | --- | --- |
    | `id` | key within its object; for OTLP spans the span id, unless the sender named another |
    | `span_id`, `root_span_id` | 16 and 32 lower-case hex digits for OTel spans; any string otherwise |
    | `span_parents` | span ids; None on a root |
    | `created` | ISO 8601, UTC; for spans the start time |
    | `metrics` | numbers by name; `start` and `end` are Unix seconds |
    | `scores` | 0 to 1 by name, or None |
    | `project_id`, `experiment_id`, `dataset_id`, `prompt_session_id`, `log_id` | the object it belongs to |
    | `_xact_id`, `_pagination_key` | given by the store |
    | `_is_merge`, `_merge_paths`, `_array_delete`, `_object_delete` | how a write applies; never stored |
    """

    id: str
    span_id: str
    root_span_id: str
    span_parents: list[str] | None
    is_root: bool
    created: str

    input: Json
    output: Json
    expected: Json
    error: Json
    scores: dict[str, float | None] | None
    metadata: dict[str, Json] | None
    metrics: dict[str, float] | None
    tags: list[str] | None
    span_attributes: dict[str, Json] | None
    context: dict[str, Json] | None
    origin: Origin | None
    classifications: Json
    facets: Json

    org_id: str
    project_id: str
    experiment_id: str
    dataset_id: str
    prompt_session_id: str
    log_id: str

    comments: list[Json] | None
    comment: Json
    audit_data: list[Json] | None

    _xact_id: str
    _pagination_key: str
    _is_merge: bool
    _merge_paths: list[list[str]]
    _array_delete: list[Json]
    _object_delete: bool
    _parent_id: str
    _audit_source: str
    _audit_metadata: Json


CONTROL_FIELDS: Final = frozenset({
    "_is_merge", "_merge_paths", "_array_delete", "_object_delete", "_audit_source", "_audit_metadata", "_parent_id",
})  # fmt: skip
"""They say how a write applies and are not part of the stored row."""
