"""Settings of the sidecar: the one reader of its environment, on top of its configuration file. It opens nothing else.

Precedence: argument of the command line > `OTEL_BRIDGE_*` > configuration > default. Every setting stands in
docs/settings.md, and what only the configuration has in docs/config.md.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias, cast

from pydantic import AliasChoices, BeforeValidator, Field, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from otel_bridge.contract.parent import DEFAULT_PARENT, parse_parent
from otel_bridge_collector.config import budget
from otel_bridge_collector.config.address import Address, parse_address
from otel_bridge_collector.config.cors import Origins
from otel_bridge_collector.config.document import Path as Place
from otel_bridge_collector.config.load import Loaded, Sources, load_config
from otel_bridge_collector.config.model import Config, LogEncoding, LogLevel, Native, TranslationProcess
from otel_bridge_collector.errors import SettingsError

__all__ = ["IN_CONFIG", "Address", "Settings", "config_sources", "load_settings", "parse_address", "place_of"]

_PREFIX: Final = "OTEL_BRIDGE_"

IN_CONFIG: Final[Mapping[str, str]] = {
    "data_dir": "extensions.file_storage.directory",
    "otlp_grpc": "receivers.otlp.protocols.grpc.endpoint",
    "otlp_http": "receivers.otlp.protocols.http.endpoint",
    "api": "extensions.api.endpoint",
    "health_check": "extensions.health_check.endpoint",
    "tls_cert_file": "extensions.tls.cert_file",
    "tls_key_file": "extensions.tls.key_file",
    "tls_client_ca_file": "extensions.tls.client_ca_file",
    "tls_reload_interval_s": "extensions.tls.reload_interval",
    "otlp_http_origins": "receivers.otlp.protocols.http.cors.allowed_origins",
    "api_origins": "extensions.api.cors.allowed_origins",
    "require_keys": "extensions.keys.required",
    "allow_anyone": "extensions.keys.allow_anyone",
    "default_parent": "receivers.otlp.default_parent",
    "media_as_attachments": "receivers.otlp.media_as_attachments",
    "media_min_bytes": "receivers.otlp.media_min_size",
    "max_body_bytes": "receivers.otlp.max_request_size",
    "max_inflight_bytes": "receivers.otlp.max_inflight_size",
    "read_timeout_s": "receivers.otlp.read_timeout",
    "native": "receivers.otlp.native",
    "memory_limit_mb": "extensions.memory_limiter.limit_mib",
    "quota_bytes_per_s": "extensions.quotas.bytes_per_second",
    "quota_spans_per_s": "extensions.quotas.spans_per_second",
    "quota_burst_s": "extensions.quotas.burst",
    "spool_segment_bytes": "extensions.file_storage.segment_size",
    "spool_waiting_bytes": "extensions.file_storage.waiting_size",
    "spool_max_bytes": "extensions.file_storage.max_size",
    "spool_min_free_bytes": "extensions.file_storage.min_free",
    "spool_keep_bytes": "extensions.file_storage.keep_size",
    "spool_keep_s": "extensions.file_storage.keep",
    "retention_interval_s": "extensions.retention.interval",
    "retention_logs_s": "extensions.retention.logs.max_age",
    "retention_logs_bytes": "extensions.retention.logs.max_size",
    "canary_interval_s": "extensions.canary.interval",
    "store_memory_mb": "exporters.store.memory_mib",
    "read_wait_s": "extensions.api.read_wait",
    "translation_process": "service.translation_process",
    "native_translation": "service.native_translation",
    "drain_s": "service.drain_timeout",
    "log_level": "service.telemetry.logs.level",
    "log_encoding": "service.telemetry.logs.encoding",
}
"""Setting -> its place in the configuration."""


def _check_parent(text: object) -> object:
    parse_parent(str(text))
    return text


OptionalFile: TypeAlias = Annotated[Path | None, BeforeValidator(lambda path: path or None)]
"""A file; an empty variable is as good as none."""


def _share(part: Callable[[int], int]) -> Callable[[dict[str, Any]], int]:
    """Return the default of a setting that bounds one part of the memory; the limit itself may be at fault."""
    return lambda given: part(given.get("memory_limit_mb", budget.DEFAULT_LIMIT_MIB))


class ClientSettings(BaseSettings):
    """What the commands that ask a sidecar need beside its address."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    api_key: str = Field(
        default="", validation_alias=AliasChoices("OTEL_BRIDGE_API_KEY", "BRAINTRUST_API_KEY")
    )
    api_url: str = Field(default="", validation_alias="BRAINTRUST_API_URL")
    ca_file: OptionalFile = Field(default=None, validation_alias="OTEL_BRIDGE_CA_FILE")
    client_cert_file: OptionalFile = Field(default=None, validation_alias="OTEL_BRIDGE_CLIENT_CERT_FILE")
    client_key_file: OptionalFile = Field(default=None, validation_alias="OTEL_BRIDGE_CLIENT_KEY_FILE")


Listen: TypeAlias = Annotated[Address, NoDecode, BeforeValidator(parse_address)]


