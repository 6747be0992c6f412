"""Settings of the sidecar: the one reader of its environment. It opens nothing.

Precedence: argument of the command line > `OTEL_BRIDGE_*` > default. Every setting stands in docs/settings.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from otel_bridge.contract.parent import DEFAULT_PARENT, parse_parent
from otel_bridge_collector.errors import SettingsError

_PREFIX: Final = "OTEL_BRIDGE_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen; port 0 stands for any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: object) -> Address:
    """Read `HOST:PORT`; an IPv6 host stands in brackets, and the URL that `serve` prints will do.

    Raises:
        ValueError: it is neither that nor an `Address`.
    """
    if isinstance(text, Address):
        return text
    host, colon, port = str(text).removeprefix("http://").rstrip("/").rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - ports
        raise ValueError("expected HOST:PORT, for example 127.0.0.1:4318")
    return Address(host=host, port=int(port))


def _check_parent(text: object) -> object:
    parse_parent(str(text))
    return text


Listen: TypeAlias = Annotated[Address, NoDecode, BeforeValidator(parse_address)]


class Settings(BaseSettings):
    """What the sidecar can be told; docs/settings.md describes each."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "otel-bridge")
    otlp_grpc: Listen = Address(host="127.0.0.1", port=4317)
    otlp_http: Listen = Address(host="127.0.0.1", port=4318)
    api: Listen = Address(host="127.0.0.1", port=8585)
    default_parent: Annotated[str, BeforeValidator(_check_parent)] = DEFAULT_PARENT
    max_body_bytes: PositiveInt = 64 << 20
    spool_segment_bytes: PositiveInt = 64 << 20
    spool_waiting_bytes: PositiveInt = 128 << 20
    spool_keep_bytes: int = Field(default=1 << 30, ge=0)
    spool_keep_s: float = Field(default=7 * 86_400.0, ge=0)
    store_memory_mb: PositiveInt = 1024
    read_wait_s: float = Field(default=5.0, ge=0)
    drain_s: PositiveFloat = 10.0
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def load_settings(**arguments: object) -> Settings:
    """Return the settings; an argument that is None counts as not given.

    Raises:
        SettingsError: one of them cannot be used.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings.model_validate(given) if not given else Settings(**given)  # type: ignore[arg-type]  # checked by the model
    except ValidationError as error:
        faults = "; ".join(f"{_source(fault['loc'], given)}: {fault['msg']}" for fault in error.errors())
        raise SettingsError(f"cannot use these settings: {faults}") from error


def _source(place: tuple[int | str, ...], given: Mapping[str, object]) -> str:
    """Return the name of a setting where the user wrote it: a flag or a variable."""
    name = str(place[0])
    return f"--{name.replace('_', '-')}" if name in given else f"{_PREFIX}{name.upper()}"
