"""Which files a port's TLS is made of, as configuration, environment and flags say. It opens none of them."""

from dataclasses import dataclass
from pathlib import Path

from otel_bridge_collector.config.model import Config
from otel_bridge_collector.config.server_tls import HttpTls, TlsExtension, TlsVersion
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Where a port's certificate is, as the configuration says.

    Attributes:
        option: the command line's name of the port, for messages.
        client_ca_file: None where clients need no certificate.
    """

    option: str
    cert_file: Path
    key_file: Path
    client_ca_file: Path | None
    min_version: TlsVersion
    reload_interval_s: float

    def paths(self) -> tuple[Path, ...]:
        """Return the files."""
        return tuple(path for path in (self.cert_file, self.key_file, self.client_ca_file) if path)


def tls_files(settings: Settings) -> dict[str, TlsFiles | None]:
    """Return where the certificate of each port is; None for a port without.

    Raises:
        SettingsError: only a part of it is said.
    """
    return {name: _files(name, own, settings) for name, own in _own(settings.config).items()}


def tls_changes(old: Settings, new: Settings) -> list[str]:
    """Return what changed beside the contents of files and needs a new start, as it is told in the log."""
    before, after = tls_files(old), tls_files(new)
    return [
        f"TLS on --{name.replace('_', '-')} stays as it was: its new settings need a new start"
        for name in before
        if before[name] != after[name]
    ]


def _own(config: Config) -> dict[str, TlsExtension | None]:
    protocols = config.receivers and config.receivers.otlp and config.receivers.otlp.protocols
    ports = {
        "otlp_grpc": protocols and protocols.grpc,
        "otlp_http": protocols and protocols.http,
        "api": config.extensions and config.extensions.api,
    }
    return {name: port.tls if port else None for name, port in ports.items()}


def _files(name: str, own: TlsExtension | None, settings: Settings) -> TlsFiles | None:
    own = own or TlsExtension()
    cert_file = own.cert_file or settings.tls_cert_file
    key_file = own.key_file or settings.tls_key_file
    client_ca_file = own.client_ca_file or settings.tls_client_ca_file
    option = f"--{name.replace('_', '-')}"
    if cert_file is None and key_file is None and client_ca_file is None:
        return None
    if cert_file is None or key_file is None:
        raise SettingsError(
            f"TLS on {option} needs both cert_file and key_file: say them in its tls section, or for all ports with"
            " --tls-cert-file and --tls-key-file"
        )
    interval_s = own.reload_interval
    return TlsFiles(
        option=option,
        cert_file=cert_file,
        key_file=key_file,
        client_ca_file=client_ca_file,
        min_version=(own.min_version if isinstance(own, HttpTls) else None) or "1.2",
        reload_interval_s=settings.tls_reload_interval_s if interval_s is None else interval_s,
    )
