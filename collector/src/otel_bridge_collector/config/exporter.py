"""Exporters: the destinations that a configuration may name. It opens none of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PositiveInt, SecretStr, StringConstraints

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration, Size

Url: TypeAlias = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+")]


def _without_scheme(value: object) -> object:
    return str(value).removeprefix("http://").removeprefix("https://") if isinstance(value, str) else value


Target: TypeAlias = Annotated[
    str, BeforeValidator(_without_scheme), StringConstraints(pattern=r"^[^/\s]+:[0-9]+$")
]


class Retry(Section):
    """How a destination is tried again when a request failed that may pass later."""

    initial_interval: Duration = 0.1
    """The first wait; each further one is twice as long, shortened by chance to as little as half."""
    max_interval: Duration = 30.0
    """The longest wait, unless the destination asks for a longer one (`Retry-After`)."""


class Breaker(Section):
    """When a destination counts as down: from then on one small request at a time asks whether it is back."""

    failures: PositiveInt = 5
    """Failures in a row after which it is down."""


class Tls(Section):
    """TLS towards a destination."""

    insecure: bool = False
    """gRPC only: no TLS at all."""
    insecure_skip_verify: bool = False
    """HTTP only: take any certificate. For tests."""
    ca_file: Path | None = None
    """Certificates to trust, PEM; those of the system unless given."""
    cert_file: Path | None = None
    """Our own certificate, PEM, where the destination asks for one."""
    key_file: Path | None = None
    """Its key, PEM."""
    server_name_override: str | None = None
    """gRPC only: the name that the certificate must have."""


class _Destination(Section):
    start_at: Literal["end", "beginning"] = "end"
    """Where a destination that is new begins: at what comes from now on, or at the oldest request that the spool keeps."""
    timeout: Duration = 30.0
    """How long one request may take."""
    retry_on_failure: Retry = Retry()
    circuit_breaker: Breaker = Breaker()


class StoreExporter(Section):
    """The sidecar's own store, which answers queries. It is always there."""

    type: Literal["store"]
    memory_mib: PositiveInt | None = None
    """Memory that the store may use."""


class BraintrustExporter(_Destination):
    """Braintrust, or another sidecar, through `/logs3`."""

    type: Literal["braintrust"]
    api_url: Url = "https://api.braintrust.dev"
    """Where `/logs3` is."""
    app_url: Url | None = None
    """Where the organisation of the key is asked for: https://www.braintrust.dev beside the default `api_url`, else `api_url`."""
    api_key: SecretStr = SecretStr("")
    """Sent as `Authorization: Bearer`."""
    org_name: str | None = None
    """The organisation, where the key belongs to several."""
    projects: Mapping[str, str] = Field(default_factory=dict[str, str])
    """Name of a project here to its name there; the others keep their name."""
    max_request_size: Size = 6 << 20
    """Largest request; a smaller limit that the server states at `/version` counts more."""
    max_request_rows: PositiveInt = 1000
    """Most rows of a request."""
    attachments: bool = True
    """Whether attachments that were uploaded here are uploaded there."""


class OtlpExporter(_Destination):
    """An OTLP backend over gRPC; it gets requests as they were received."""

    type: Literal["otlp"]
    endpoint: Target
    """HOST:PORT."""
    headers: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    """Metadata of every call, for example an API key."""
    compression: Literal["gzip", "none"] = "gzip"
    tls: Tls = Tls()


class OtlpHttpExporter(_Destination):
    """An OTLP backend over HTTP; it gets requests as they were received, in protobuf."""

    type: Literal["otlphttp"]
    endpoint: Url | None = None
    """Base URL: `/v1/traces` and `/v1/logs` are below it."""
    traces_endpoint: Url | None = None
    """Whole URL for traces, instead of the one below `endpoint`."""
    logs_endpoint: Url | None = None
    """Whole URL for logs, instead of the one below `endpoint`."""
    headers: Mapping[str, SecretStr] = Field(default_factory=dict[str, SecretStr])
    """Headers of every request, for example an API key."""
    compression: Literal["gzip", "none"] = "gzip"
    tls: Tls = Tls()


class Rotation(Section):
    """When a file is closed and the next one begun."""

    max_size: Size = 100 << 20
    """A file that has reached this is closed."""
    max_age: Duration = 3600.0
    """A file that is as old as this is closed."""


class FileExporter(_Destination):
    """Files of rows: JSON lines or Parquet."""

    type: Literal["file"]
    directory: Path
    """Where they are written; made where it does not exist."""
    format: Literal["jsonl", "parquet"] = "jsonl"
    """Parquet files are made of JSON lines when a file is closed."""
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")] = "rows"
    """How the names of the files begin."""
    rotation: Rotation = Rotation()


Exporter: TypeAlias = Annotated[
    StoreExporter | BraintrustExporter | OtlpExporter | OtlpHttpExporter | FileExporter,
    Field(discriminator="type"),
]
"""One destination; which one its name says."""
