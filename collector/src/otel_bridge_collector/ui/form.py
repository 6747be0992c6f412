"""Forms of a page: small bodies, taken from our own pages only.

A form carries what a cookie of the same browser says, which no page of another origin can read or set; and
`receive.origin` refuses such a page by its origin in any case.
"""

import hmac
import secrets
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge_collector.api.body import read_bytes
from otel_bridge_collector.api.errors import RequestError

FORM_COOKIE: Final = "otel_bridge_form"
FORM_FIELD: Final = "form_token"
_MAX_BYTES: Final = 64 << 10
_BYTES: Final = 32


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form, each with its last value.

    Raises:
        RequestError: it is too large, or came from no page of ours.
    """
    return dict(await read_fields(request))


async def read_fields(request: Request, *, max_bytes: int = _MAX_BYTES) -> list[tuple[str, str]]:
    """Return the fields of a form in its order; a name may come again.

    Raises:
        RequestError: it is too large, or came from no page of ours.
    """
    body = await read_bytes(request, max_bytes=max_bytes)
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    known, shown = request.cookies.get(FORM_COOKIE, ""), dict(fields).get(FORM_FIELD, "")
    if not known or not hmac.compare_digest(known.encode(), shown.encode()):
        raise RequestError(
            "this form did not come from a page of this sidecar, or its cookie is gone",
            code="formRefused",
            status=403,
            hint="load the page again and send the form once more, with cookies allowed",
        )
    return [field for field in fields if field[0] != FORM_FIELD]


def only(given: Mapping[str, str], *names: str) -> None:
    """See that a form has no field that nobody reads.

    Raises:
        RequestError: it has one, perhaps of a misspelt name.
    """
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise RequestError(
                f'this form has no field "{name}"',
                code="badForm",
                hint=f"it has {', '.join(names) or 'none'}" + (f"; {near[0]} may be meant" if near else ""),
            )


def form_token(request: Request) -> str:
    """Return what the forms of a page carry: what the browser's cookie says, or something new."""
    return request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(_BYTES)


def keep_form_token(request: Request, response: Response, token: str) -> None:
    """Set the cookie that the forms of a page are compared with, where it is not there yet."""
    if request.cookies.get(FORM_COOKIE) != token:
        is_tls = request.url.scheme == "https"
        response.set_cookie(FORM_COOKIE, token, httponly=True, samesite="strict", secure=is_tls)
