"""What a user logs, checked and copied into fields of a row. It keeps nothing and sends nothing.

Source: `braintrust` 0.47.0 SDK, `logger._validate_and_sanitize_experiment_log_partial_args` and
`split_logging_data`, measured (spec/translation.md section 1.5).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from otel_bridge.attributes.to_json import to_json
from otel_bridge.contract import checks
from otel_bridge.contract.merge import merge_row
from otel_bridge.contract.row import Json, Row

IDENTITY: Final = frozenset({"id", "span_id", "root_span_id", "span_parents", "_is_merge"})

_CHECKS: Final[Mapping[str, Callable[[object], object]]] = {
    "scores": checks.check_scores,
    "metrics": checks.check_metrics,
    "tags": checks.check_tags,
    "span_attributes": checks.check_span_attributes,
}
"""Fields of which an empty value is not looked at."""


def checked(event: Mapping[str, Any]) -> dict[str, Json]:
    """Return a copy of the fields of `event` that say anything, as JSON.

    Raises:
        ValueError: a field cannot be what it is.
        TypeError: `event` names a field that identifies the row.
    """
    for name in IDENTITY & event.keys():
        raise TypeError(f"got an unexpected keyword argument {name!r}: it identifies the row")
    fields = {name: value for name, value in event.items() if value is not None}
    if "input" in fields and "inputs" in fields:
        raise ValueError("Only one of input or inputs (deprecated) can be specified. Prefer input.")
    if "inputs" in fields:
        fields["input"] = fields.pop("inputs")
    return {name: to_json(_checked(name, value)) for name, value in fields.items()}


def merged(row: Mapping[str, Json], update: Mapping[str, Json]) -> dict[str, Json]:
    """Return `row` with `update` merged into it, as the merge of rows does it."""
    return cast("dict[str, Json]", merge_row(cast("Row", row), cast("Row", update)))


def _checked(name: str, value: Any) -> object:
    if name == "metadata":
        # Models and dataclasses are welcome where they become a dictionary; keys are looked at as they are.
        return checks.check_metadata(cast("object", value) if isinstance(value, Mapping) else to_json(value))
    check = _CHECKS.get(name)
    return check(value) if check and value else value
