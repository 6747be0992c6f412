"""Spans that our own app side made: their rows are those that Braintrust's SDK writes for the same program.

| what a span of others has | here |
| --- | --- |
| attributes that nobody read, in `metadata` | without those by which our two sides talk (`HOUSEKEEPING`) |
| type `task` where nothing tells one | no type |
| `metrics.end` | not where the process ended before the span |

Source: the rows of `braintrust` 0.47.0, compared program by program (tests/compat/test_row_for_row.py).
"""

from collections.abc import Mapping
from typing import Final

from otel_bridge.contract import names
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.model import Attributes, Span
from otel_bridge_collector.translate.merge import Merged

HOUSEKEEPING: Final = frozenset({
    names.PARENT, names.ORG, names.APP_URL, names.ERROR_TYPE, names.UNFINISHED,
})  # fmt: skip


def is_own(span: Span) -> bool:
    """Tell whether our own app side made the span."""
    return span.scope.name == names.SCOPE


def without_housekeeping(attributes: Attributes) -> Attributes:
    """Return the attributes of an own span that say something of what it did."""
    return {name: value for name, value in attributes.items() if name not in HOUSEKEEPING}


def as_told(row: Row, span: Span, merged: Merged) -> Row:
    """Return the row of an own span without what it did not say."""
    told = merged.objects.get("span_attributes", {})
    attributes, metrics = row.get("span_attributes") or {}, row.get("metrics") or {}
    shown: Row = {**row}
    if merged.fallback_type is None and "type" not in told:
        shown["span_attributes"] = _without(attributes, "type")
    if span.attributes.get(names.UNFINISHED) is True:
        shown["metrics"] = {name: value for name, value in metrics.items() if name != "end"}
    return shown


def _without(entries: Mapping[str, Json], name: str) -> dict[str, Json]:
    return {key: value for key, value in entries.items() if key != name}
