"""A port's certificate, its key and whom it trusts: read from files, and tried before anybody is shown it.

The trial is a handshake in memory with a client that trusts the certificate itself. OpenSSL so finds what makes clients
go away: a certificate that has expired or is not valid yet, or is for something else than a server.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.tls_files import TlsFiles

_VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_FLIGHTS: Final = 4
"""How often each side of a handshake has something to say, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a port shows, in the shapes of both libraries.

    Attributes:
        context: for HTTP.
        cert: PEM, for gRPC, as are the others.
        client_ca: None where clients need no certificate.
    """

    context: ssl.SSLContext
    cert: bytes
    key: bytes
    client_ca: bytes | None


def load_certificate(files: TlsFiles) -> Certificate:
    """Read and try the files.

    Raises:
        SettingsError: one of them cannot be read, is not what it should be, or clients would refuse it.
    """
    before = _contents(files)
    context = _context(files)
    _try_handshake(context, files)
    if files.client_ca_file:
        _ask_clients(context, files.client_ca_file)
    if _contents(files) != before:
        raise SettingsError("the files change just now: they are read again when they have come to rest")
    return Certificate(
        context=context,
        cert=before[files.cert_file],
        key=before[files.key_file],
        client_ca=before[files.client_ca_file] if files.client_ca_file else None,
    )


def _contents(files: TlsFiles) -> dict[Path, bytes]:
    contents: dict[Path, bytes] = {}
    for path in files.paths():
        try:
            contents[path] = path.read_bytes()
        except OSError as error:
            raise SettingsError(f"cannot read {path}: {error.strerror or error}") from error
    return contents


def _context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[files.min_version]

    def refuse_to_ask() -> NoReturn:
        raise SettingsError(
            f"the key in {files.key_file} is encrypted, and nobody is there to say its password"
        )

    try:
        context.load_cert_chain(files.cert_file, files.key_file, refuse_to_ask)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise SettingsError(f"the key in {files.key_file} is not that of {files.cert_file}") from error
        raise SettingsError(
            f"expected a certificate and its key as PEM in {files.cert_file} and {files.key_file}: {_reason(error)}"
        ) from error
    return context


def _ask_clients(context: ssl.SSLContext, client_ca_file: Path) -> None:
    try:
        context.load_verify_locations(client_ca_file)
    except ssl.SSLError as error:
        raise SettingsError(f"expected certificates as PEM in {client_ca_file}: {_reason(error)}") from error
    context.verify_mode = ssl.CERT_REQUIRED
    # A session that goes on is not asked for its certificate, which may not be trusted any more.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0


def _try_handshake(server: ssl.SSLContext, files: TlsFiles) -> None:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(files.cert_file)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        client.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    try:
        for _ in range(_FLIGHTS):
            for side in sides:
                _go_on(side)
    except ssl.SSLCertVerificationError as error:
        raise SettingsError(
            f"no client would take the certificate in {files.cert_file}: {error.verify_message}"
        ) from error
    except ssl.SSLError as error:
        raise SettingsError(f"cannot speak TLS with {files.cert_file}: {_reason(error)}") from error


def _go_on(side: ssl.SSLObject) -> None:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return


def _reason(error: ssl.SSLError) -> str:
    return (error.reason or str(error)).replace("_", " ").lower()
