"""Look through rows. The name of an event stands in `output` of its row too, where rules for content do not mean it."""

from collections.abc import Mapping
from typing import cast

from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.masking.rows import RowMasker
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.masking.walk import Found


class RowAudit:
    """Looks through rows, and through the fields of objects, of one place."""

    def __init__(self, rules: RuleSet, found: Found) -> None:
        self._masker = RowMasker(rules, found)

    def row(self, row: Row) -> None:
        """Look through a row, or what a fact says of one."""
        fields = cast("Mapping[str, Json]", row)
        span = fields.get("span_attributes")
        is_log = isinstance(span, Mapping) and span.get("type") == "log"
        if is_log and fields.get("output") == cast("Mapping[str, Json]", span).get("name"):
            fields = {name: value for name, value in fields.items() if name != "output"}
        self._masker.row(cast("Row", fields))

    def fields(self, fields: Mapping[str, Json]) -> None:
        """Look through the fields of a named object."""
        self._masker.fields(fields)
