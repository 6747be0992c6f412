"""What the port of OTLP over HTTP answers a browser: the page is on another port of the same sidecar.

An app may know only the port that it sends to; its links to spans begin with that one then.
"""

from http import HTTPStatus
from ipaddress import ip_address
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from otel_bridge_collector.receive.loopback import is_loopback
from otel_bridge_collector.settings import Address

PATHS: Final = ("/", "/app/{page:path}")
"""The entrance of the page, and what links of the app side lead to."""


def build_page_routes(api: Address, *, is_tls: bool) -> list[Route]:
    """Return routes that lead to the same path on the port of the page.

    Args:
        api: the address of that port, as it was taken.
        is_tls: whether it speaks TLS.
    """
    scheme = "https" if is_tls else "http"

    async def lead(request: Request) -> Response:
        # By the name that the request used, unless the page is at one address that others reach.
        host = (request.url.hostname or api.host) if _is_anywhere(api.host) else api.host
        asked = request.scope["raw_path"].decode("ascii", "replace")
        query = f"?{request.url.query}" if request.url.query else ""
        place = f"{scheme}://{Address(host=host, port=api.port)}{asked}{query}"
        return RedirectResponse(place, HTTPStatus.TEMPORARY_REDIRECT)

    return [Route(path, lead, methods=["GET"]) for path in PATHS]


def _is_anywhere(host: str) -> bool:
    """Whether a port that is bound to `host` has no name of its own."""
    try:
        return is_loopback(host) or ip_address(host).is_unspecified
    except ValueError:
        return False
