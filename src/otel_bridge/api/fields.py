"""What a user logs, checked and copied into fields of a row. It sends nothing, and keeps of it only what it warned of.

Source: `braintrust` 0.47.0 SDK, `logger._validate_and_sanitize_experiment_log_partial_args` and
`split_logging_data`, measured (spec/translation.md section 1.5).
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from otel_bridge.api.interface import TraceRoot
from otel_bridge.attributes.to_json import snapshot, to_json
from otel_bridge.contract import checks
from otel_bridge.contract.kinds import MAPPINGS
from otel_bridge.contract.merge import merge_row
from otel_bridge.contract.row import Json, Row
from otel_bridge.state import process

logger = logging.getLogger(__name__)

IDENTITY: Final = frozenset({"id", "span_id", "root_span_id", "span_parents", "_is_merge"})

_KNOWN: Final = frozenset(Row.__annotations__) | {"inputs", "dataset_record_id"}
"""Fields of a row, and two old ones of Braintrust's."""

_USUAL: Final = _KNOWN - IDENTITY - {"inputs"}
"""Those of them that may be logged as they are called."""

_SUGGESTED: Final = (
    "input", "output", "expected", "error", "scores", "metadata", "metrics", "tags", "span_attributes", "context",
    "origin", "created",
)  # fmt: skip

MAX_UNKNOWN_FIELDS: Final = 100
"""Unknown names that are warned of; an app that makes names up is not told of more."""

_UNCHECKED: Final = frozenset({"input", "output", "expected", "error"})
"""Fields that may be anything."""


def _checked_metadata(value: object) -> object:
    """Models and dataclasses are welcome where they become a dictionary; keys are looked at as they are."""
    given: Any = value if isinstance(value, MAPPINGS) else to_json(value)  # pyright: ignore[reportUnknownVariableType]  # `cast` is a call
    return checks.check_metadata(given)


_CHECKS: Final[Mapping[str, Callable[[object], object]]] = {
    "scores": checks.check_scores,
    "metrics": checks.check_metrics,
    "tags": checks.check_tags,
    "span_attributes": checks.check_span_attributes,
    "metadata": _checked_metadata,
}
"""Of these but metadata an empty value is not looked at."""


def checked(event: Mapping[str, Any]) -> dict[str, Json]:
    """Return a copy of the fields of `event` that say anything, as JSON; warn of unknown ones, once for each name.

    Raises:
        ValueError: a field cannot be what it is.
        TypeError: `event` names a field that identifies the row.
    """
    if _UNCHECKED.issuperset(event):
        return snapshot({name: value for name, value in event.items() if value is not None})
    if not _USUAL.issuperset(event):
        event = _usual(event)
    given: dict[str, Any] = {}
    for name, value in event.items():
        if value is not None:
            is_checked = name in _CHECKS and (value or name == "metadata")
            given[name] = _CHECKS[name](value) if is_checked else value
    return snapshot(given)


def merged(row: Mapping[str, Json], update: Mapping[str, Json]) -> dict[str, Json]:
    """Return `row` with `update` merged into it, as the merge of rows does it."""
    return merge_row(row, update)  # type: ignore[arg-type, return-value]  # rows have these fields; `cast` is a call


def lifted(fields: dict[str, Json], root: TraceRoot) -> dict[str, Json]:
    """Return the fields of a span inside a trace without its tags, which the root gets; one warning says so.

    Tags are of whole traces at Braintrust: those on another row are never shown.
    """
    if "tags" not in fields:
        return fields
    if "tags" not in process.warned:
        process.warned.add("tags")
        logger.warning("tags are of a whole trace: those of a span inside it are put on its root")
    root.tag(fields["tags"])
    return {name: value for name, value in fields.items() if name != "tags"}


def _usual(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields by their names of today; none of them identifies the row, and those that are not known are warned of."""
    for name in () if IDENTITY.isdisjoint(event) else IDENTITY & event.keys():
        raise TypeError(f"got an unexpected keyword argument {name!r}: it identifies the row")
    given = {name: value for name, value in event.items() if value is not None}
    if "inputs" in given:
        if "input" in given:
            raise ValueError("Only one of input or inputs (deprecated) can be specified. Prefer input.")
        given = {"input" if name == "inputs" else name: value for name, value in given.items()}
    if not _USUAL.issuperset(given):
        _warn_of_unknown(given.keys() - _USUAL - process.unknown_fields)
    return given


def _warn_of_unknown(new_names: Iterable[str]) -> None:
    for name in sorted(new_names):
        if name.startswith("_") or len(process.unknown_fields) >= MAX_UNKNOWN_FIELDS:
            continue
        process.unknown_fields.add(name)
        close = get_close_matches(name, _SUGGESTED, n=1)
        hint = f", did you mean {close[0]!r}?" if close else ""
        logger.warning("a field %r was logged that rows do not have, it is sent as it is%s", name, hint)
