"""The variables of the app side, for `opentelemetry-instrument --help`, which makes an argument of each.

The launcher imports this module in its own process, before it starts the app: the only place from which defaults
reach the app's process before those of a distro do. So the import sets them, and only where the bridge is on. It
never fails: the app says what is wrong.

Source: opentelemetry-instrumentation 0.66b1, entry point group `opentelemetry_environment_variables`.
"""

from typing import Final

from otel_bridge.launch import set_launch_defaults
from otel_bridge.settings import process_environment

OTEL_BRIDGE_ENABLED: Final = "OTEL_BRIDGE_ENABLED"
OTEL_BRIDGE_ENDPOINT: Final = "OTEL_BRIDGE_ENDPOINT"
OTEL_BRIDGE_API_KEY: Final = "OTEL_BRIDGE_API_KEY"
OTEL_BRIDGE_PARENT: Final = "OTEL_BRIDGE_PARENT"
OTEL_BRIDGE_MASK: Final = "OTEL_BRIDGE_MASK"
OTEL_BRIDGE_CAPTURE_CONTENT: Final = "OTEL_BRIDGE_CAPTURE_CONTENT"
OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE: Final = "OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE"
OTEL_BRIDGE_QUEUE_SIZE: Final = "OTEL_BRIDGE_QUEUE_SIZE"
OTEL_BRIDGE_FLUSH_ON_ROOT_END: Final = "OTEL_BRIDGE_FLUSH_ON_ROOT_END"
OTEL_BRIDGE_FLUSH_ON_SIGTERM: Final = "OTEL_BRIDGE_FLUSH_ON_SIGTERM"
OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS: Final = "OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS"

set_launch_defaults(process_environment())
