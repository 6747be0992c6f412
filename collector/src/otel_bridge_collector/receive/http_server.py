"""One HTTP port: bind it, serve an application on it, stop with a deadline. It knows no application.

uvicorn's own `Server.serve` takes over the signals of the process. They belong to the composition root, and there
are two servers; so its public steps are called one by one.
"""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import uvicorn
from starlette.types import ASGIApp

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.receive.express import Express, ExpressConnection, Port
from otel_bridge_collector.receive.http_protocol import KEEP_ALIVE_S, BoundedHttpProtocol
from otel_bridge_collector.receive.lane import Lane
from otel_bridge_collector.receive.loopback import LoopbackOnly, is_loopback, names_this_machine
from otel_bridge_collector.receive.origin import Allowed, SameOriginOnly
from otel_bridge_collector.receive.tls import PortTls
from otel_bridge_collector.receive.tls_listener import TlsListener
from otel_bridge_collector.settings import Address

logger = logging.getLogger(__name__)

_BACKLOG = 2048
_HANG_UP_S = 0.2
"""How long a request may take to notice that its connection is gone."""


def bind(address: Address, option: str) -> socket.socket:
    """Take the address, so that nobody else gets it; connections wait.

    Args:
        address: where to listen.
        option: the command line's name for it, for the message.

    Raises:
        SettingsError: the address cannot be taken.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listener = socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise cannot_listen(address, option, reason=error.strerror or str(error)) from error
    # Connections inherit both: a peer that is gone without a word is found out, and an answer that leaves in two
    # pieces does not wait 40 ms for the peer's acknowledgement of the first (asyncio sees to it for its own sockets only).
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def cannot_listen(address: Address, option: str, *, reason: str) -> SettingsError:
    """Return the error of an address that cannot be taken."""
    return SettingsError(
        f"cannot listen on {address}: {reason}: stop what listens there, or choose another address with {option}"
        " (port 0 takes any free one)"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a port is spoken to.

    Attributes:
        tls: None for plain text.
        allowed: pages of other origins that may ask; None for none.
        express: takes requests before the application sees them; None where all go to it.
        lane: serves steady senders of `express` in plain text; None where nobody else does.
    """

    tls: PortTls | None = None
    allowed: Allowed | None = None
    express: Express | None = None
    lane: Lane | None = None


class HttpServer:
    """Serves one application on one bound socket."""

    def __init__(self, app: ASGIApp, listener: socket.socket, *, way: Way | None = None) -> None:
        """Make a server; nothing runs before `start`.

        Args:
            app: the application; it gets no request of a page of another origin that is not allowed, and on a loopback address none
                for another host.
            listener: a bound socket, closed by `stop`.
            way: how it is spoken to; None for plain text, and by no page of another origin.
        """
        self._listener = listener
        way = way or Way()
        apart = SameOriginOnly(app, way.allowed)
        config = uvicorn.Config(
            LoopbackOnly(apart) if is_loopback(self.address.host) else apart,
            http=BoundedHttpProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=_BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        new_connection: Callable[..., asyncio.BaseProtocol] = self._new_protocol
        self._lane: Lane | None = None
        if way.express:
            takes_host = names_this_machine if is_loopback(self.address.host) else _any_host
            state = self._server.server_state
            self._lane = None if way.tls else way.lane
            port = Port(
                express=way.express,
                takes_host=takes_host,
                plain=self._new_protocol,
                state=state,
                lane=self._lane,
            )
            self._connect = partial(_connect, port)
            new_connection = partial(_new_express, port)
            # uvicorn calls it for each connection, whatever it is.
            config.http_protocol_class = new_connection  # type: ignore[assignment]
        self._tls_listener = TlsListener(listener, way.tls, new_connection) if way.tls else None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def address(self) -> Address:
        """Where it listens, with the port that was really taken."""
        host, port = self._listener.getsockname()[:2]
        return Address(host=host, port=port)

    async def start(self) -> None:
        """Begin to serve."""
        await self._server.startup(sockets=[] if self._tls_listener else [self._listener])
        if self._tls_listener:
            self._tls_listener.start()
        if self._lane:
            self._lane.start(self._connect)
        self._ticking = asyncio.create_task(self._server.main_loop())

    async def stop(self, *, drain_s: float) -> None:
        """Take no more connections and let running requests end, for as long as `drain_s`."""
        self._server.should_exit = True
        if self._tls_listener:
            await self._tls_listener.stop()
        if self._ticking:
            await self._ticking
            await self._end_requests(drain_s)
        else:
            self._listener.close()

    async def _end_requests(self, drain_s: float) -> None:
        try:
            async with asyncio.timeout(drain_s):
                if self._lane:
                    await self._lane.stop()
                await self._server.shutdown(sockets=[self._listener])
        except TimeoutError:
            await self._leave_requests()

    async def _leave_requests(self) -> None:
        """Hang up, which ends requests whose sender is slow, and cancel what works on."""
        running, connections = (
            list(self._server.server_state.tasks),
            list(self._server.server_state.connections),
        )
        if not running and not connections:
            return
        logger.warning(
            "%d requests were still running and are not answered", max(len(running), len(connections))
        )
        for connection in connections:
            connection.transport.abort()
        if not running:
            return
        _, working = await asyncio.wait(running, timeout=_HANG_UP_S)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

    def _new_protocol(self) -> BoundedHttpProtocol:
        return BoundedHttpProtocol(
            config=self._server.config,
            server_state=self._server.server_state,
            app_state=self._server.lifespan.state,
        )


async def _connect(port: Port, connection: socket.socket, came: bytes, *, is_slow: bool) -> None:
    loop = asyncio.get_running_loop()
    await loop.connect_accepted_socket(partial(ExpressConnection, port, came, is_slow=is_slow), connection)


def _new_express(port: Port, **_: object) -> ExpressConnection:
    return ExpressConnection(port)


def _any_host(host: str) -> bool:
    del host
    return True
