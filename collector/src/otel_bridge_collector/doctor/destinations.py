"""What `GET /v1/delivery` tells of destinations: which lag, are down, or have dead letters. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

LAG_S: Final = 60.0
_OF_KEYS: Final = (401, 403)


def check_destinations(told: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return what is found of destinations, as the API tells them."""
    found = [finding for each in told for finding in _of(each)]
    return found or [fine("destinations", f"{', '.join(each['name'] for each in told)}: nothing lags")]


def _of(told: Mapping[str, Any]) -> list[Finding]:
    name = told["name"]
    found: list[Finding] = []
    if told["state"] != "delivering":
        found.append(wrong("destinations", f"{name} is {told['state']}: {told['last_error']}", _remedy(told)))
    elif told["lag_s"] > LAG_S:
        remedy = "otel-bridge-collector status tells whether it catches up"
        found.append(wrong("destinations", f"{name} is {told['lag_s']:.0f} s behind", remedy))
    if told["buried"]:
        remedy = f"read DATA_DIR/delivery, then otel-bridge-collector replay --dead-letters --sink {name}"
        found.append(wrong("dead letters", f"{told['buried']} requests never passed at {name}", remedy))
    return found


def _remedy(told: Mapping[str, Any]) -> str:
    error = str(told["last_error"])
    if any(f"answered {status}" in error for status in _OF_KEYS):
        return f"its key: api_key or headers of exporters.{told['name']} in the configuration; it is tried again by itself"
    return f"what stands there, or the address of exporters.{told['name']} in the configuration; it is tried again by itself"
