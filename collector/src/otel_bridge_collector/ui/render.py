"""A template to an answer: everything that a row holds is text, and the browser is told to run and fetch nothing else."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import NOBODY, Access, current_access
from otel_bridge_collector.api.errors import RequestError, query_error_status
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.receive.fault import KNOWN_ERRORS, Fault, fault_of
from otel_bridge_collector.receive.rules import SEND, WRITE
from otel_bridge_collector.ui import conversation, said, stretch, urls, values
from otel_bridge_collector.ui.form import form_token, keep_form_token
from otel_bridge_collector.ui.script import built_script
from otel_bridge_collector.ui.session import SESSION_COOKIE

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
"""No script and no style but our own files, no picture but our own and those in a row, no frame, no other origin; and no copy of rows on disk."""

Handler = Callable[[Request], Awaitable[Response]]


def render(request: Request, template: str, *, status: int = HTTPStatus.OK, **given: Any) -> Response:
    """Return the page that a template makes.

    Args:
        request: what is answered.
        template: its name without `.html`.
        status: of the answer.
        given: what the template needs beside what every page has.
    """
    token = form_token(request)
    text = (
        _templates()
        .get_template(f"{template}.html")
        .render(
            form_token=token,
            uses_keys=needs_key(),
            has_session=SESSION_COOKIE in request.cookies,
            can_write=_access().may(SEND),
            can_make=_access().may(WRITE),
            here=here_of(request),
            version=_VERSION,
            script=built_script(),
            slips=getattr(request.state, "slips", ()),
            **given,
        )
    )
    response = HTMLResponse(text, status_code=status, headers=HEADERS)
    keep_form_token(request, response, token)
    return response


def keep_notes(request: Request, notes: Sequence[str]) -> None:
    """Let the page that answers a request show notes on its address."""
    request.state.slips = notes


def error_page(request: Request, status: int, message: str, hint: str = "") -> Response:
    """Return a page that says what is wrong, and what to do."""
    return render(request, "error", status=status, message=message, hint=hint)


def fault_page(request: Request, fault: Fault) -> Response:
    """Return a page that says why a request was refused, and when it may come again."""
    page = error_page(request, fault.http_status, fault.message)
    if fault.retry_after_s is not None:
        page.headers["retry-after"] = str(fault.retry_after_s)
    return page


def as_page(handler: Handler) -> Handler:
    """Return the handler of a page whose errors are pages too."""

    async def shown(request: Request) -> Response:
        try:
            return await handler(request)
        except RequestError as error:
            return error_page(request, error.status, str(error), error.hint)
        except QueryError as error:
            return error_page(request, query_error_status(error), str(error), error.suggestion or "")
        except KNOWN_ERRORS as error:
            return fault_page(request, fault_of(error))

    return shown


def needs_key() -> bool:
    """Tell whether who asks had to show a key."""
    return bool(_access().name)


def here_of(request: Request) -> str:
    """Return the path of a page with its query, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _access() -> Access:
    try:
        return current_access()
    except LookupError:  # the request was refused before anybody knew whose it is
        return NOBODY


def _finalize(value: object) -> object:
    """Let nothing hide in a text that a template writes; it is escaped after this."""
    return values.visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _as_typed(text: str) -> "Markup":
    """Let a field of a form hold what was typed, mark by mark: it is sent again."""
    from markupsafe import escape  # noqa: PLC0415 - see below

    return escape(text)


def _as_props(given: Mapping[str, Json]) -> "Markup":
    """Write what the server says to an island, for `data-props`: JSON, in which texts stand mark by mark."""
    from markupsafe import escape  # noqa: PLC0415 - see below

    return escape(json.dumps(given, ensure_ascii=False))


@cache
def _templates() -> "Environment":
    # Imported with the first page: a sidecar that nobody looks at needs none of it.
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - see above

    templates = Environment(
        loader=PackageLoader("otel_bridge_collector.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = templates.filters  # checkers take it for one of those that Jinja brings
    filters["as_typed"] = _as_typed
    filters["as_props"] = _as_props
    for function in (
        values.preview, values.failure, values.whole, values.visible, values.is_long, values.messages, values.number, values.change, values.seconds, values.when,
        values.dollars, values.amount, values.numbers_of, values.duration_s, values.text_of, values.tags_of,
        urls.project_url, urls.object_url, urls.prompt_url, urls.row_url, urls.steps_url, stretch.time_field,
        said.said_of, said.xact_when, conversation.conversation, conversation.attachments_in,
    ):  # fmt: skip
        filters[function.__name__] = function
    return templates


_VERSION: Final = version("otel-bridge-collector")
