"""Settings of the app side, read from the environment once; the only module that reads it.

Precedence: argument > `OTEL_BRIDGE_*` and `BRAINTRUST_*` > `OTEL_*` > default. Each setting is described in
docs/settings.md. What OpenTelemetry's own exporter reads (headers, certificates, timeout, compression) stays
with it.
"""

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias, cast, get_args
from urllib.parse import urlsplit

from otel_bridge.deployment import detect_environment
from otel_bridge.dotenv import read_variables
from otel_bridge.variables import Variables, http_url

LOCAL_SIDECAR: Final = "http://127.0.0.1:4318"
LOCAL_API: Final = "http://127.0.0.1:8585"
APP_URL: Final = "https://www.braintrust.dev"
DEFAULT_BATCH_BYTES: Final = 8 * 1024 * 1024
DEFAULT_QUEUE_BYTES: Final = 128 * 1024 * 1024
"""Some 60,000 small spans, or 16,000 model calls of 6 KB: two seconds of what an app makes as fast as it can."""

ContentMode: TypeAlias = Literal["auto", "braintrust", "genai", "both"]
"""Where chat messages that survive the conversion to GenAI messages go.

| mode | attributes |
| --- | --- |
| `auto` | of an llm span: the `gen_ai.*.messages` alone |
| `genai` | of a span of any type: the `gen_ai.*.messages` alone |
| `both` | of an llm span: the `gen_ai.*.messages` beside `braintrust.*_json` |
| `braintrust` | `braintrust.*_json` alone |

Whatever is not such a list of messages is in `braintrust.*_json` in every mode.
"""

ProviderMode: TypeAlias = Literal["attach", "isolated", "global"]
"""Which tracer provider our spans go through (`configure`)."""

MaskName: TypeAlias = Literal["secrets", "emails", "card_numbers", "phone_numbers"]
"""Rule sets of masking that need no argument (`otel_bridge.masking`)."""

Destination: TypeAlias = tuple[object, ...]

PROMPT_CACHE: Final = "~/.cache/otel-bridge/prompts"

SERVERLESS: Final = (
    "AWS_LAMBDA_FUNCTION_NAME",
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTION_TARGET",
    "K_SERVICE",
)
"""Variables of places that freeze a process between two requests: AWS Lambda, Azure Functions, Google Cloud Run
functions, Cloud Run."""

