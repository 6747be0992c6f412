"""One HTTP exchange as bytes: what is sent need not be HTTP, and the answer is its status alone."""

import re
import socket
from typing import Final

_PATIENCE_S: Final = 8.0
"""How long the other side may believe that more comes; then it is told that nothing does."""

_END_S: Final = 11.0
_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


def exchange(address: str, sent: bytes) -> int:
    """Send bytes and nothing more; return the last status that comes back, 0 where the connection ends without one.

    Raises:
        TimeoutError: there was no end.
    """
    host, _, port = address.rpartition(":")
    received = bytearray()
    has_end = True
    with socket.create_connection((host, int(port))) as connection:
        connection.settimeout(_PATIENCE_S)
        try:
            connection.sendall(sent)
            if not _receive(connection, received):
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(_END_S)
                has_end = _receive(connection, received)
        except OSError:
            pass  # it was refused while it was still being sent
    if not has_end:
        raise TimeoutError("the connection has no end")
    statuses = _STATUS.findall(received)
    return int(statuses[-1]) if statuses else 0


def _receive(connection: socket.socket, received: bytearray) -> bool:
    """Receive until the end; tell whether it came in time."""
    try:
        while data := connection.recv(1 << 16):
            received += data
    except TimeoutError:
        return False
    return True


def request(method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    """Return a request; lone surrogates of its head are single bytes."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + body
