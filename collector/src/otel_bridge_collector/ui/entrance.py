"""Logging in and out of the page, and the first trace of a new sidecar."""

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge_collector.access import Access
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import OverloadedError, UnauthenticatedError
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.intake import Encoding
from otel_bridge_collector.query.build import binary
from otel_bridge_collector.query.syntax import Literal, Path, Query, Selected, Source
from otel_bridge_collector.receive.fault import Fault
from otel_bridge_collector.receive.rules import READ
from otel_bridge_collector.ui.form import only, read_form
from otel_bridge_collector.ui.interrupted import LOGIN_BYTES, Late, fields_of_kept, kept_of, may_be_sent
from otel_bridge_collector.ui.render import error_page, fault_page, here_of, render
from otel_bridge_collector.ui.session import SESSION_COOKIE, Sessions, keep_session
from otel_bridge_collector.ui.urls import HOME, local_path, row_url

CheckKey = Callable[[str, str], Access]
"""Takes what the header would be and the address of who shows it; raises as `Authenticator.access_of` does."""

_TEST_MS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """Where somebody was stopped who has to log in.

    Attributes:
        target: the path of the page that they are led on to.
        action: the path that a form was sent to; empty for none.
        kept: the form.
    """

    target: str = HOME
    action: str = ""
    kept: str = ""


class Entrance:
    """Lets browsers in."""

    def __init__(self, sessions: Sessions, check: CheckKey, ingest: Ingest, reader: Reader) -> None:
        self._sessions = sessions
        self._check = check
        self._ingest = ingest
        self._reader = reader

    async def login_page(self, request: Request) -> Response:
        """Ask for a key."""
        return _asking(request, HTTPStatus.OK, _Stop(target=local_path(request.query_params.get("to", ""))))

    async def login(self, request: Request) -> Response:
        """Begin a session for a key that is valid, and lead on; a form that was kept is shown, to be sent again."""
        fields = await read_form(request, max_bytes=LOGIN_BYTES)
        only(fields, "key", "to", "action", "kept")
        key, stop = fields.get("key", "").strip(), _stop_in(fields)
        try:
            access = self._check(f"Bearer {key}", request.client.host if request.client else "")
        except UnauthenticatedError:
            return _asking(request, HTTPStatus.UNAUTHORIZED, stop, "this key is unknown, expired or revoked")
        except OverloadedError as error:
            return _asking(request, HTTPStatus.TOO_MANY_REQUESTS, stop, str(error))
        if not access.may(READ):
            has = ", ".join(sorted(access.scopes))
            message = f"the page needs a key with the scope read, and this one has {has}"
            return _asking(request, HTTPStatus.FORBIDDEN, stop, message)
        response = _led_on(request, stop)
        keep_session(request, response, self._sessions.begin(key))
        return response

    async def logout(self, request: Request) -> Response:
        """End the session."""
        only(await read_form(request))
        self._sessions.end(request.cookies.get(SESSION_COOKIE, ""))
        response = RedirectResponse("/ui/login", HTTPStatus.SEE_OTHER)
        response.delete_cookie(SESSION_COOKIE)
        return response

    async def send_test(self, request: Request) -> Response:
        """Take a trace of two spans as if an app had sent it, and show it."""
        only(await read_form(request))
        trace_id, now_ns = secrets.token_bytes(16), time.time_ns()
        await self._ingest.traces(_test_trace(trace_id, now_ns), Encoding.PROTOBUF, parent=None)
        query = Query(
            select=tuple(
                Selected(expression=Path(parts=(name,))) for name in ("id", "project_id", "is_root")
            ),
            source=Source(kind="project_logs"),
            filter=binary("eq", Path(parts=("root_span_id",)), Literal(value=trace_id.hex())),
        )
        rows = (await self._reader.read(query)).answer.data
        root = next((row for row in rows if row.get("is_root")), None)
        if root is None:
            hint = "it is not in the store yet, or this key may not read: load the first page again"
            return error_page(request, HTTPStatus.ACCEPTED, "the trace was taken", hint)
        target = row_url(root["id"], "project_logs", str(root["project_id"]))
        return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def refuse_page(request: Request, fault: Fault) -> Response:
    """Answer a request for a page that is refused; who has no valid key is asked for one, and led on afterwards."""
    if fault.http_status != HTTPStatus.UNAUTHORIZED:
        return fault_page(request, fault)
    is_over = SESSION_COOKIE in request.cookies
    if request.method not in ("GET", "HEAD"):
        response: Response = Late(_interrupted) if is_over else _asking(request, fault.http_status, _Stop())
    else:
        stop = _Stop(target=local_path(here_of(request)))
        response = _asking(request, fault.http_status, stop, "the session is over" if is_over else "")
    response.delete_cookie(SESSION_COOKIE)
    return response


async def _interrupted(request: Request) -> Response:
    """Ask for a key in the place of a form's answer, and keep what was typed."""
    referer = urlsplit(request.headers.get("referer", ""))
    came_from = local_path(f"{referer.path}?{referer.query}" if referer.query else referer.path)
    kept = await kept_of(request) if may_be_sent(request.url.path) else ""
    stop = _Stop(target=came_from, action=request.url.path if kept else "", kept=kept)
    told = (
        "the session is over: log in, and what was typed can be sent"
        if kept
        else "the session is over, and nothing is saved: go back, where the browser has what was typed, and log in in another tab"
    )
    return _asking(request, HTTPStatus.UNAUTHORIZED, stop, told)


def _stop_in(fields: Mapping[str, str]) -> _Stop:
    action = fields.get("action", "")
    kept = fields.get("kept", "") if may_be_sent(action) else ""
    return _Stop(target=local_path(fields.get("to", "")), action=action if kept else "", kept=kept)


def _asking(request: Request, status: int, stop: _Stop, message: str = "") -> Response:
    return render(request, "login", status=status, message=message, stop=stop)


def _led_on(request: Request, stop: _Stop) -> Response:
    if not stop.kept:
        return RedirectResponse(stop.target, HTTPStatus.SEE_OTHER)
    return render(request, "again", action=stop.action, fields=fields_of_kept(stop.kept), target=stop.target)


def _test_trace(trace_id: bytes, end_ns: int) -> bytes:
    root_id, call_id = secrets.token_bytes(8), secrets.token_bytes(8)
    start_ns = end_ns - _TEST_MS * 1_000_000
    root = Span(
        trace_id=trace_id,
        span_id=root_id,
        name="test trace",
        start_time_unix_nano=start_ns,
        end_time_unix_nano=end_ns,
        attributes=_attributes({"braintrust.input": "Does it work?", "braintrust.output": "It does."}),
    )
    call = Span(
        trace_id=trace_id,
        span_id=call_id,
        parent_span_id=root_id,
        name="chat example-model",
        start_time_unix_nano=start_ns + 50_000_000,
        end_time_unix_nano=end_ns - 50_000_000,
        attributes=_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "example-model",
                "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"Does it work?"}]}]',
                "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"It does."}]}]',
            }
        ),
    )
    scopes = [ScopeSpans(spans=[root, call])]
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=scopes)]).SerializeToString()


def _attributes(texts: dict[str, str]) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=text)) for key, text in texts.items()]
