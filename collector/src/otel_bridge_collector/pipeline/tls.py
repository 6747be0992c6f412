"""TLS settings of the configuration to what the clients take."""

import ssl
from pathlib import Path

import grpc

from otel_bridge_collector.config.exporter import Tls
from otel_bridge_collector.errors import SettingsError


def build_context(tls: Tls) -> ssl.SSLContext:
    """Return the context of an HTTP client.

    Raises:
        SettingsError: a file that cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
        if tls.cert_file:
            context.load_cert_chain(tls.cert_file, tls.key_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"cannot use the certificates {_files(tls)}: {error}") from error
    if tls.insecure_skip_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def build_credentials(tls: Tls) -> grpc.ChannelCredentials | None:
    """Return the credentials of a gRPC channel; None for no TLS.

    Raises:
        SettingsError: a file that cannot be read.
    """
    if tls.insecure:
        return None
    try:
        return grpc.ssl_channel_credentials(_read(tls.ca_file), _read(tls.key_file), _read(tls.cert_file))
    except OSError as error:
        raise SettingsError(f"cannot use the certificates {_files(tls)}: {error}") from error


def _read(path: Path | None) -> bytes | None:
    return path.read_bytes() if path else None


def _files(tls: Tls) -> str:
    return (
        ", ".join(str(path) for path in (tls.ca_file, tls.cert_file, tls.key_file) if path) or "of the system"
    )
