"""The probes in the description of the API."""

from typing import Any

from otel_bridge_collector.api.operation import describe
from otel_bridge_collector.api.probes import probe_operations
from otel_bridge_collector.health import Health
from otel_bridge_collector.receive.probes import PROBES, Probes


def test_every_probe_is_described_with_its_reasons() -> None:
    probes = Probes(Health())

    document: Any = describe(probe_operations(probes.live, probes.ready), version="0")

    assert set(document["paths"]) == PROBES
    busy = document["paths"]["/readyz"]["get"]["responses"]["503"]["content"]["application/json"]["schema"]
    assert set(busy["properties"]) == {"status", "reasons"}
