"""Rows that come as rows: the JSON of `/logs3` and of the REST inserts, checked one by one.

It looks at what the store and its readers rely on, and at nothing else: unknown fields are kept. Source:
`braintrust` 0.47.0 as recorded (spec/wire.md section 3), and Braintrust's OpenAPI for the types of the fields. `context`
may be anything: where a masking function fails, that SDK sends a text in its place.
"""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard, cast

import orjson

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.decode.size import check_json
from otel_bridge_collector.errors import MalformedBodyError

MAX_DEPTH: Final = 250
"""Levels of nesting in a row; Braintrust's SDKs cut at 200."""

LEFT_OUT: Final = "otel_bridge.left_out"
"""Key of `metadata`: fields that a row came with and could not keep, each with the reason."""

_DISPENSABLE: Final = ("metadata", "metrics", "scores", "tags", "span_attributes", "created")
"""Fields without which a row still says what it is about."""

_OBJECT_FIELDS: Final = ("experiment_id", "dataset_id", "prompt_session_id", "project_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that cannot be kept.

    Attributes:
        index: its place in the request, from 0.
        id: the id that it names; None when it names none.
        reason: what is wrong, and what was expected.
    """

    index: int
    id: str | None
    reason: str

    def as_json(self) -> Json:
        """Return it as an answer names it."""
        return {"index": self.index, "id": self.id, "error": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRows:
    """The rows of a request.

    Attributes:
        rows: those that can be kept, each with an id, in the order of the request.
        refused: the others.
    """

    rows: Sequence[Row]
    refused: Sequence[Refusal]


def parse_json(body: bytes | bytearray) -> Json:
    """Read JSON as Braintrust's SDKs write it: half of a surrogate pair may stand in a text, as an escape.

    Raises:
        MalformedBodyError: it is no JSON.
        BodyTooLargeError: it holds more than may be parsed.
    """
    check_json(body)
    try:
        value: Json = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        try:
            value = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise MalformedBodyError(f"the body is no JSON: {error}") from error
    return value


def check_rows(
    rows: Sequence[Json],
    *,
    leaves_out: bool = False,
    new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
) -> CheckedRows:
    """Sort out the rows that cannot be kept; a row without an id gets a new one.

    Args:
        rows: as they came.
        leaves_out: whether a row is kept without a field that has the wrong type, where it can do without; `LEFT_OUT` says so.
        new_id: makes ids.
    """
    kept: list[Row] = []
    refused: list[Refusal] = []
    for index, given in enumerate(rows):
        row = _without_misfits(given) if leaves_out else given
        reason = row_fault(row)
        if reason:
            refused.append(Refusal(index=index, id=_id_of(row), reason=reason))
        else:
            fields = cast("Mapping[str, Json]", row)
            kept.append(cast("Row", {**fields, "id": fields.get("id") or new_id()}))
    return CheckedRows(rows=kept, refused=refused)


def row_fault(row: Json) -> str:
    """Say what is wrong with a row; empty when nothing is."""
    if not isinstance(row, Mapping):
        return f"a row is an object, not {_kind(row)}"
    for field in _FIELDS:
        if fault := _field_fault(field, row.get(field)):
            return fault
    if not any(row.get(field) for field in _OBJECT_FIELDS):
        return f"it names no object, expected one of {', '.join(_OBJECT_FIELDS)}"
    if _is_deeper(row, MAX_DEPTH):
        return f"it is nested deeper than {MAX_DEPTH} levels"
    return ""


def _field_fault(field: str, value: Json) -> str:
    fits, expected = _FIELDS[field]
    if value is None or fits(value):
        return ""
    found = _kind(value)
    inside = expected.startswith(found)
    return f'"{field}" is {expected}{", and something in it is not" if inside else f", not {found}"}'


def _without_misfits(row: Json) -> Json:
    """Return a row without the fields that it can do without and that have the wrong type; of scores the numbers stay."""
    if not isinstance(row, Mapping):
        return row
    misfits: dict[str, Json] = {
        field: fault for field in _DISPENSABLE if (fault := _field_fault(field, row.get(field)))
    }
    if not misfits:
        return row
    kept = {field: value for field, value in row.items() if field not in misfits}
    scores = row.get("scores")
    if "scores" in misfits and isinstance(scores, Mapping):
        kept["scores"] = {name: score for name, score in scores.items() if _is_scores({name: score})}
    metadata = kept.get("metadata")
    kept["metadata"] = {**(metadata if isinstance(metadata, Mapping) else {}), LEFT_OUT: misfits}
    return kept


def pack_rows(rows: Sequence[Row]) -> bytes:
    """Return rows as the spool keeps them."""
    try:
        return orjson.dumps(rows)
    except TypeError:  # integers beyond 64 bits, half of a surrogate pair
        return json.dumps(rows, separators=(",", ":")).encode()


def unpack_rows(payload: bytes) -> Sequence[Row]:
    """Return the rows of a spool record.

    Raises:
        MalformedBodyError: it holds none.
    """
    rows = parse_json(payload)
    if not isinstance(rows, list):
        raise MalformedBodyError("the record holds no rows")
    return cast("Sequence[Row]", rows)


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON")


def _id_of(row: Json) -> str | None:
    found = row.get("id") if isinstance(row, Mapping) else None
    return found if isinstance(found, str) else None


def _kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case Mapping():
            return "an object"
        case _:
            return "a list"


def _is_deeper(value: Json, levels: int) -> bool:
    """Tell whether a value nests deeper than `levels`; without recursion, since a stranger chose the depth."""
    layer: list[Json] = [value]
    for _ in range(levels):
        layer = [item for each in layer for item in _items(each)]
        if not layer:
            return False
    return True


def _items(value: Json) -> Sequence[Json]:
    if isinstance(value, Mapping):
        return [item for item in value.values() if isinstance(item, Mapping | list)]
    return [item for item in cast("list[Json]", value) if isinstance(item, Mapping | list)]


def _is_text(value: Json) -> TypeGuard[str]:
    return isinstance(value, str)


def _is_object(value: Json) -> bool:
    return isinstance(value, Mapping)


def _is_list(value: Json) -> bool:
    return isinstance(value, list)


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_paths(value: Json) -> bool:
    return isinstance(value, list) and all(_is_texts(item) for item in value)


def _is_boolean(value: Json) -> bool:
    return isinstance(value, bool)


def _is_scores(value: Json) -> bool:
    return isinstance(value, Mapping) and all(
        score is None or isinstance(score, int | float) for score in value.values()
    )


_TEXT: Final = (_is_text, "a text")
_OBJECT: Final = (_is_object, "an object")
_FIELDS: Final[Mapping[str, tuple[Callable[[Json], bool], str]]] = {
    **dict.fromkeys(("id", "span_id", "root_span_id", "created", "log_id", *_OBJECT_FIELDS), _TEXT),
    **dict.fromkeys(("metadata", "metrics", "span_attributes", "origin", "comment"), _OBJECT),
    "scores": (_is_scores, "an object of numbers"),
    **dict.fromkeys(("tags", "span_parents"), (_is_texts, "a list of texts")),
    "_merge_paths": (_is_paths, "a list of lists of texts"),
    "_array_delete": (_is_list, "a list"),
    **dict.fromkeys(("_is_merge", "_object_delete"), (_is_boolean, "a boolean")),
}
"""Field -> what its value must be, where it has one."""