_NEVER_MS: Final = 365 * 24 * 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where to send.

    Attributes:
        traces: full URL for spans.
        logs: full URL for feedback and updates.
        takes_key: whether the destination is a sidecar or Braintrust, and so may see the API key.
    """

    traces: str = f"{LOCAL_SIDECAR}/v1/traces"
    logs: str = f"{LOCAL_SIDECAR}/v1/logs"
    takes_key: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Where projects and attachments are, and links lead to.

    Attributes:
        api_url: the Braintrust API, or None when the login is to say; a sidecar is both.
        app_url: where to log in.
        proxy_url: where functions are invoked, or None when the login is to say.
        public_url: what links begin with, or None for `app_url`.
        org_name: the organisation, or None for the first one of the key.
        is_local: whether nobody named a Braintrust: the sidecar needs no key and no login.
        leads_to_page: whether links can begin with `app_url`; spans may go where the page of no sidecar is known.
        is_sidecar: whether our own variable names it, and it is not Braintrust's: without a key it is asked without a login.
        timeout_s: of a request.
        ca_file: as `Settings.ca_file`.
    """

    api_url: str | None = LOCAL_API
    app_url: str = LOCAL_API
    proxy_url: str | None = None
    public_url: str | None = None
    org_name: str | None = None
    is_local: bool = True
    leads_to_page: bool = True
    is_sidecar: bool = False
    timeout_s: float = 60.0
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says; arguments are laid over it with `dataclasses.replace`.

    Attributes:
        endpoints: where to send.
        plane: where projects and attachments are.
        api_key: key for the destination, or None.
        ca_file: certificates that are trusted for all that the app side asks, instead of all others, or None for those that
            OpenTelemetry's exporter and `requests` trust.
        parent: where spans go that name no parent, or None for the current logger's project.
        accept_parent_baggage: whether `braintrust.parent` in the baggage may choose a span's parent.
        content_mode: where chat messages go.
        mask: rule sets that every value passes before it leaves, in this order, beside the function that code sets.
        queue_size: spans that may wait; one more is dropped and counted.
        queue_bytes: memory that waiting spans may take, as estimated; likewise.
        batch_size: spans of one request, at most.
        batch_bytes: size of one request, at most, as estimated; a larger span travels alone.
        schedule_delay_ms: how long an ended span waits for others.
        flush_timeout_ms: how long `flush()` may block.
        shutdown_timeout_ms: how long the exit of the process may be held up.
        retry_timeout_ms: how long an outage of the destination is waited out before what waits is lost.
        flush_on_root_end: whether the end of a local root waits until its trace was sent.
        flush_at_exit: whether what waits is sent when the process ends.
        sync_flush: whether nothing is sent in the background, only by flushes and at the exit, and `flush()` raises when
            something was lost.
        ignore_parent_sampling: whether headers that say "not sampled" are disobeyed.
        flush_on_sigterm: whether SIGTERM sends what waits before it ends the process, or the app's handler is called.
        receipts: whether each request of spans says what became of all spans until then (`contract.receipt`).
        internal_metrics: whether what is accepted, delivered and lost is told as OTel metrics.
        max_generator_items: values that a traced generator may give to have an output; -1 for no limit, 0 for none.
        instrument_threads: whether threads go on in the context of whoever starts them.
        environment_type: kind of place where the process runs (`server`, `ci`, `local`), or None.
        environment_name: its name, or None.
        provider_mode: which tracer provider our spans go through.
        credential_provider: name of the plugin that gives OpenTelemetry's exporter its session, or None.
        prompt_cache_dir: folder of the prompts that stand in while the server is away; `~` is the home.
        prompt_cache_memory_size: prompts that are kept in memory for that.
        prompt_cache_disk_size: prompts that are kept in the folder; 0 for none.
    """

    endpoints: Endpoints = field(default_factory=Endpoints)
    plane: Plane = field(default_factory=Plane)
    # Tools that report errors show what local variables look like.
    api_key: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    parent: str | None = None
    accept_parent_baggage: bool = True
    content_mode: ContentMode = "auto"
    mask: tuple[MaskName, ...] = ()
    queue_size: int = 100_000
    queue_bytes: int = DEFAULT_QUEUE_BYTES
    batch_size: int = 512
    batch_bytes: int = DEFAULT_BATCH_BYTES
    schedule_delay_ms: int = 1_000
    flush_timeout_ms: int = 10_000
    shutdown_timeout_ms: int = 2_000
    retry_timeout_ms: int = 300_000
    flush_on_root_end: bool = False
    flush_at_exit: bool = True
    sync_flush: bool = False
    ignore_parent_sampling: bool = False
    flush_on_sigterm: bool = True
    receipts: bool = True
    internal_metrics: bool = False
    max_generator_items: int = 1_000
    instrument_threads: bool = False
    environment_type: str | None = None
    environment_name: str | None = None
    provider_mode: ProviderMode = "attach"
    credential_provider: str | None = None
    prompt_cache_dir: str = PROMPT_CACHE
    prompt_cache_memory_size: int = 1_024
    prompt_cache_disk_size: int = 1_024

    def destination(self, headers: Mapping[str, str] | None = None) -> "Destination":
        """Return what tells two places apart to which spans are sent: URL, key and further headers."""
        return (self.endpoints.traces, self.api_key, *sorted((headers or {}).items()))

    @property
    def queue_room(self) -> int:
        """Size of OpenTelemetry's queue: it sends by itself when it is full, so one more where that is not wanted."""
        return self.queue_size + 1 if self.sync_flush else self.queue_size

    @property
    def export_size(self) -> int:
        """Spans with which OpenTelemetry's queue sends by itself, and of one export at most."""
        return self.queue_room if self.sync_flush else min(self.batch_size, self.queue_size)

    @property
    def export_delay_ms(self) -> int:
        """After which OpenTelemetry's queue sends by itself."""
        return _NEVER_MS if self.sync_flush else self.schedule_delay_ms

    @property
    def patience_ms(self) -> int:
        """How long an outage is waited out: not at all where a flush has to say how it went."""
        return 0 if self.sync_flush else self.retry_timeout_ms

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an empty variable counts as absent.

        Args:
            environment: the variables; None for those of the process.

        Raises:
            SettingsError: a variable holds a value that cannot be used.
        """
        read = Variables(_variables() if environment is None else environment)
        environment_type, environment_name = _environment(read)
        endpoints = _endpoints(read)
        return cls(
            endpoints=endpoints,
            plane=_plane(read, endpoints),
            api_key=read.text("OTEL_BRIDGE_API_KEY", "BRAINTRUST_API_KEY"),
            ca_file=read.file("OTEL_BRIDGE_CA_FILE"),
            parent=read.parent("OTEL_BRIDGE_PARENT", "BRAINTRUST_PARENT"),
            accept_parent_baggage=read.switch("OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE", default=True),
            content_mode=cast("ContentMode", read.choice("OTEL_BRIDGE_CONTENT_MODE", get_args(ContentMode))),
            mask=cast("tuple[MaskName, ...]", read.choices("OTEL_BRIDGE_MASK", get_args(MaskName))),
            queue_size=read.count(
                "OTEL_BRIDGE_QUEUE_SIZE", "BRAINTRUST_QUEUE_SIZE", default=100_000, least=1
            ),
            queue_bytes=read.count("OTEL_BRIDGE_QUEUE_BYTES", default=DEFAULT_QUEUE_BYTES, least=1),
            batch_size=read.count(
                "OTEL_BRIDGE_BATCH_SIZE",
                "BRAINTRUST_DEFAULT_BATCH_SIZE",
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
                default=512,
                least=1,
            ),
            batch_bytes=read.count(
                "OTEL_BRIDGE_BATCH_BYTES", "BRAINTRUST_MAX_REQUEST_SIZE", default=DEFAULT_BATCH_BYTES, least=1
            ),
            schedule_delay_ms=read.count(
                "OTEL_BRIDGE_SCHEDULE_DELAY_MS", "OTEL_BSP_SCHEDULE_DELAY", default=1_000, least=1
            ),
            flush_timeout_ms=read.count("OTEL_BRIDGE_FLUSH_TIMEOUT_MS", default=10_000, least=0),
            shutdown_timeout_ms=read.count("OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS", default=2_000, least=0),
            retry_timeout_ms=read.count("OTEL_BRIDGE_RETRY_TIMEOUT_MS", default=300_000, least=0),
            flush_on_root_end=read.switch(
                "OTEL_BRIDGE_FLUSH_ON_ROOT_END", default=read.text(*SERVERLESS) is not None
            ),
            flush_at_exit=not read.switch("BRAINTRUST_DISABLE_ATEXIT_FLUSH", default=False),
            sync_flush=read.switch("BRAINTRUST_SYNC_FLUSH", default=False),
            ignore_parent_sampling=read.switch("BRAINTRUST_IGNORE_PARENT_SAMPLING", default=False),
            flush_on_sigterm=read.switch("OTEL_BRIDGE_FLUSH_ON_SIGTERM", default=True),
            receipts=read.switch("OTEL_BRIDGE_RECEIPTS", default=True),
            internal_metrics=read.switch("OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED", default=False),
            max_generator_items=read.count("BRAINTRUST_MAX_GENERATOR_ITEMS", default=1_000, least=-1),
            instrument_threads=read.switch("BRAINTRUST_INSTRUMENT_THREADS", default=False),
            environment_type=environment_type,
            environment_name=environment_name,
            provider_mode=cast(
                "ProviderMode", read.choice("OTEL_BRIDGE_TRACER_PROVIDER", get_args(ProviderMode))
            ),
            credential_provider=read.text(
                "OTEL_PYTHON_EXPORTER_OTLP_HTTP_TRACES_CREDENTIAL_PROVIDER",
                "OTEL_PYTHON_EXPORTER_OTLP_HTTP_CREDENTIAL_PROVIDER",
            ),
            prompt_cache_dir=read.text("BRAINTRUST_PROMPT_CACHE_DIR") or PROMPT_CACHE,
            prompt_cache_memory_size=read.count(
                "BRAINTRUST_PROMPT_CACHE_MEMORY_MAX_SIZE", default=1_024, least=1
            ),
            prompt_cache_disk_size=read.count(
                "BRAINTRUST_PROMPT_CACHE_DISK_MAX_SIZE", default=1_024, least=0
            ),
        )


def process_environment() -> MutableMapping[str, str]:
    """Return the variables of the process, for those who set what others read."""
    return os.environ  # noqa: TID251 - the one place


def with_arguments(
    settings: Settings, api_key: str | None, parent: str | None, api_url: str | None
) -> Settings:
    """Return `settings` with the arguments of a processor over them; None leaves a setting as it is.

    Raises:
        SettingsError: `api_url` is no HTTP URL.
    """
    return replace(
        settings,
        api_key=api_key or settings.api_key,
        parent=parent or settings.parent,
        endpoints=api_endpoints(api_url) if api_url else settings.endpoints,
    )


def api_endpoints(api_url: str) -> Endpoints:
    """Return the OTLP endpoints behind the URL of a Braintrust API.

    Raises:
        SettingsError: `api_url` is no HTTP URL.
    """
    base = f"{http_url('the API URL', api_url)}/otel"
    return Endpoints(traces=f"{base}/v1/traces", logs=f"{base}/v1/logs")


def base_endpoints(name: str, url: str) -> Endpoints:
    """Return the OTLP endpoints below a base URL.

    Raises:
        SettingsError: `url`, the value of `name`, is no HTTP URL.
    """
    base = http_url(name, url)
    return Endpoints(traces=f"{base}/v1/traces", logs=f"{base}/v1/logs")


def _variables() -> Mapping[str, str]:
    """The environment of the process, and what a `.env.braintrust` says where it is silent."""
    said = {name: value for name, value in os.environ.items() if value.strip()}  # noqa: TID251 - the one place
    return {**read_variables(), **said}


def origin(url: str) -> str:
    """Return scheme, host and port of `url`, which may be shown: paths, queries and user names may hold secrets."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc.rpartition('@')[2]}"


