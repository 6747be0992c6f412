"""TLS of the ports: which certificate each shows, and whose it asks for. It opens no file."""

from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator

from otel_bridge_collector.config.section import Section
from otel_bridge_collector.config.units import Duration

TlsVersion: TypeAlias = Literal["1.2", "1.3"]


def _as_text(value: object) -> object:
    """Take `1.3` as it stands in YAML without quotes."""
    return str(value) if isinstance(value, float) else value


def _only_1_2(value: object) -> object:
    if _as_text(value) not in ("1.2", None):
        raise ValueError("gRPC's library takes TLS 1.2 and 1.3 and cannot be told to take less: leave it out")
    return _as_text(value)


class TlsExtension(Section):
    """The certificate of every port, as far as the port's own `tls` says nothing else."""

    cert_file: Path | None = None
    """The certificate and those between it and the root, PEM; a port with one speaks TLS and nothing else."""
    key_file: Path | None = None
    """Its key, PEM, not encrypted."""
    client_ca_file: Path | None = None
    """Certificates of those who sign clients' certificates, PEM; only clients that have one are answered then (mTLS)."""
    reload_interval: Duration | None = None
    """How often it is looked whether the files changed; 0 for never. SIGHUP reads them in any case."""


class GrpcTls(TlsExtension):
    """TLS of this port; what it does not say, `extensions.tls` says."""

    min_version: Annotated[Literal["1.2"] | None, BeforeValidator(_only_1_2)] = None
    """The oldest version that is spoken."""


class HttpTls(TlsExtension):
    """TLS of this port; what it does not say, `extensions.tls` says."""

    min_version: Annotated[TlsVersion | None, BeforeValidator(_as_text)] = None
    """The oldest version that is spoken, 1.2 unless given."""
