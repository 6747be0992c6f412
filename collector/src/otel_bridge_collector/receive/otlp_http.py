"""OTLP over HTTP: requests in, OTLP answers out. Nothing is answered OK that ingest has not kept.

Source: OTLP specification 1.x, "OTLP/HTTP" (paths, content types, `Status` bodies). Of metrics every data point is rejected, by
"Partial Success": to accept them and drop them would be a lie, and a refusal would be in the log of every app that sends some.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, NamedTuple

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.rpc import code_pb2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from otel_bridge.contract.names import PARENT_HEADER
from otel_bridge.contract.receipt import RECEIPT_HEADER, UNDERSTOOD_HEADER
from otel_bridge_collector.access import ROOM
from otel_bridge_collector.ingest import Ingest
from otel_bridge_collector.ingest_protocols import Keep
from otel_bridge_collector.intake import Encoding, Outcome
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.metrics.reason import reason_of
from otel_bridge_collector.receive.answer import logs_answer, metrics_answer, traces_answer
from otel_bridge_collector.receive.body import ENCODINGS, read_body
from otel_bridge_collector.receive.express import Answer
from otel_bridge_collector.receive.fault import KNOWN_ERRORS, Fault, fault_of
from otel_bridge_collector.receive.parent import check_parent
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

PROTOBUF: Final = "application/x-protobuf"
_JSON: Final = "application/json"
_MEDIA_TYPES: Final = {PROTOBUF: Encoding.PROTOBUF, _JSON: Encoding.JSON}
_UNDERSTOOD: Final = UNDERSTOOD_HEADER.encode()
PREFIXES: Final = ("", "/otel", "/api/public/otel")
"""The standard place of OTLP, Braintrust's and Langfuse's."""

TRACES: Final = "/v1/traces"
_PATHS: Final = frozenset({TRACES, "/v1/logs", "/v1/metrics"})
_WHERE_TO: Final = "send OTLP traces to /v1/traces and logs to /v1/logs, or to the same paths under /otel"
_ELSEWHERE: Final = "the API and its page have a port of their own, 8585 unless told otherwise"
_SHOWN: Final = 200


def build_exports(ingest: Ingest, *, max_body_bytes: int) -> Mapping[str, "Export"]:
    """Return the endpoints by their standard paths."""
    return {
        TRACES: Export(ingest.traces, traces_answer, ingest, max_body_bytes),
        "/v1/logs": Export(ingest.logs, logs_answer, ingest, max_body_bytes),
        "/v1/metrics": Export(ingest.metrics, metrics_answer, ingest, max_body_bytes),
    }


def build_otlp_routes(ingest: Ingest, *, max_body_bytes: int) -> list[Route]:
    """Return the routes of OTLP, for any application that takes it."""
    exports = build_exports(ingest, max_body_bytes=max_body_bytes)
    routes = [
        Route(prefix + path + slash, export.post, methods=["POST"])
        for path, export in exports.items()
        for prefix in PREFIXES
        for slash in ("", "/")
    ]
    # Nothing but OTLP lives under /otel, so a wrong path there is told the right one by every application.
    return [
        *routes,
        Route("/otel", _refuse_path, methods=["POST"]),
        Route("/otel/{rest:path}", _refuse_path, methods=["POST"]),
    ]


def build_otlp_app(ingest: Ingest, *, max_body_bytes: int, more: Sequence[Route] = ()) -> Starlette:
    """Return the application of the OTLP port, with more routes."""
    return Starlette(
        routes=[*build_otlp_routes(ingest, max_body_bytes=max_body_bytes), *more],
        exception_handlers={HTTPException: _refuse},
    )


class Sent(NamedTuple):
    """What the head of a request says of its body.

    Attributes:
        media_type: as `Content-Type` has it, in lower case and without parameters.
        parent, receipt: the headers of these names, as they came; None where there is none.
    """

    media_type: str
    parent: str | None
    receipt: str | None


class Export:
    """The endpoint of one signal.

    Attributes:
        max_body_bytes: of one request, also decompressed.
    """

    def __init__(
        self, keep: Keep, answer: Callable[[Outcome], Message], ingest: Ingest, max_body_bytes: int
    ) -> None:
        self._keep = keep
        self._message = answer
        self._admit = ingest.admit
        self._counters = ingest.counters
        self.max_body_bytes = max_body_bytes
        self._refusals = RareLog(logger)

    async def post(self, request: Request) -> Response:
        """Answer one request."""
        media_type = _media_type(request)
        compression = request.headers.get("content-encoding", "").strip().lower() or "identity"
        if media_type not in _MEDIA_TYPES or compression not in ENCODINGS:
            return _response(self._refuse(_unsupported(media_type, compression), media_type, "invalid"))
        sent = Sent(media_type, request.headers.get(PARENT_HEADER), request.headers.get(RECEIPT_HEADER))
        try:
            return _response(await self.answer(sent, self._read(request, compression)))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it

    async def answer(self, sent: Sent, content: Awaitable[bytes]) -> Answer:
        """Keep a request, and return what is answered to it.

        Args:
            sent: what its head says.
            content: its body, decompressed; may raise `KNOWN_ERRORS`.
        """
        try:
            body = await content
            outcome = await self._keep(
                body,
                _MEDIA_TYPES[sent.media_type],
                parent=check_parent(sent.parent),
                receipt=sent.receipt,
                transport="http",
            )
        except KNOWN_ERRORS as error:
            return self.refuse(error, sent.media_type)
        headers = [(_UNDERSTOOD, b"1")] if sent.receipt else []
        return _answer(self._message(outcome), sent.media_type, headers=headers)

    def refuse(self, error: Exception, media_type: str) -> Answer:
        """Count one of `KNOWN_ERRORS`, and return what is answered to it."""
        return self._refuse(fault_of(error), media_type, reason_of(error))

    async def _read(self, request: Request, compression: str) -> bytes:
        self._admit(request.headers.get(PARENT_HEADER))
        return await read_body(
            request.stream(),
            encoding=compression,
            max_bytes=self.max_body_bytes,
            grow=request.scope[ROOM].grow,
        )

    def _refuse(self, fault: Fault, media_type: str, reason: str) -> Answer:
        self._counters.add(REFUSED_REQUESTS, 1, "http", reason)
        self._refusals.warning("a request was refused with %d: %s", fault.http_status, fault.message)
        return _fault_answer(fault, media_type)


def is_otlp(path: str) -> bool:
    """Tell whether a path is one of OTLP, so that errors are to be told in its way."""
    return path.startswith(PREFIXES[1:]) or path.rstrip("/") in _PATHS


def refuse_request(request: Request, fault: Fault) -> Response:
    """Return the answer to an OTLP request that was refused before its endpoint saw it."""
    return _fault_response(fault, _media_type(request))


async def _refuse_path(request: Request) -> Response:
    fault = Fault(
        http_status=HTTPStatus.NOT_FOUND,
        code=code_pb2.NOT_FOUND,
        message=f"there is no {request.url.path[:_SHOWN]} here: {_WHERE_TO}; {_ELSEWHERE}",
    )
    return _fault_response(fault, _media_type(request))


async def _refuse_method(request: Request) -> Response:
    fault = Fault(
        http_status=HTTPStatus.METHOD_NOT_ALLOWED,
        code=code_pb2.UNIMPLEMENTED,
        message=f"{request.url.path[:_SHOWN]} takes POST only: {_WHERE_TO}",
    )
    return _fault_response(fault, _media_type(request), headers=[(b"allow", b"POST")])


async def _refuse(request: Request, error: Exception) -> Response:
    """Answer what Starlette found no route for; it raises HTTPException with 404 or 405."""
    is_method = isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    if is_method and is_otlp(request.url.path):
        return await _refuse_method(request)
    return await _refuse_path(request)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _unsupported(media_type: str, compression: str) -> Fault:
    message = (
        f"cannot read content type {media_type[:_SHOWN]!r} with encoding {compression[:_SHOWN]!r}: "
        f"send {' or '.join(_MEDIA_TYPES)}, encoded as {', '.join(ENCODINGS)}"
    )
    return Fault(
        http_status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, code=code_pb2.INVALID_ARGUMENT, message=message
    )


def _fault_response(
    fault: Fault, media_type: str, *, headers: Sequence[tuple[bytes, bytes]] = ()
) -> Response:
    return _response(_fault_answer(fault, media_type, headers=headers))


def _fault_answer(fault: Fault, media_type: str, *, headers: Sequence[tuple[bytes, bytes]] = ()) -> Answer:
    later = [] if fault.retry_after_s is None else [(b"retry-after", str(fault.retry_after_s).encode())]
    return _answer(fault.status(), media_type, status=fault.http_status, headers=[*headers, *later])


def _answer(
    message: Message,
    media_type: str,
    *,
    status: int = HTTPStatus.OK,
    headers: Sequence[tuple[bytes, bytes]] = (),
) -> Answer:
    """Answer in the content type of the request, in JSON where that was neither of ours."""
    if media_type == PROTOBUF:
        body = message.SerializeToString()
    else:
        media_type, body = _JSON, orjson.dumps(MessageToDict(message))
    return Answer(status, [(b"content-type", media_type.encode()), *headers], body)


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status)
    response.raw_headers.extend(answer.headers)
    return response
