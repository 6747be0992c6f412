"""The whole configuration. It holds what was said, without defaults of what also has a variable: see `settings.py`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from otel_bridge_collector.config import budget
from otel_bridge_collector.config.address import Address, Endpoint
from otel_bridge_collector.config.component import ComponentId, with_types
from otel_bridge_collector.config.cors import Cors
from otel_bridge_collector.config.exporter import Exporter
from otel_bridge_collector.config.functions import Functions
from otel_bridge_collector.config.metrics import Metrics
from otel_bridge_collector.config.online_scoring import OnlineScoring
from otel_bridge_collector.config.processor import Processor
from otel_bridge_collector.config.provider import Provider, ProviderName
from otel_bridge_collector.config.proxy import Proxy
from otel_bridge_collector.config.quota import Quotas
from otel_bridge_collector.config.retention import Retention
from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.server_tls import GrpcTls, HttpTls, TlsExtension
from otel_bridge_collector.config.units import Duration, Size

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
Native: TypeAlias = Literal["auto", "off"]
TranslationProcess: TypeAlias = Literal["auto", "off"]
LogEncoding: TypeAlias = Literal["console", "json"]


class GrpcProtocol(Section):
    """OTLP over gRPC."""

    endpoint: Endpoint | None = None
    """Where it is taken; port 0 takes any free one."""
    tls: GrpcTls | None = None


class HttpProtocol(Section):
    """OTLP over HTTP, protobuf and JSON."""

    endpoint: Endpoint | None = None
    """Where it is taken."""
    tls: HttpTls | None = None
    cors: Cors | None = None


class Protocols(Section):
    """The transports of OTLP; both are always there."""

    grpc: GrpcProtocol | None = None
    http: HttpProtocol | None = None


class OtlpReceiver(Section):
    """OTLP traces and logs."""

    protocols: Protocols | None = None
    max_request_size: Size | None = None
    """Largest request, before and after decompression; larger ones get 413 or RESOURCE_EXHAUSTED."""
    max_inflight_size: Size | None = None
    """Requests that are being received and answered, all ports together; more get 429 or 503 and come back."""
    read_timeout: Duration | None = None
    """How long a sender may be silent within a request; it has a second for each 32 KiB beside."""
    native: Native | None = None
    """`auto`: the compiled receiver works where the package `otel-bridge-native` is installed; `off`: Python takes in all."""
    default_parent: str | None = None
    """Object of spans that name none, nor does their request."""
    media_as_attachments: bool | None = None
    """Whether base64 media in messages become attachments; otherwise they stay in the rows as text."""
    media_min_size: Size | None = None
    """Media below this stay in the rows."""


class BraintrustReceiver(Section):
    """Rows as rows, from Braintrust's SDKs, on the API's port."""


class Receivers(Section):
    """What is taken in; both receivers are always there, and named in pipelines."""

    otlp: OtlpReceiver | None = None
    braintrust: BraintrustReceiver | None = None


class FileStorage(Section):
    """The data folder with the spool, in which every request is durable before it is acknowledged."""

    directory: Path | None = None
    """The folder; made where it does not exist; one sidecar at a time."""
    segment_size: Size | None = None
    """A spool file that has reached this is left for a new one."""
    waiting_size: Size | None = None
    """Requests that may wait in memory for the disk; more get 503 or UNAVAILABLE and come back."""
    max_size: Size | None = None
    """Size of the spool above which requests get 503 or UNAVAILABLE: what was acknowledged is never dropped to make room."""
    min_free: Size | None = None
    """Free bytes of the disk below which requests get 503 or UNAVAILABLE."""
    keep_size: Size | None = None
    """Delivered requests stay for a replay while the spool is not larger than this."""
    keep: Duration | None = None
    """Delivered requests older than this go in any case."""


class Api(Section):
    """The API and all that is asked of the sidecar."""

    endpoint: Endpoint | None = None
    """Where it is; takes OTLP over HTTP too."""
    tls: HttpTls | None = None
    cors: Cors | None = None
    read_wait: Duration | None = None
    """How long a query waits for what was acknowledged before it; then it answers with what is there."""


class KeysExtension(Section):
    """Who is answered; keys are made with `otel-bridge-collector keys`."""

    required: bool | None = None
    """Nobody is answered without a key, even while there is none."""
    allow_anyone: bool | None = None
    """Listens on addresses that others reach, without any key."""


class MemoryLimiter(Section):
    """How much memory the sidecar may take; what bounds one part of it has its default from here."""

    limit_mib: Annotated[int, Field(ge=budget.SMALLEST_LIMIT_MIB)] | None = None
    """Of the whole process; above it requests get 503 or UNAVAILABLE and come back."""


class Canary(Section):
    """Proves that masking at the door works: sends made-up secrets through every way in, and looks for them in what was kept."""

    interval: Duration | None = None
    """How often, beside each start and reload; 0 for never. Without rules at the door nothing is sent."""


class HealthCheck(Section):
    """The probes on a port of their own, plain HTTP and without keys, from before the data folder is read until all else has stopped."""

    endpoint: Endpoint = Address(host="127.0.0.1", port=13133)
    """Where it is; `/` says what `/readyz` says."""


class Extensions(Section):
    """What is there beside the flow of data."""

    file_storage: FileStorage | None = None
    api: Api | None = None
    keys: KeysExtension | None = None
    tls: TlsExtension | None = None
    memory_limiter: MemoryLimiter | None = None
    health_check: HealthCheck | None = None
    quotas: Quotas | None = None
    retention: Retention | None = None
    online_scoring: OnlineScoring | None = None
    functions: Functions | None = None
    proxy: Proxy | None = None
    canary: Canary | None = None


class Logs(Section):
    """The sidecar's own logs, on stderr."""

    level: LogLevel | None = None
    """From which level on a line is written."""
    encoding: LogEncoding | None = None
    """Lines for people, or one JSON object a line."""