def _endpoints(read: Variables) -> Endpoints:
    if base := read.url("OTEL_BRIDGE_ENDPOINT"):
        return base_endpoints("OTEL_BRIDGE_ENDPOINT", base)
    if api_url := read.url("BRAINTRUST_API_URL"):
        return api_endpoints(api_url)
    base = read.url("OTEL_EXPORTER_OTLP_ENDPOINT")
    traces, logs = (
        read.url(f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT") or (base and f"{base}/v1/{signal}")
        for signal in ("traces", "logs")
    )
    default = Endpoints()
    return Endpoints(
        traces=traces or default.traces, logs=logs or default.logs, takes_key=not (traces or logs)
    )


def _plane(read: Variables, endpoints: Endpoints) -> Plane:
    sidecar_url = read.url("OTEL_BRIDGE_API_URL")
    api_url = sidecar_url or read.url("BRAINTRUST_API_URL")
    app_url = read.url("BRAINTRUST_APP_URL")
    is_local = api_url is None and app_url is None
    endpoint, public_url = read.url("OTEL_BRIDGE_ENDPOINT"), read.url("BRAINTRUST_APP_PUBLIC_URL")
    local = _api_beside(endpoint)
    return Plane(
        api_url=local if is_local else api_url,
        app_url=local if is_local else app_url or _app_of(api_url),
        proxy_url=read.url("BRAINTRUST_PROXY_URL"),
        public_url=public_url,
        org_name=read.text("BRAINTRUST_ORG_NAME"),
        is_local=is_local,
        leads_to_page=bool(not is_local or endpoint or public_url) or _is_default_sidecar(endpoints),
        is_sidecar=sidecar_url is not None and app_url is None and _app_of(sidecar_url) == sidecar_url,
        timeout_s=read.seconds("BRAINTRUST_HTTP_TIMEOUT", 60.0),
        ca_file=read.file("OTEL_BRIDGE_CA_FILE"),
    )


def _api_beside(endpoint: str | None) -> str:
    """The API of the sidecar whose OTLP port `endpoint` is; its API port takes OTLP too."""
    if endpoint is None:
        return LOCAL_API
    split = urlsplit(endpoint)
    host = split.netloc.rpartition("@")[2].removesuffix(f":{split.port}")
    is_otlp = split.port == urlsplit(LOCAL_SIDECAR).port
    return f"{split.scheme}://{host}:{urlsplit(LOCAL_API).port}" if is_otlp else endpoint


def _is_default_sidecar(endpoints: Endpoints) -> bool:
    """Whether spans go to the sidecar on this machine, at the port that it has unless told otherwise."""
    split, local = urlsplit(endpoints.traces), urlsplit(LOCAL_SIDECAR)
    return split.port == local.port and split.hostname in {local.hostname, "localhost", "::1"}


def _app_of(api_url: str | None) -> str:
    """The app of an API: Braintrust's own, or that of a sidecar, which answers for both."""
    host = urlsplit(api_url or APP_URL).hostname or ""
    return (
        APP_URL if api_url is None or host.endswith((".braintrust.dev", ".braintrustdata.com")) else api_url
    )


def _environment(read: Variables) -> tuple[str | None, str | None]:
    """Type and name of the place where the process runs."""
    kind = read.text("OTEL_BRIDGE_ENVIRONMENT_TYPE", "BRAINTRUST_ENVIRONMENT_TYPE")
    name = read.text("OTEL_BRIDGE_ENVIRONMENT_NAME", "BRAINTRUST_ENVIRONMENT_NAME")
    found: Mapping[str, str] = {} if kind or name else detect_environment(read.given)
    return kind or found.get("type"), name or found.get("name")
