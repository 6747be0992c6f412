"""What an automation of a project may be: retention, and no other kind. Source: `braintrust` 0.47.0, `ProjectAutomation`."""

from collections.abc import Mapping
from typing import Final

from otel_bridge.contract.row import Json

_OBJECT_TYPES: Final = ("project_logs", "experiment", "dataset")


def retention_fault(fields: Mapping[str, Json]) -> str:
    """Say what is wrong with the fields of an automation; empty when it is a retention."""
    config = fields.get("config")
    if not isinstance(config, Mapping) or config.get("event_type") != "retention":
        return 'the sidecar has automations of retention alone: "config" needs "event_type": "retention"'
    if config.get("object_type") not in _OBJECT_TYPES:
        return f'"config" needs an "object_type", one of {", ".join(_OBJECT_TYPES)}'
    days = config.get("retention_days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        return '"config" needs "retention_days", a whole number of 1 or more'
    return ""