class Telemetry(Section):
    """What the sidecar says of itself."""

    logs: Logs | None = None
    metrics: Metrics | None = None


class Pipeline(Section):
    """What goes to some exporters, and what is done to it before."""

    receivers: Annotated[tuple[ComponentId, ...], Field(min_length=1)]
    """Where it comes from."""
    processors: tuple[ComponentId, ...] = ()
    """What is done to it, in this order."""
    exporters: Annotated[tuple[ComponentId, ...], Field(min_length=1)]
    """Where it goes."""


class Service(Section):
    """What of the above is used, and how."""

    extensions: tuple[ComponentId, ...] = ()
    """As in the Collector; those that are configured are there in any case."""
    telemetry: Telemetry | None = None
    pipelines: Mapping[ComponentId, Pipeline] = Field(default_factory=dict[str, Pipeline])
    """`traces` or `logs`, or `traces/NAME`: what is sent where. An exporter stands in one pipeline of a signal."""
    translation_process: TranslationProcess | None = None
    """`auto`: while much comes in, and there is a second core, it is translated in a process of its own, which takes some 40 MB; `off`: never."""
    native_translation: Native | None = None
    """`auto`: ordinary spans are translated by compiled code where the package `otel-bridge-native` is installed; `off`: Python translates all."""
    drain_timeout: Duration | None = None
    """How long the whole shutdown may take after SIGTERM: requests that run have half of it, destinations most of the rest."""


class Config(Section):
    """A configuration file."""

    receivers: Receivers | None = None
    processors: Annotated[Mapping[ComponentId, Processor], BeforeValidator(with_types)] = Field(
        default_factory=dict[str, Processor]
    )
    """Steps by name; a pipeline says where each is used."""
    exporters: Annotated[Mapping[ComponentId, Exporter], BeforeValidator(with_types)] = Field(
        default_factory=dict[str, Exporter]
    )
    """Destinations by name; a pipeline says what each gets."""
    providers: Mapping[ProviderName, Provider] = Field(default_factory=dict[str, Provider])
    """Model providers by name, which the proxy, functions and judges ask."""
    extensions: Extensions | None = None
    service: Service | None = None
