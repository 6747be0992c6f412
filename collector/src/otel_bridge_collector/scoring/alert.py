"""An alert: logs that meet a condition are told to a webhook, at most once in an interval. Pure.

Source: Braintrust's generated types, `ProjectAutomation` with `event_type` "logs", and its documentation, "Alerts" (docs/observe/alerts,
read 2026-11-26) for what is posted, without its link to the logs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from otel_bridge.contract.row import Json
from otel_bridge_collector.store.project_objects import ProjectObject

EVENT_TYPE: Final = "logs"
SHORTEST_INTERVAL_S: Final = 1.0
_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


class AlertError(ValueError):
    """An alert cannot be what it is; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert.

    Attributes:
        id: of the `project_automation`.
        project_id: whose logs it looks at.
        created_s: Unix seconds; older rows are not looked at.
        is_active: False while it is paused.
        condition: BTQL that a row has to meet.
        interval_s: it tells nothing for that long after it has told something.
        url: what it posts to.
    """

    id: str
    project_id: str
    name: str
    description: str | None
    created_s: float
    is_active: bool
    condition: str
    interval_s: float
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The rows that meet a condition.

    Attributes:
        count: how many.
        first: when the earliest of them began, ISO 8601; None without any.
        last: when the latest did.
    """

    count: int = 0
    first: str | None = None
    last: str | None = None


def is_alert(fields: Mapping[str, Json]) -> bool:
    """Tell whether a `project_automation` is an alert on logs."""
    return _object(fields.get("config")).get("event_type") == EVENT_TYPE


def alert_of(found: ProjectObject) -> Alert:
    """Return the alert that an object describes.

    Raises:
        AlertError: it describes none.
    """
    config = _object(found.data.get("config"))
    condition = check_alert(found.data)
    description = found.data.get("description")
    return Alert(
        id=found.id,
        project_id=found.project_id,
        name=found.name,
        description=description if isinstance(description, str) else None,
        created_s=datetime.fromisoformat(found.created).timestamp(),
        is_active=config.get("status") != "paused",
        condition=condition,
        interval_s=_interval_s(config),
        url=_url(config),
    )


def check_alert(fields: Mapping[str, Json]) -> str:
    """Check the fields of an alert before it is kept, and return its condition, which is not looked at here.

    Raises:
        AlertError: they are those of no alert.
    """
    config = _object(fields.get("config"))
    if config.get("status") not in (None, "active", "paused"):
        raise AlertError('config.status is neither "active" nor "paused"')
    condition = config.get("btql_filter")
    if not isinstance(condition, str) or not condition.strip():
        raise AlertError("config.btql_filter is no condition, expected for example: error IS NOT NULL")
    _interval_s(config)
    _url(config)
    return condition


def message_of(
    alert: Alert, organization: Mapping[str, Json], project_name: str, matched: Matched
) -> Mapping[str, Json]:
    """Return what is posted."""
    logs = "1 log" if matched.count == 1 else f"{matched.count} logs"
    return {
        "organization": organization,
        "project": {"id": alert.project_id, "name": project_name},
        "automation": {
            "id": alert.id,
            "name": alert.name,
            "description": alert.description,
            "event_type": EVENT_TYPE,
            "btql_filter": alert.condition,
            "interval_seconds": alert.interval_s,
        },
        "details": {
            "is_test": False,
            "message": f"{alert.name}: {logs} triggered automation in the last {_length(alert.interval_s)}",
            "time_start": matched.first,
            "time_end": matched.last,
            "count": matched.count,
        },
    }


def _interval_s(config: Mapping[str, Json]) -> float:
    interval_s = config.get("interval_seconds")
    if (
        isinstance(interval_s, bool)
        or not isinstance(interval_s, int | float)
        or interval_s < SHORTEST_INTERVAL_S
    ):
        raise AlertError("config.interval_seconds is no number of seconds of 1 or more")
    return float(interval_s)


def _url(config: Mapping[str, Json]) -> str:
    action = _object(config.get("action"))
    url = action.get("url")
    if action.get("type") != "webhook" or not isinstance(url, str):
        raise AlertError(
            'config.action: the sidecar has {"type": "webhook", "url": URL}, and no other action'
        )
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_good = False
    if not is_good:
        raise AlertError("config.action.url is no http or https URL")
    return url


def _length(seconds: float) -> str:
    name, size = next((name, size) for name, size in _UNITS if seconds >= size)
    number = f"{seconds / size:g}"
    return f"{number} {name}" if number == "1" else f"{number} {name}s"


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
