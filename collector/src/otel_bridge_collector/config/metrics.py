"""Where the sidecar sends its own metrics. It sends nothing.

Source: opentelemetry-collector, "Internal telemetry", `service.telemetry.metrics.readers` (opentelemetry.io/docs/collector/internal-telemetry),
read 2026-11-25: intervals and timeouts are milliseconds there.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, SecretStr, WithJsonSchema

from otel_bridge_collector.config.exporter import Url
from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import parse_duration


def _parse_milliseconds(value: object) -> float:
    text = str(value).strip()
    return parse_duration(f"{text}ms" if text.replace(".", "", 1).isdigit() else value)


Milliseconds: TypeAlias = Annotated[
    float,
    BeforeValidator(_parse_milliseconds),
    Field(gt=0),
    # As it is read, so that what `print-config` prints can be served.
    PlainSerializer(lambda seconds: seconds * 1000),
    WithJsonSchema({"type": ["string", "number"], "examples": [60000, "1m"]}),
]
"""Seconds, read from a number of milliseconds, as in the Collector, or from a text with a unit."""


def _readable(file: Path | None) -> Path | None:
    if file is not None:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:
            message = f"no certificates can be read from {file}: {error.strerror or error}"
            raise ValueError(message) from error
    return file


class OtlpMetrics(Section):
    """A backend that takes OTLP over HTTP."""

    protocol: Literal["http/protobuf"] = "http/protobuf"
    """The only one."""
    endpoint: Url
    """Its URL; without a path, `/v1/metrics` is added."""
    headers: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    """Sent with every request."""
    certificate: Annotated[Path | None, AfterValidator(_readable)] = None
    """Certificates to trust, PEM."""


class MetricExporter(Section):
    """How metrics are sent."""

    otlp: OtlpMetrics


class PeriodicReader(Section):
    """Sends all metrics from time to time."""

    interval: Milliseconds = 60.0
    """How often: milliseconds, or a duration with a unit."""
    timeout: Milliseconds = 10.0
    """How long one request may take, with everything that is tried again; likewise."""
    exporter: MetricExporter


class MetricReader(Section):
    """One reader of the sidecar's metrics."""

    periodic: PeriodicReader


class Metrics(Section):
    """The sidecar's own metrics, beside `/metrics`, which is always there."""

    readers: tuple[MetricReader, ...] = ()
    """Who gets them; none unless told otherwise. One that is down delays nothing."""
