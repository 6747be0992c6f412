"""What is at no page: a project whose name has a slash is at the address of its id, and anything else nowhere.

The links of Braintrust's SDKs have names, with a slash as `%2F`; a server sees both alike once a path is decoded.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.ui.render import error_page

_HINT: Final = "the list of projects leads to every page"


class Elsewhere:
    """Answers for addresses that no page has."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    async def page(self, request: Request) -> Response:
        """Lead to the page that is meant, or tell that there is none."""
        if target := self._by_id(request):
            return RedirectResponse(target, HTTPStatus.FOUND)
        return error_page(request, HTTPStatus.NOT_FOUND, f"there is no page at {request.url.path}", _HINT)

    def _by_id(self, request: Request) -> str:
        """Return the same address with the id of the project that it names; empty where it names none with a slash."""
        path: bytes = request.scope.get("raw_path") or b""
        match path.partition(b"?")[0].decode("latin-1").split("/"):
            case ["", "app", organisation, "p", name, *rest] if "/" in unquote(name):
                found = self._objects.project_named(unquote(name))
            case _:
                return ""
        if found is None:
            return ""
        target = "/".join(["/app", organisation, "p", found.id, *rest])
        return f"{target}?{request.url.query}" if request.url.query else target