class Settings(BaseSettings):
    """What the sidecar can be told; docs/settings.md describes each."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "otel-bridge")
    otlp_grpc: Listen = Address(host="127.0.0.1", port=4317)
    otlp_http: Listen = Address(host="127.0.0.1", port=4318)
    api: Listen = Address(host="127.0.0.1", port=8585)
    health_check: Annotated[
        Address | None, NoDecode, BeforeValidator(lambda text: parse_address(text) if text else None)
    ] = None
    default_parent: Annotated[str, BeforeValidator(_check_parent)] = DEFAULT_PARENT
    media_as_attachments: bool = True
    media_min_bytes: int = Field(default=0, ge=0)
    tls_cert_file: OptionalFile = None
    tls_key_file: OptionalFile = None
    tls_client_ca_file: OptionalFile = None
    tls_reload_interval_s: float = Field(default=10.0, ge=0)
    otlp_http_origins: Annotated[Origins, NoDecode] = ()
    api_origins: Annotated[Origins, NoDecode] = ()
    require_keys: bool = False
    allow_anyone: bool = False
    memory_limit_mb: int = Field(default=budget.DEFAULT_LIMIT_MIB, ge=budget.SMALLEST_LIMIT_MIB)
    max_body_bytes: PositiveInt = Field(default_factory=_share(budget.request_bytes))
    max_inflight_bytes: PositiveInt = Field(default_factory=_share(budget.inflight_bytes))
    read_timeout_s: PositiveFloat = 10.0
    native: Native = "auto"
    quota_bytes_per_s: PositiveInt | None = None
    quota_spans_per_s: PositiveFloat | None = None
    quota_burst_s: PositiveFloat = 10.0
    spool_segment_bytes: PositiveInt = 64 << 20
    spool_waiting_bytes: PositiveInt = Field(default_factory=_share(budget.waiting_bytes))
    spool_max_bytes: PositiveInt = 16 << 30
    spool_min_free_bytes: int = Field(default=256 << 20, ge=0)
    spool_keep_bytes: int = Field(default=1 << 30, ge=0)
    spool_keep_s: float = Field(default=7 * 86_400.0, ge=0)
    store_memory_mb: PositiveInt = Field(default_factory=_share(budget.store_mb))
    retention_interval_s: PositiveFloat = 3600.0
    retention_logs_s: float | None = Field(default=None, ge=0)
    retention_logs_bytes: int | None = Field(default=None, ge=0)
    canary_interval_s: float = Field(default=3600.0, ge=0)
    read_wait_s: float = Field(default=5.0, ge=0)
    translation_process: TranslationProcess = "auto"
    native_translation: Native = "auto"
    drain_s: PositiveFloat = 10.0
    log_level: LogLevel = "info"
    log_encoding: LogEncoding = "console"
    config: Annotated[Config, NoDecode] = Field(default_factory=Config, exclude=True)


def config_sources(files: Sequence[str] = (), assignments: Sequence[str] = ()) -> Sources:
    """Return where the configuration comes from: arguments, or `OTEL_BRIDGE_CONFIG` and `OTEL_BRIDGE_SET` where there are none.

    Both variables take several values, one a line.
    """
    environment = dict(os.environ)  # noqa: TID251 - this is the reader

    def lines(name: str) -> list[str]:
        return [line.strip() for line in environment.get(_PREFIX + name, "").splitlines() if line.strip()]

    return Sources(
        files=list(files) or lines("CONFIG"),
        assignments=[*lines("SET"), *assignments],
        environment=environment,
    )


def load_settings(sources: Sources | None = None, **arguments: object) -> Settings:
    """Return the settings; an argument that is None counts as not given.

    Args:
        sources: where the configuration comes from; None for none but what the environment names.
        arguments: settings by name.

    Raises:
        SettingsError: one of them cannot be used.
    """
    loaded = load_config(sources if sources is not None else config_sources())
    given = {name: value for name, value in arguments.items() if value is not None}
    in_environment = {name.upper() for name, value in os.environ.items() if value}  # noqa: TID251 - this is the reader
    configured = {
        name: value
        for name, path in IN_CONFIG.items()
        if (value := _value_at(loaded.config, path)) is not None
        and _PREFIX + name.upper() not in in_environment
    }
    try:
        return Settings(**{**configured, **given, "config": loaded.config})  # type: ignore[arg-type]  # checked by the model
    except ValidationError as error:
        faults = "; ".join(
            f"{_source(fault['loc'], given, configured, loaded)}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
            if fault["type"]
            != "default_factory_not_called"  # what another setting would follow from is at fault
        )
        raise SettingsError(f"cannot use these settings: {faults}") from error


def place_of(name: str) -> Place:
    """Return the path of a setting in the configuration."""
    return tuple(IN_CONFIG[name].split("."))


def _value_at(config: Config, path: str) -> object:
    value: object = config
    for step in path.split("."):
        value = _step(value, step)
    return value


def _step(value: object, step: str) -> object:
    if isinstance(value, Mapping):
        return cast("Mapping[str, object]", value).get(step)
    return getattr(value, step, None)


def _source(
    place: tuple[int | str, ...],
    given: Mapping[str, object],
    configured: Mapping[str, object],
    loaded: Loaded,
) -> str:
    """Return the name of a setting where the user wrote it: a flag, a variable, or a line of the configuration."""
    name = str(place[0])
    if name in given:
        return f"--{name.replace('_', '-')}"
    if name in configured:
        return f"{loaded.places.get(place_of(name), loaded.source)}: {IN_CONFIG[name]}"
    return f"{_PREFIX}{name.upper()}"
