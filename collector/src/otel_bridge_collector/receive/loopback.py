"""An HTTP port of this machine only: who asks for it by another name is refused. It answers nothing else.

A web page whose name is made to lead to 127.0.0.1 (DNS rebinding) may read what it finds there; the Host header still
has the page's name. Starlette's `TrustedHostMiddleware` fits only in part: it takes a list of names, not 127.0.0.0/8,
looks at one of several Host headers, and does not say what to do.
"""

import ipaddress
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_SHOWN: Final = 200


def is_loopback(host: str) -> bool:
    """Tell whether a host, without its port and brackets, can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def names_this_machine(host: str) -> bool:
    """Tell whether a Host header, with or without a port, can only mean this machine."""
    return is_loopback(_without_port(host))


class LoopbackOnly:
    """An ASGI application that passes a request on when each Host header of it names this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the arguments are ASGI's."""
        hosts = Headers(scope=scope).getlist("host")
        if hosts and all(map(names_this_machine, hosts)):
            await self._app(scope, receive, send)
        else:
            await _refusal(hosts)(scope, receive, send)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _refusal(hosts: list[str]) -> JSONResponse:
    named = ", ".join(hosts)[:_SHOWN]
    message = (
        f"the Host header names {named!r}, and this port is for this machine only (a web page could reach it under"
        " another name): ask for it as 127.0.0.1, localhost or [::1], or bind it to another address with --api or"
        " --otlp-http, where everyone who reaches it can read and write"
    )
    return JSONResponse(
        {"Message": message, "error": message, "code": "hostNotAllowed"},
        status_code=HTTPStatus.MISDIRECTED_REQUEST,
    )
