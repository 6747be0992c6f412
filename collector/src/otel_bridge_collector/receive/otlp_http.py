"""OTLP over HTTP: requests in, OTLP answers out. Nothing is answered OK that ingest has not kept.

Source: OTLP specification 1.x, "OTLP/HTTP" (paths, content types, `Status` bodies). Metrics are refused with
501: to accept them and drop them would be a lie.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final

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
from otel_bridge_collector.ingest import Ingest, Keep
from otel_bridge_collector.intake import Encoding, Outcome
from otel_bridge_collector.metrics.catalog import REFUSED_REQUESTS
from otel_bridge_collector.metrics.reason import reason_of
from otel_bridge_collector.receive.answer import logs_answer, traces_answer
from otel_bridge_collector.receive.body import ENCODINGS, read_body
from otel_bridge_collector.receive.fault import KNOWN_ERRORS, Fault, fault_of
from otel_bridge_collector.receive.parent import check_parent
from otel_bridge_collector.telemetry import RareLog

logger = logging.getLogger(__name__)

_MEDIA_TYPES: Final = {"application/x-protobuf": Encoding.PROTOBUF, "application/json": Encoding.JSON}
_PREFIXES: Final = ("", "/otel")
"""The standard place of OTLP, and Braintrust's."""

_PATHS: Final = frozenset({"/v1/traces", "/v1/logs", "/v1/metrics"})
_WHERE_TO: Final = "send OTLP traces to /v1/traces and logs to /v1/logs, or to the same paths under /otel"
_NO_METRICS: Final = Fault(
    http_status=HTTPStatus.NOT_IMPLEMENTED,
    code=code_pb2.UNIMPLEMENTED,
    message=f"metrics are not kept here: set OTEL_METRICS_EXPORTER=none; {_WHERE_TO}",
)
_SHOWN: Final = 200


def build_otlp_routes(ingest: Ingest, *, max_body_bytes: int) -> list[Route]:
    """Return the routes of OTLP, for any application that takes it."""
    endpoints = {
        "/v1/traces": _Export(ingest.traces, traces_answer, ingest, max_body_bytes).post,
        "/v1/logs": _Export(ingest.logs, logs_answer, ingest, max_body_bytes).post,
        "/v1/metrics": _refuse_metrics,
    }
    routes = [
        Route(prefix + path + slash, endpoint, methods=["POST"])
        for path, endpoint in endpoints.items()
        for prefix in _PREFIXES
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


class _Export:
    """The endpoint of one signal."""

    def __init__(
        self, keep: Keep, answer: Callable[[Outcome], Message], ingest: Ingest, max_body_bytes: int
    ) -> None:
        self._keep = keep
        self._answer = answer
        self._admit = ingest.admit
        self._counters = ingest.counters
        self._max_body_bytes = max_body_bytes
        self._refusals = RareLog(logger)

    async def post(self, request: Request) -> Response:
        media_type = _media_type(request)
        compression = request.headers.get("content-encoding", "").strip().lower() or "identity"
        if media_type not in _MEDIA_TYPES or compression not in ENCODINGS:
            return self._refuse(_unsupported(media_type, compression), media_type, "invalid")
        try:
            self._admit(request.headers.get(PARENT_HEADER))
            body = await read_body(
                request.stream(),
                encoding=compression,
                max_bytes=self._max_body_bytes,
                grow=request.scope[ROOM].grow,
            )
            parent = check_parent(request.headers.get(PARENT_HEADER))
            receipt = request.headers.get(RECEIPT_HEADER)
            outcome = await self._keep(
                body, _MEDIA_TYPES[media_type], parent=parent, receipt=receipt, transport="http"
            )
        except KNOWN_ERRORS as error:
            return self._refuse(fault_of(error), media_type, reason_of(error))
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)  # nobody is there to read it
        response = _response(self._answer(outcome), media_type)
        if receipt:
            response.headers[UNDERSTOOD_HEADER] = "1"
        return response

    def _refuse(self, fault: Fault, media_type: str, reason: str) -> Response:
        self._counters.add(REFUSED_REQUESTS, 1, "http", reason)
        self._refusals.warning("a request was refused with %d: %s", fault.http_status, fault.message)
        return _fault_response(fault, media_type)


def is_otlp(path: str) -> bool:
    """Tell whether a path is one of OTLP, so that errors are to be told in its way."""
    return path.startswith("/otel") or path.rstrip("/") in _PATHS


def refuse_request(request: Request, fault: Fault) -> Response:
    """Return the answer to an OTLP request that was refused before its endpoint saw it."""
    return _fault_response(fault, _media_type(request))


async def _refuse_metrics(request: Request) -> Response:
    return _fault_response(_NO_METRICS, _media_type(request))


async def _refuse_path(request: Request) -> Response:
    fault = Fault(
        http_status=HTTPStatus.NOT_FOUND,
        code=code_pb2.NOT_FOUND,
        message=f"there is no {request.url.path[:_SHOWN]} here: {_WHERE_TO}",
    )
    return _fault_response(fault, _media_type(request))


async def _refuse_method(request: Request) -> Response:
    fault = Fault(
        http_status=HTTPStatus.METHOD_NOT_ALLOWED,
        code=code_pb2.UNIMPLEMENTED,
        message=f"{request.url.path[:_SHOWN]} takes POST only: {_WHERE_TO}",
    )
    return _fault_response(fault, _media_type(request), headers={"allow": "POST"})


async def _refuse(request: Request, error: Exception) -> Response:
    """Answer what Starlette found no route for; it raises HTTPException with 404 or 405."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
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


def _fault_response(fault: Fault, media_type: str, *, headers: Mapping[str, str] | None = None) -> Response:
    response = _response(fault.status(), media_type, status_code=fault.http_status)
    response.headers.update(headers or {})
    if fault.retry_after_s is not None:
        response.headers["retry-after"] = str(fault.retry_after_s)
    return response


def _response(message: Message, media_type: str, *, status_code: int = HTTPStatus.OK) -> Response:
    """Answer in the content type of the request, in JSON where that was neither of ours."""
    if _MEDIA_TYPES.get(media_type) is Encoding.PROTOBUF:
        return Response(message.SerializeToString(), status_code, media_type=media_type)
    return Response(orjson.dumps(MessageToDict(message)), status_code, media_type="application/json")
