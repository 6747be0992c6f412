"""What an automation of a project may be: retention, or an alert on logs. Source: `braintrust` 0.47.0, `ProjectAutomation`."""

from collections.abc import Mapping
from typing import Final

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.condition import check_condition
from otel_bridge_collector.scoring.alert import AlertError, check_alert, is_alert

_OBJECT_TYPES: Final = ("project_logs", "experiment", "dataset")


def automation_fault(fields: Mapping[str, Json]) -> str:
    """Say what is wrong with the fields of an automation; empty when it is a retention or an alert."""
    if not is_alert(fields):
        return retention_fault(fields)
    try:
        check_condition(check_alert(fields))
    except AlertError as error:
        return str(error)
    except QueryError as error:
        return f"config.btql_filter: {error}"
    return ""


def retention_fault(fields: Mapping[str, Json]) -> str:
    """Say what is wrong with the fields of an automation; empty when it is a retention."""
    config = fields.get("config")
    if not isinstance(config, Mapping) or config.get("event_type") != "retention":
        return (
            'the sidecar has retention and alerts on logs: "config" needs "event_type": "retention" or "logs"'
        )
    if config.get("object_type") not in _OBJECT_TYPES:
        return f'"config" needs an "object_type", one of {", ".join(_OBJECT_TYPES)}'
    days = config.get("retention_days")
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        return '"config" needs "retention_days", a whole number of 1 or more'
    return ""
