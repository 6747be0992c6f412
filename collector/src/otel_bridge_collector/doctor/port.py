"""What a port speaks, by the first words of TLS: plain text or TLS, and gRPC alone. It sends no request and shows no certificate."""

import socket
import ssl
from typing import Final

HTTP_1: Final = "http/1.1"
HTTP_2: Final = "h2"
"""Names of application protocols. Source: IANA, "TLS Application-Layer Protocol Negotiation (ALPN) Protocol IDs"."""

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"})
_TIMEOUT_S: Final = 5.0


def speaks_tls(host: str, port: int) -> bool | None:
    """Tell whether a port speaks TLS; None where nothing answers that tells."""
    try:
        _protocol(host, port, HTTP_2, HTTP_1)
    except ssl.SSLError as error:
        # A server that does not like us says so in TLS.
        return None if isinstance(error, ssl.SSLEOFError) else error.reason not in _NO_TLS
    except OSError:
        return None
    return True


def speaks_grpc_alone(host: str, port: int) -> bool:
    """Tell whether a port of TLS takes HTTP/2 and no HTTP/1.1, as gRPC's do; whose certificate it shows does not matter."""
    try:
        return _protocol(host, port, HTTP_2) == HTTP_2 and _protocol(host, port, HTTP_1) != HTTP_1
    except OSError:
        return False


def _protocol(host: str, port: int, *offered: str) -> str | None:
    """Return the application protocol that a server takes.

    Raises:
        OSError: it does not answer, or not in TLS (`ssl.SSLError`).
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(list(offered))
    with (
        socket.create_connection((host, port), timeout=_TIMEOUT_S) as connection,
        context.wrap_socket(connection, server_hostname=host) as secured,
    ):
        return secured.selected_alpn_protocol()
