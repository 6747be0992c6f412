"""Mask a row that travels as a row, as `processor.masking` masks a span: what fails does not leave in clear.

Source: `braintrust` 0.47.0 SDK, `logger._apply_masking_to_field`, measured (spec/translation.md section 1.10).
"""

from collections.abc import Mapping
from json import loads
from typing import Final, cast

from otel_bridge import state
from otel_bridge.attributes.to_json import dump
from otel_bridge.contract.row import Json

_MASKED: Final = ("input", "output", "expected", "metadata", "context", "scores", "metrics")


def masked_row(row: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return `row` with what the masking function makes of its fields; tags, ids and places do not pass it.

    Where the function fails, a message takes the place of the field; scores and metrics are left out instead.
    """
    rules = state.mask_rules()
    if rules is None:
        return row
    masked = dict(row)
    for field in _MASKED:
        if row.get(field) is None:
            continue
        try:
            masked[field] = cast("Json", loads(dump(rules.apply(row[field], field, row))))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the value must not leave in clear
            message = f"ERROR: Failed to mask field '{field}' - {type(error).__name__}"
            masked[field] = {"error": message} if field == "metadata" else message
            if field in {"scores", "metrics"}:
                del masked[field]
                masked["error"] = "; ".join(str(each) for each in (masked.get("error"), message) if each)
    return masked
