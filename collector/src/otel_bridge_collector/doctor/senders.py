"""What receipts tell of the processes that send: clocks, losses, what their SDK cut, and its version. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

AHEAD_S: Final = 1.0
"""A span that ends later than it arrives has a clock that is ahead by at least this."""

BEHIND_S: Final = 120.0
"""A process whose every request comes this late after its newest span has a clock that is behind, or waits that long."""

OLDEST_SDK: Final[Mapping[str, tuple[int, int]]] = {"python": (1, 39)}
"""Language -> the oldest version of OpenTelemetry's SDK that is tested with."""

Told = Sequence[Mapping[str, Any]]
_SDK: Final = re.compile(r"opentelemetry (\w+) (\d+)\.(\d+)")
_REMEDIES: Final = (
    (
        "queue_full",
        "dropped because the queue was full",
        "OTEL_BRIDGE_QUEUE_BYTES=268435456 and OTEL_BRIDGE_QUEUE_SIZE=200000 in the app, twice what they are by themselves, or a sampler",
    ),
    (
        "unsent",
        "could not be sent",
        "the app's OTEL_BRIDGE_ENDPOINT and key, and a sidecar that is back within its OTEL_BRIDGE_RETRY_TIMEOUT_MS (300000) and before it ends",
    ),
    ("refused", "refused one by one: too large", "OTEL_BRIDGE_MAX_BODY_BYTES=268435456 at the sidecar"),
    ("never_arrived", "never arrived", "otel_bridge.flush() before the process is ended; docs/leaving.md"),
)


def check_senders(told: Told) -> list[Finding]:
    """Return what is found of all accounts, as `GET /v1/receipts` tells them."""
    if not told:
        return [fine("senders", "nobody has sent spans yet")]
    return [*_losses(told), *_masking(told), *_clocks(told), *_dropped_attributes(told), *_versions(told)]


def _losses(told: Told) -> list[Finding]:
    found = [
        wrong("dropped spans", f"{each[name]} of {each['ended']} spans of {each['name']} {what}", remedy)
        for each in told
        for name, what, remedy in _REMEDIES
        if each[name]
    ]
    for each in told:
        found += [
            wrong(
                "dropped spans",
                f"{spans} spans of {each['name']} were rejected: {reason}",
                "the ids or the parent that they name",
            )
            for reason, spans in each["rejected"].items()
        ]
        found += [
            wrong(
                "dropped spans",
                f"{spans} spans of {each['name']} are among the dead letters: {reason}",
                "otel-bridge-collector replay --dead-letters",
            )
            for reason, spans in each["dead_letters"].items()
        ]
    return found or [fine("dropped spans", f"none that is known of, in {len(told)} processes")]


def _masking(told: Told) -> list[Finding]:
    return [
        wrong(
            "masking",
            f"the masking function failed on {each['masking_failed']} spans of {each['name']}",
            "the function given to set_masking_function",
        )
        for each in told
        if each["masking_failed"]
    ]


def _clocks(told: Told) -> list[Finding]:
    found: list[Finding] = []
    for each in told:
        lag_s = each["least_lag_s"]
        if lag_s is not None and lag_s < -AHEAD_S:
            found.append(
                wrong(
                    "clock",
                    f"the clock of {each['name']} is {-lag_s:.1f} s or more ahead of the sidecar's",
                    "synchronise both machines: timedatectl set-ntp true",
                )
            )
        elif lag_s is not None and lag_s > BEHIND_S:
            found.append(
                wrong(
                    "clock",
                    f"spans of {each['name']} come {lag_s:.0f} s after their end or later: its clock is behind, or it sends late",
                    "timedatectl set-ntp true, or a shorter OTEL_BSP_SCHEDULE_DELAY",
                )
            )
    return found or [fine("clock", "spans end shortly before they arrive")]


def _dropped_attributes(told: Told) -> list[Finding]:
    found = [
        wrong(
            "dropped attributes",
            f"the SDK of {each['name']} dropped {each['dropped_attributes']} attributes of spans",
            "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=4096 in the app",
        )
        for each in told
        if each["dropped_attributes"]
    ]
    return found or [fine("dropped attributes", "none")]


def _versions(told: Told) -> list[Finding]:
    found = {
        each["sdk"]: wrong(
            "SDK version",
            f"{each['name']} uses {each['sdk']}, which is older than what is tested",
            f"pip install -U 'opentelemetry-sdk>={'.'.join(map(str, oldest))}'",
        )
        for each in told
        if (parts := _SDK.match(each["sdk"]))
        and (oldest := OLDEST_SDK.get(parts[1]))
        and (int(parts[2]), int(parts[3])) < oldest
    }
    return list(found.values()) or [fine("SDK version", "none is known to be too old")]
