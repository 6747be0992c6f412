"""What the resource detector says."""

import pytest

from otel_bridge_plugins.resource import BridgeResourceDetector


def test_it_names_the_distribution() -> None:
    assert BridgeResourceDetector().detect().attributes["telemetry.distro.name"] == "otel-bridge"


def test_it_names_the_environment_if_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_ENVIRONMENT_NAME", "staging")

    assert BridgeResourceDetector().detect().attributes["deployment.environment.name"] == "staging"
