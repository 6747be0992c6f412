"""Requests that were refused whole, since the start of the sidecar: senders of which it knows nothing else. Pure."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

_CHECK: Final = "refused requests"
_SAMPLE: Final = re.compile(r"^otel_bridge_receiver_refused_requests(?:_total)?\{([^}]*)\} ([0-9.e+]+)", re.M)
_LABEL: Final = re.compile(r'(\w+)="([^"]*)"')
_REMEDIES: Final[Mapping[str, str]] = {
    "unauthenticated": "OTEL_BRIDGE_API_KEY or BRAINTRUST_API_KEY of the sender: otel-bridge-collector keys create --name sender --scope ingest",
    "forbidden": "a key that reaches the project and may send: otel-bridge-collector keys create --name sender --scope ingest",
    "quota": "extensions.quotas in the configuration, or a sender that samples",
    "too_large": "OTEL_BRIDGE_MAX_BODY_BYTES=268435456 at the sidecar, or smaller batches",
    "spool_full": "room on the disk of the data folder, or extensions.file_storage.max_size and min_free in the configuration; the log of the sidecar says which",
    "spool_unavailable": "the disk of the data folder",
    "invalid": "an exporter that speaks OTLP, and its endpoint",
}
"""Reason, as `metrics.reason` names it -> what mends it."""

_OTHERWISE: Final = "the log of the sender says more; docs/reliability.md"


def check_refusals(metrics: str) -> list[Finding]:
    """Return what `GET /metrics` tells of refused requests."""
    counts: Counter[str] = Counter()
    for labels, value in _SAMPLE.findall(metrics):
        counts[dict(_LABEL.findall(labels)).get("reason", "")] += int(float(value))
    found = [
        wrong(_CHECK, f"{count} requests were refused: {reason}", _REMEDIES.get(reason, _OTHERWISE))
        for reason, count in sorted(counts.items())
        if count
    ]
    return found or [fine(_CHECK, "none")]
