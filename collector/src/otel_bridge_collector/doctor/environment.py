"""The OpenTelemetry variables of an app: ports and protocols that do not fit, and limits that cut what is recorded.

Pure, but for what it is given to ask whether a port speaks TLS.

Source: OpenTelemetry specification 1.x, "OTLP exporter configuration" and "Environment variables", `OTEL_*`.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from otel_bridge_collector.doctor.finding import Finding, fine, wrong

GRPC_PORT: Final = 4317
HTTP_PORT: Final = 4318
_BASE: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
_TRACES: Final = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
_OURS: Final = "OTEL_BRIDGE_ENDPOINT"
_LENGTHS: Final = ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT")
_COUNTS: Final = ("OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT")
_FEWEST: Final = 128
_PORTS: Final = {"http": 80, "https": 443}
"""Scheme -> the port of a URL that names none."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


SpeaksTls: TypeAlias = Callable[[str, int], bool | None]
"""Of a host and port of this machine; None where it is not known."""


def check_environment(variables: Mapping[str, str], speaks_tls: SpeaksTls) -> list[Finding]:
    """Return what is found in the variables of a process."""
    found = [*_endpoints(variables, speaks_tls), *_limits(variables), *_switches(variables)]
    return found or [fine("environment", "no variable here stands in the way of spans")]


def _endpoints(variables: Mapping[str, str], speaks_tls: SpeaksTls) -> list[Finding]:
    protocol = variables.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or variables.get(
        "OTEL_EXPORTER_OTLP_PROTOCOL", ""
    )
    found: list[Finding] = []
    for name in (_OURS, _BASE, _TRACES):
        if value := variables.get(name):
            is_grpc = protocol == "grpc" and name != _OURS
            found += _endpoint(name, value, speaks_tls, is_grpc=is_grpc)
    return found


def _endpoint(name: str, value: str, speaks_tls: SpeaksTls, *, is_grpc: bool) -> list[Finding]:
    try:
        url = urlsplit(value)
        port = url.port
    except ValueError as error:
        return [
            wrong("endpoint", f"{name}={value} is no URL: {error}", f"{name}=http://127.0.0.1:{HTTP_PORT}")
        ]
    if is_grpc and port == HTTP_PORT:
        return [
            wrong(
                "endpoint",
                f"{name} names the port of OTLP over HTTP, and the protocol is grpc",
                f"{name}={_at(url, GRPC_PORT)}",
            )
        ]
    if not is_grpc and port == GRPC_PORT:
        remedy = f"{name}={_at(url, HTTP_PORT)}" + (
            "" if name == _OURS else ", or OTEL_EXPORTER_OTLP_PROTOCOL=grpc"
        )
        return [
            wrong("endpoint", f"{name} names the port of OTLP over gRPC, and the protocol is HTTP", remedy)
        ]
    return [*_path(name, url, is_grpc=is_grpc), *_scheme(name, url, speaks_tls)]


def _path(name: str, url: SplitResult, *, is_grpc: bool) -> list[Finding]:
    path = url.path.rstrip("/")
    if name == _TRACES and not is_grpc and not path:
        return [
            wrong(
                "endpoint",
                f"{name} is used as it is, and has no path",
                f"{name}={url.geturl().rstrip('/')}/v1/traces",
            )
        ]
    if name != _TRACES and path.endswith("/v1/traces"):
        return [
            wrong(
                "endpoint",
                f"{name} is a base: /v1/traces is added to it once more",
                f"{name}={url.geturl().rstrip('/').removesuffix('/v1/traces')}",
            )
        ]
    return []


def _scheme(name: str, url: SplitResult, speaks_tls: SpeaksTls) -> list[Finding]:
    if url.scheme not in _PORTS or not url.hostname:
        return [wrong("endpoint", f"{name}={url.geturl()} has no scheme", f"{name}=http://{url.geturl()}")]
    if url.hostname not in _LOOPBACK:
        return []
    match url.scheme, speaks_tls(url.hostname, url.port or _PORTS[url.scheme]):
        case "https", False:
            found, scheme = f"{name} wants TLS, and that port speaks plain text", "http"
        case "http", True:
            found, scheme = f"{name} is plain text, and that port speaks TLS", "https"
        case _:
            return []
    return [wrong("endpoint", found, f"{name}={url._replace(scheme=scheme).geturl()}")]


def _at(url: SplitResult, port: int) -> str:
    return url._replace(netloc=f"{url.netloc.rpartition(':')[0]}:{port}").geturl()


def _limits(variables: Mapping[str, str]) -> list[Finding]:
    lengths = [
        wrong("limits", f"{name}={variables[name]} cuts prompts and answers", f"unset {name}")
        for name in _LENGTHS
        if variables.get(name)
    ]
    counts = [
        wrong("limits", f"{name}={variables[name]} drops messages of long conversations", f"{name}=4096")
        for name in _COUNTS
        if variables.get(name, "").isdecimal() and int(variables[name]) <= _FEWEST
    ]
    return [*lengths, *counts]


def _switches(variables: Mapping[str, str]) -> list[Finding]:
    found: list[Finding] = []
    if variables.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        found.append(
            wrong("switches", "OTEL_SDK_DISABLED=true: no span is made at all", "unset OTEL_SDK_DISABLED")
        )
    if variables.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        found.append(
            wrong("switches", "OTEL_TRACES_EXPORTER=none: no span leaves", "OTEL_TRACES_EXPORTER=otlp")
        )
    return found
