"""TLS of the ports while the sidecar runs: the certificate that is current, and when it is read again.

A connection keeps the certificate that it began with; new ones get the one that is current. Files that cannot be used
leave it as it was.
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path

import grpc

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.certificate import Certificate, load_certificate
from otel_bridge_collector.receive.tls_files import TlsFiles, tls_files
from otel_bridge_collector.settings import Settings

logger = logging.getLogger(__name__)

_Fingerprint = tuple[tuple[int, int, int], ...]


class PortTls:
    """TLS of one port."""

    def __init__(self, files: TlsFiles) -> None:
        """Read the certificate.

        Raises:
            SettingsError: it cannot be used.
        """
        self.files = files
        self._seen = _fingerprint(files)
        try:
            self.certificate: Certificate = load_certificate(files)
        except SettingsError as error:
            raise SettingsError(f"cannot speak TLS on {files.option}: {error}") from error

    def reload(self) -> None:
        """Read the certificate again; one that cannot be used changes nothing."""
        self._seen = _fingerprint(self.files)
        try:
            self.certificate = load_certificate(self.files)
        except SettingsError as error:
            logger.error("the certificate of %s stays as it was: %s", self.files.option, error)  # noqa: TRY400 - it says it all
        else:
            logger.info("the certificate of %s was read again", self.files.option)

    def has_changed(self) -> bool:
        """Tell whether other files are there than those that were read last."""
        return _fingerprint(self.files) != self._seen

    async def watch(self) -> None:
        """Read the certificate again whenever its files have changed."""
        while self.files.reload_interval_s:
            await asyncio.sleep(self.files.reload_interval_s)
            if await asyncio.to_thread(self.has_changed):
                await asyncio.to_thread(self.reload)

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """Return credentials of a gRPC server that follow the certificate."""
        shown = self.certificate

        def changed() -> grpc.ServerCertificateConfiguration | None:
            nonlocal shown
            current = self.certificate
            if current is shown:
                return None
            shown = current
            return _grpc_configuration(current)

        return grpc.dynamic_ssl_server_credentials(
            _grpc_configuration(shown),
            changed,  # type: ignore[arg-type]  # the stubs know nothing of None, which stands for no change
            require_client_authentication=shown.client_ca is not None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PortsTls:
    """TLS of each port; None for a port without."""

    otlp_grpc: PortTls | None = None
    otlp_http: PortTls | None = None
    api: PortTls | None = None

    def all(self) -> list[PortTls]:
        """Return those that there are."""
        return [tls for tls in (self.otlp_grpc, self.otlp_http, self.api) if tls]


def build_tls(settings: Settings) -> PortsTls:
    """Read the certificates of all ports.

    Raises:
        SettingsError: one cannot be used, or is missing where an address is written as an https URL.
    """
    built = {name: PortTls(files) if files else None for name, files in tls_files(settings).items()}
    for name, tls in built.items():
        if tls is None and getattr(settings, name).scheme == "https":
            raise SettingsError(
                f"--{name.replace('_', '-')} says https, and there is no certificate: name one with --tls-cert-file and"
                " --tls-key-file, or write the address without https://"
            )
    return PortsTls(**built)


def _fingerprint(files: TlsFiles) -> _Fingerprint:
    """Return what differs once other files stand there; a file that is missing is as another."""
    return tuple(_stamp(path) for path in files.paths())


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _grpc_configuration(certificate: Certificate) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(certificate.key, certificate.cert)], root_certificates=certificate.client_ca
    )
