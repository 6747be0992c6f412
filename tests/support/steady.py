"""A steady sender: one connection over which it sends request after request, as an SDK does."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

_TIMEOUT_S: Final = 30.0


class SteadySender:
    """Sends trace requests, and reads the answers."""

    def __init__(self, connection: socket.socket, headers: Mapping[str, str]) -> None:
        self.connection = connection
        self._headers = headers
        self._behind = b""

    def head(self, size: int, headers: Mapping[str, str] | None = None) -> bytes:
        """The head of a request."""
        said = {
            "host": "localhost",
            "content-type": "application/x-protobuf",
            **self._headers,
            **(headers or {}),
            "content-length": str(size),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        return f"POST /v1/traces HTTP/1.1\r\n{lines}\r\n".encode()

    def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> int:
        """Send a request; return the status of its answer."""
        self.connection.sendall(self.head(len(body), headers) + body)
        return self.answer()[0]

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the next answer.

        Raises:
            ConnectionError: the connection has ended before it.
        """
        head = self._until(b"\r\n\r\n").decode()
        first, *lines = head.strip().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        size = int(headers["content-length"])
        while len(self._behind) < size:
            self._read()
        body, self._behind = self._behind[:size], self._behind[size:]
        return int(first.split()[1]), headers, body

    def _until(self, end: bytes) -> bytes:
        while end not in self._behind:
            self._read()
        found, _, self._behind = self._behind.partition(end)
        return found

    def _read(self) -> None:
        data = self.connection.recv(65_536)
        if not data:
            raise ConnectionError("the connection has ended")
        self._behind += data


@contextmanager
def steady_sender(url: str, headers: Mapping[str, str] | None = None) -> Iterator[SteadySender]:
    """Connect to `http://HOST:PORT`."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=_TIMEOUT_S) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield SteadySender(connection, headers or {})
