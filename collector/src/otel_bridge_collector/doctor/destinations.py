"""What `GET /v1/delivery` tells of destinations: which lag, are down, or have dead letters. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

LAG_S: Final = 60.0


def check_destinations(told: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Return what is found of destinations, as the API tells them."""
    found = [finding for each in told for finding in _of(each)]
    return found or [fine("destinations", f"{', '.join(each['name'] for each in told)}: nothing lags")]


def _of(told: Mapping[str, Any]) -> list[Finding]:
    name = told["name"]
    found: list[Finding] = []
    if told["state"] != "delivering":
        remedy = "what last_error of otel-bridge-collector status says; it is tried again by itself"
        found.append(wrong("destinations", f"{name} is {told['state']}: {told['last_error']}", remedy))
    elif told["lag_s"] > LAG_S:
        remedy = "otel-bridge-collector status tells whether it catches up"
        found.append(wrong("destinations", f"{name} is {told['lag_s']:.0f} s behind", remedy))
    if told["buried"]:
        remedy = f"read DATA_DIR/delivery, then otel-bridge-collector replay --dead-letters --sink {name}"
        found.append(wrong("dead letters", f"{told['buried']} requests never passed at {name}", remedy))
    return found
