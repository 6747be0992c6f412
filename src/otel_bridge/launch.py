"""What the environment asks of `opentelemetry-instrument`: whether the bridge is on, and what it must not do twice.

| variables | bridge |
| --- | --- |
| `OTEL_SDK_DISABLED=true`, or `OTEL_BRIDGE_ENABLED=false` | off |
| `OTEL_BRIDGE_ENABLED=true`, or `OTEL_TRACES_EXPORTER` names `otel_bridge` | on |
| one of `OTEL_BRIDGE_ENDPOINT`, `OTEL_BRIDGE_API_KEY`, `BRAINTRUST_API_URL`, `BRAINTRUST_API_KEY` | on |
| otherwise | off |

The functions read the variables that they are given and write defaults into them; nothing is built here.

Source: OpenTelemetry environment variable specification 1.50; opentelemetry-instrumentation 0.66b1,
`auto_instrumentation`; opentelemetry-distro 0.66b1, which sets `OTEL_*_EXPORTER=otlp` over gRPC where they are not set.
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from otel_bridge.errors import SettingsError
from otel_bridge.settings import Settings
from otel_bridge.variables import read_switch

OWN_EXPORTER: Final = "otel_bridge"

_DESTINATIONS: Final = (
    "OTEL_BRIDGE_ENDPOINT",
    "OTEL_BRIDGE_API_KEY",
    "BRAINTRUST_API_URL",
    "BRAINTRUST_API_KEY",
)

_CONTENT: Final = {
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": ("span_only", "no_content"),
    "TRACELOOP_TRACE_CONTENT": ("true", "false"),
    "OPENINFERENCE_HIDE_INPUTS": ("false", "true"),
    "OPENINFERENCE_HIDE_OUTPUTS": ("false", "true"),
    "ADK_CAPTURE_MESSAGE_CONTENT_IN_SPANS": ("true", "false"),
}
"""Per variable of an instrumentation: its value when content is captured, and when it is not. In order:
opentelemetry-util-genai 1.3b0, OpenLLMetry, OpenInference (two), Google ADK."""

_SPAN_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_SIDECAR_PORTS: Final = frozenset({4317, 4318})


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to do for an app whose code says nothing.

    Attributes:
        enabled: whether the bridge is on.
        repeats: whether an OTLP exporter of OpenTelemetry sends the same spans to the same receiver.
        captures_content: whether instrumentations are to record messages: asked for, or every span leaves through
            masking; None leaves their own defaults.
    """

    enabled: bool = False
    repeats: bool = False
    captures_content: bool | None = None

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "Launch":
        """Read the variables.

        Raises:
            SettingsError: a setting of the bridge, which is on, cannot be used.
        """
        if not _enabled(variables):
            return cls()
        wanted = read_switch(variables, "OTEL_BRIDGE_CAPTURE_CONTENT")
        others = exporters(variables) - {OWN_EXPORTER}
        by_file = bool(variables.get("OTEL_CONFIG_FILE"))
        only_ours = not others and not by_file
        return cls(
            enabled=True,
            repeats=not by_file and _has_otlp(others) and _same_receiver(variables),
            captures_content=wanted if wanted is not None or not only_ours else True,
        )


def exporters(variables: Mapping[str, str]) -> set[str]:
    """Return the names of the span exporters that `OTEL_TRACES_EXPORTER` asks for."""
    named = variables.get("OTEL_TRACES_EXPORTER", "").split(",")
    return {name.strip() for name in named} - {"", "none", "None"}


def set_launch_defaults(variables: MutableMapping[str, str]) -> None:
    """Say what the bridge makes superfluous, where nobody said anything, before a distro sets its defaults.

    Spans leave by our processor, so no exporter of OpenTelemetry sends them to the same receiver once more. That
    receiver is a sidecar, which takes no metrics and no plain logs; they go on where another place is named for them.
    Where a setting of the bridge cannot be used, none is taken for another place: what was to be masked must not leave
    another way. The app's process says which setting it is.
    """
    if variables.get("OTEL_CONFIG_FILE") or not _enabled(variables):
        return
    for signal in ("TRACES", "METRICS", "LOGS"):
        try:
            is_needed = _has_other_place(signal, variables)
        except SettingsError:
            is_needed = False
        if not is_needed:
            variables.setdefault(f"OTEL_{signal}_EXPORTER", "none")


def set_content_defaults(variables: MutableMapping[str, str], *, captured: bool) -> None:
    """Tell the instrumentations whether to record messages, where nobody told them."""
    for name, (on, off) in _CONTENT.items():
        variables.setdefault(name, on if captured else off)


def _enabled(variables: Mapping[str, str]) -> bool:
    if read_switch(variables, "OTEL_SDK_DISABLED"):
        return False
    said = read_switch(variables, "OTEL_BRIDGE_ENABLED")
    if said is not None:
        return said
    return OWN_EXPORTER in exporters(variables) or any(variables.get(name) for name in _DESTINATIONS)


def _has_other_place(signal: str, variables: Mapping[str, str]) -> bool:
    """Whether an OTLP endpoint is named for a signal, other than the one that our spans go to."""
    if signal != "TRACES" and variables.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"):
        return True
    return any(variables.get(name) for name in _SPAN_ENDPOINTS) and not _same_receiver(variables)


def _has_otlp(names: set[str]) -> bool:
    return any(name.startswith("otlp") for name in names)


def _same_receiver(variables: Mapping[str, str]) -> bool:
    """Whether OpenTelemetry's OTLP exporter of spans and ours send to one receiver, a sidecar by two ports included."""
    theirs = next((url for name in _SPAN_ENDPOINTS if (url := variables.get(name))), "http://localhost:4317")
    return _receiver(theirs) == _receiver(Settings.from_environment(variables).endpoints.traces)


def _receiver(url: str) -> tuple[str, int | None]:
    split = urlsplit(url if "://" in url else f"//{url}")
    host = "localhost" if split.hostname in _LOOPBACK else split.hostname or ""
    port = split.port or {"http": 80, "https": 443}.get(split.scheme)
    return host, min(_SIDECAR_PORTS) if port in _SIDECAR_PORTS else port
