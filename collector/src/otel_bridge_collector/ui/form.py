"""Forms of a page: small bodies, taken from our own pages only.

A form carries what a cookie of the same browser says, which no page of another origin can read or set; and
`receive.origin` refuses such a page by its origin in any case.
"""

import hmac
import secrets
import string
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote_to_bytes

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from otel_bridge_collector.api.body import MAX_BODY_BYTES, read_bytes
from otel_bridge_collector.api.errors import RequestError

FORM_COOKIE: Final = "otel_bridge_form"
FORM_FIELD: Final = "form_token"
MAX_FORM_BYTES: Final = MAX_BODY_BYTES
"""Of a form with what somebody writes, as a browser sends it: what the API takes for one object."""

_MAX_BYTES: Final = 64 << 10
_MAX_FIELDS: Final = 10_000
_BYTES: Final = 32
_MIB: Final = 1 << 20
_SLICE_BYTES: Final = 64 << 10
_PLAIN: Final = (string.ascii_letters + string.digits + "*-._ ").encode()
"""The characters that a form takes one byte for; it takes three for each byte of any other."""


async def read_form(request: Request, *, max_bytes: int = _MAX_BYTES) -> dict[str, str]:
    """Return the fields of a form, each with its last value.

    Raises:
        RequestError: it is too large, or came from no page of ours.
    """
    return dict(await read_fields(request, max_bytes=max_bytes))


async def read_fields(request: Request, *, max_bytes: int = _MAX_BYTES) -> list[tuple[str, str]]:
    """Return the fields of a form in its order; a name may come again.

    Raises:
        RequestError: it is too large, or came from no page of ours.
    """
    fields = await anyio.to_thread.run_sync(list, _fields_of(await _read_body(request, max_bytes)))
    known, shown = request.cookies.get(FORM_COOKIE, ""), dict(fields).get(FORM_FIELD, "")
    if not known or not hmac.compare_digest(known.encode(), shown.encode()):
        raise RequestError(
            "this form did not come from a page of this sidecar, or its cookie is gone",
            code="formRefused",
            status=403,
            hint="load the page again and send the form once more, with cookies allowed",
        )
    return [field for field in fields if field[0] != FORM_FIELD]


def see_that_it_fits(what: str, texts: Iterable[str], instead: str) -> None:
    """See that a form can be sent with texts in its fields, before they are shown there.

    Args:
        what: they are of.
        texts: of the fields.
        instead: how else to write them.

    Raises:
        RequestError: they are too large.
    """
    size_bytes = sum(form_bytes(text) for text in texts)
    if size_bytes > MAX_FORM_BYTES - _MAX_BYTES:  # the rest is for the other fields
        raise RequestError(
            f"{what} is too large for a form: a browser would send {size_bytes / _MIB:.1f} MiB of it, and {MAX_FORM_BYTES // _MIB} MiB are taken",
            code="tooLarge",
            hint=instead,
        )


def form_bytes(text: str) -> int:
    """Return how many bytes a text of a form takes as a browser sends it."""
    sent = text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    return len(sent) + 2 * len(sent.translate(None, _PLAIN))


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


async def _read_body(request: Request, max_bytes: int) -> bytes:
    try:
        body = await read_bytes(request, max_bytes=max_bytes)
    except RequestError as error:
        raise RequestError(
            f"this form has more than {max_bytes >> 10:,} KiB",
            code=error.code,
            status=error.status,
            hint="nothing is saved; go back, where the browser has what was typed, and shorten it, or use the API",
        ) from error
    if body.count(b"&") >= _MAX_FIELDS:
        raise RequestError(f"this form has more than {_MAX_FIELDS:,} fields", code="badForm")
    return body


def _fields_of(body: bytes) -> Iterator[tuple[str, str]]:
    for field in body.split(b"&"):
        if field:
            name, _, text = field.partition(b"=")
            yield _decoded(name), _decoded(text)


def _decoded(text: bytes) -> str:
    """Decode in slices: for each escape the library holds an object as long as it is at work."""
    decoded, begin = bytearray(), 0
    while begin < len(text):
        end = begin + _SLICE_BYTES
        if end < len(text) and (escape := text.rfind(b"%", end - 2, end)) >= 0:
            end = escape
        decoded += unquote_to_bytes(text[begin:end].replace(b"+", b" "))
        begin = end
    return decoded.decode("utf-8", "replace")
