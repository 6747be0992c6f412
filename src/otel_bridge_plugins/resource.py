"""What a resource says of this distribution and of the place where the process runs.

`opentelemetry.sdk._logs` makes a resource while it is imported, and so loads this detector before `otel_bridge`, which
needs that module, could be imported. So it reads its one variable itself.

Source: OpenTelemetry semantic conventions 1.37, `telemetry.distro.*` and `deployment.environment.name`.
"""

import os
from importlib.metadata import version

from opentelemetry.sdk.resources import Resource, ResourceDetector


class BridgeResourceDetector(ResourceDetector):
    """The detector named `otel_bridge`, for `OTEL_EXPERIMENTAL_RESOURCE_DETECTORS`."""

    def detect(self) -> Resource:
        """Return the attributes that are known."""
        known = {"telemetry.distro.name": "otel-bridge", "telemetry.distro.version": version("otel-bridge")}
        if name := _first("OTEL_BRIDGE_ENVIRONMENT_NAME", "BRAINTRUST_ENVIRONMENT_NAME"):
            known["deployment.environment.name"] = name
        return Resource(known)


def _first(*names: str) -> str | None:
    """The first variable that is set and not empty."""
    values = (os.environ.get(name, "").strip() for name in names)  # noqa: TID251 - see above
    return next((value for value in values if value), None)
