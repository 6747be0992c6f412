"""Connections of a port that speaks TLS: each is accepted with the certificate that is current then.

asyncio's own servers know one certificate for all their time, and close a connection on which no TLS is spoken without
a word; here it is answered 400, as Go's servers do.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Final

from otel_bridge_collector.receive.http_protocol import MAX_CONNECTIONS
from otel_bridge_collector.receive.tls import PortTls
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

HANDSHAKE_TIMEOUT_S: Final = 10.0
_ACCEPT_AGAIN_S: Final = 0.1
_HANDSHAKE: Final = b"\x16"
"""The first byte of what a client says who speaks TLS (RFC 8446, 5.1)."""

_MAX_UNREAD_BYTES: Final = 1 << 20
_SAID: Final = (
    b'{"Message": "this port speaks TLS: ask for https://", "error": "this port speaks TLS: ask for https://",'
    b' "code": "tlsNeeded"}'
)
_NO_TLS: Final = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_SAID), _SAID)
)


class TlsListener:
    """Accepts the connections of one bound socket; belongs to the event loop in which it starts."""

    def __init__(
        self, listener: socket.socket, tls: PortTls, new_protocol: Callable[[], asyncio.BaseProtocol]
    ) -> None:
        """Make it; nothing is accepted before `start`.

        Args:
            listener: bound, and closed by its owner.
            tls: the certificate.
            new_protocol: makes the protocol of one connection.
        """
        self._listener = listener
        self._tls = tls
        self._new_protocol = new_protocol
        self._accepting: asyncio.Task[None] | None = None
        self._beginning: set[asyncio.Task[None]] = set()
        self._refusals = RareLog(logger)

    def start(self) -> None:
        """Begin to accept."""
        self._listener.setblocking(False)  # noqa: FBT003 - socket's own
        self._accepting = asyncio.create_task(self._accept())

    async def stop(self) -> None:
        """Accept no more, and leave connections that have not begun."""
        tasks = [task for task in (self._accepting, *self._beginning) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listener)
            except OSError as error:
                # Out of file descriptors, for example: connections wait in the backlog until some are free.
                logger.warning("cannot accept a connection: %s", error.strerror)
                await asyncio.sleep(_ACCEPT_AGAIN_S)
                continue
            if len(self._beginning) >= MAX_CONNECTIONS:
                connection.close()
                continue
            task = asyncio.create_task(self._begin(connection))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)

    async def _begin(self, connection: socket.socket) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
                if await _first_byte(connection) == _HANDSHAKE:
                    await self._connect(connection)
                    return
                await _refuse(connection)
        except ssl.SSLError as error:
            port, reason = self._tls.files.option, error.reason or "closed"
            self._refusals.warning("TLS with a client of %s came to nothing: %s", port, reason)
        except OSError:
            pass  # it went away, or its time is over
        except asyncio.CancelledError:
            connection.close()
            raise
        connection.close()

    async def _connect(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        context = self._tls.certificate.context
        await loop.connect_accepted_socket(self._new_protocol, connection, ssl=context)


async def _first_byte(connection: socket.socket) -> bytes:
    """Return the first byte, which stays to be read; an empty one where nothing comes any more."""
    loop = asyncio.get_running_loop()
    connection.setblocking(False)  # noqa: FBT003 - socket's own
    readable = asyncio.Event()
    loop.add_reader(connection, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(connection)
    return connection.recv(1, socket.MSG_PEEK)


async def _refuse(connection: socket.socket) -> None:
    """Say what is spoken here. What the client sends meanwhile is read, or it would not see the answer."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(connection, _NO_TLS)
    connection.shutdown(socket.SHUT_WR)
    left_bytes = _MAX_UNREAD_BYTES
    while left_bytes > 0 and (data := await loop.sock_recv(connection, 65_536)):
        left_bytes -= len(data)
