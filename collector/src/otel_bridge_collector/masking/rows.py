"""Apply rules to rows that come as rows, and to the fields of named objects: every text but ids, times and where a row goes.

Numbers of `scores` and `metrics` are looked at by rules for these fields only; their names are masked as other keys are.
"""

from collections.abc import Mapping
from typing import Final, cast

from otel_bridge.contract import names
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.masking.path import Place, root
from otel_bridge_collector.masking.proof import is_proof, proof_of
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.masking.walk import Dropped, Found, Walk

_UNTOUCHED: Final = frozenset({
    "id", "span_id", "root_span_id", "span_parents", "org_id", "project_id", "experiment_id", "dataset_id",
    "prompt_session_id", "log_id", "created", "is_root", "_xact_id", "_pagination_key", "_is_merge",
    "_object_delete", "_parent_id",
})  # fmt: skip
_IDS_OF_ORIGIN: Final = frozenset({"object_type", "object_id", "id", "_xact_id", "created"})

_IDS_OF_OBJECTS: Final = frozenset({"base_exp_id", "parameters_id", "dataset_version", "parameters_version"})
"""Fields of named objects that say which others they mean."""

_KEYED: Final = frozenset(
    {"metadata", "scores", "metrics", "context", "span_attributes", "origin", "comment"}
)
"""Fields that are objects, and stay some."""

_FIELDS: Final = frozenset(Row.__annotations__)
"""Fields that Braintrust names; any other is named by who sends it, as a key of an object is."""

_MEASURES: Final = frozenset({"scores", "metrics"})
_PATHS: Final = "_merge_paths"

_ALSO: Final = {"metadata": ("",), "_audit_metadata": ("metadata", "")}
"""Further addresses of fields; `metadata` of feedback comes as `_audit_metadata`."""

_NAME: Final = frozenset({"name", "exec_counter", "type", "purpose"})


class RowMasker:
    """Masks rows.

    Args:
        rules: what is masked.
        found: is told of each thing that was masked.
        proves: whether a row in which something was masked says so in its `metadata`.
    """

    def __init__(self, rules: RuleSet, found: Found | None = None, *, proves: bool = True) -> None:
        self._rules = rules
        self._found = found
        self._proves = proves

    def row(self, row: Row) -> Row:
        """Return a row masked; the same object if nothing in it is to be masked."""
        walk = Walk(self._rules, self._found)
        before = cast("dict[str, Json]", row)
        masked = _masked(walk, before, _UNTOUCHED)
        if masked is before:
            return row
        return cast("Row", self._proven(walk, masked) if self._proves and walk.count else masked)

    def fields(self, fields: Mapping[str, Json]) -> Mapping[str, Json]:
        """The same for the fields of a named object, which says nothing of it."""
        return _masked(Walk(self._rules, self._found), dict(fields), _UNTOUCHED | _IDS_OF_OBJECTS)

    def _proven(self, walk: Walk, row: dict[str, Json]) -> dict[str, Json]:
        metadata = row.get("metadata")
        known: Mapping[str, Json] = metadata if isinstance(metadata, Mapping) else {}
        proof = proof_of(self._rules, walk, known.get(names.MASKED))
        return {**row, "metadata": {**known, names.MASKED: proof}}


def _masked(walk: Walk, row: dict[str, Json], untouched: frozenset[str]) -> dict[str, Json]:
    masked: dict[str, Json] = {}
    is_changed = False
    for field, value in row.items():
        new = value if field in untouched or value is None else _field(walk, field, value)
        shown = field if field in _FIELDS else walk.key(field, root(field), walk.texts_at(root(field)))
        is_changed = is_changed or new is not value or shown is not field
        while shown in masked:  # two that are masked alike stay two
            shown += "'"
        if not isinstance(new, Dropped):
            masked[shown] = new
    return masked if is_changed else row


def _field(walk: Walk, field: str, value: Json) -> "Json | Dropped":
    if field == _PATHS:
        return _paths(walk, value)
    # An attribute that no convention read is a key of `metadata`: rules may name it as it was.
    place = root(field, *_ALSO.get(field, ()))
    if field not in _FIELDS and (hiding := walk.hiding(field, value, walk.texts_at(place))):
        return walk.put(*hiding, value, place)
    if field not in _KEYED or not isinstance(value, dict):
        return walk.value(value, place)
    kept = _kept(walk, field, value)
    rest = {key: each for key, each in value.items() if key not in kept}
    masked = walk.mapping(rest, place, walk.texts_at(place))
    shown = _named(walk, field, kept) if field in _MEASURES else kept
    return value if masked is rest and shown is kept else {**cast("dict[str, Json]", masked), **shown}


def _named(walk: Walk, field: str, measures: dict[str, Json]) -> dict[str, Json]:
    """Return numbers that stay as they are, with their names masked; the same object if nothing in these is to be masked."""
    texts = walk.texts_at(root(field))
    masked: dict[str, Json] = {}
    for key, number in measures.items():
        shown = walk.key(key, place_of(field, key), texts)
        while shown in masked:  # two names that are masked alike stay two
            shown += "'"
        masked[shown] = number
    return measures if masked.keys() == measures.keys() else masked


def _paths(walk: Walk, paths: Json) -> Json:
    """Return paths of keys whose keys are masked as those of the row are."""
    if not isinstance(paths, list):
        return walk.key(paths, root(_PATHS), walk.texts_at(root(_PATHS))) if isinstance(paths, str) else paths
    masked = [_path(walk, path) if isinstance(path, list) else _paths(walk, path) for path in paths]
    return paths if masked == paths else masked


def _path(walk: Walk, path: list[Json]) -> list[Json]:
    field = path[0] if path else None
    place = root(str(field))
    return [field, *(_step(walk, place, step) for step in path[1:])] if path else path


def _step(walk: Walk, place: Place, step: Json) -> Json:
    return walk.key(step, place.below(step), walk.texts_at(place)) if isinstance(step, str) else step


def _kept(walk: Walk, field: str, value: Mapping[str, Json]) -> dict[str, Json]:
    """Return what of a field with keys stays as it is."""
    match field:
        case "origin":
            return {key: each for key, each in value.items() if key in _IDS_OF_ORIGIN}
        case field if field in _MEASURES:
            return {
                key: each for key, each in value.items() if _is_plain_number(walk, place_of(field, key), each)
            }
        case "span_attributes":
            kept = _NAME - {"name"} if walk.rules.span_names else _NAME
            return {key: each for key, each in value.items() if key in kept}
        case "metadata":
            said = value.get(names.MASKED)
            return {names.MASKED: said} if said is not None and is_proof(said) else {}
        case _:
            return {}


def place_of(field: str, key: str) -> Place:
    """Return the place of a key of a field."""
    return root(f"{field}.{key}")


def _is_plain_number(walk: Walk, place: Place, value: Json) -> bool:
    is_named = walk.rules.names_fields and walk.rules.whole_at(place) is not None
    return isinstance(value, int | float) and not is_named
