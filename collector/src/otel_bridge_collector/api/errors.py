"""What a request of the API is told when it fails: one JSON object for every error.

Source: spec/btql.md section 9.2. `Message` is complete in itself, since older clients show nothing else; the place of a
wrong query stands in `position`, and `snippet` shows it.
"""

import sqlite3
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.errors import (
    ForbiddenError,
    OverloadedError,
    QueryError,
    SlowRequestError,
    is_disk_full,
)

_STATUS: Final[Mapping[str, int]] = {"sourceNotFound": 404, "queryTimeout": 408, "overloaded": 503}
"""Code -> HTTP status; 400 for any other. Not 413 and 504, which clients repeat."""

_STAGES: Final[Mapping[str, str]] = {
    "missingQuery": "request",
    **dict.fromkeys(("badCharacter", "badEscape", "badNumber", "tooLong", "unterminatedString"), "lexer"),
    **dict.fromkeys(
        ("duplicateClause", "emptyIn", "emptyQuery", "notAQuery", "numericOffset", "syntax", "tooDeep", "tooManyValues",
         "unknownClause", "unknownOp", "unsupported"),
        "parser",
    ),
    "lintFailed": "optimizer",
    **dict.fromkeys(("overloaded", "queryTimeout", "queryTooLarge", "resultTooLarge"), "executor"),
}  # fmt: skip
"""Code -> the step that found the fault; of any other it is the binder, which knows names and types."""

_REFUSED: Final[Mapping[int, str]] = {
    401: "unauthenticated", 403: "forbidden", 408: "requestTimeout", 413: "requestTooLarge",
    429: "tooManyRequests", 503: "overloaded",
}  # fmt: skip
"""HTTP status -> code, of requests that no endpoint has seen."""

DISK_RETRY_S: Final = 5
"""A full disk is no matter of a moment: who comes back at once finds it as it was."""

_SNIPPET_WIDTH: Final = 120
_WHERE_TO: Final = "send queries to /btql, OTLP traces to /v1/traces and logs to /v1/logs"
_SEE_DOCS: Final = "GET /openapi.json describes every operation"
_SEE_QUERIES: Final = "docs/api.md describes the query language"
_HINTS: Final[Mapping[str, str]] = {
    "notFound": "list what is there with GET, or make it first",
    "nameTaken": "choose another name",
    "slugTaken": 'send "if_exists": "replace" or "ignore"',
    "requestTooLarge": "send less at a time, or rows through POST /logs3/overflow",
}
"""Code -> what to do, where the message does not say it."""


class RequestError(Exception):
    """A request that cannot be answered.

    Attributes:
        status: the HTTP status.
        code: which kind of fault.
        hint: what to do; empty where the message says it all.
        details: further members of the answer.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        status: int = 400,
        hint: str = "",
        details: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.hint = hint
        self.details = details or {}


def query_error_status(error: QueryError) -> int:
    """Return the HTTP status of a query that was not answered: 400 where the query itself is wrong."""
    return _STATUS.get(error.code, HTTPStatus.BAD_REQUEST)


def query_error_response(error: QueryError, text: str | None) -> JSONResponse:
    """Return the answer to a wrong query; `text` is the query if it is a text."""
    status = query_error_status(error)
    headers = {"retry-after": "1"} if status == _STATUS["overloaded"] else None
    return JSONResponse(query_error_body(error, text), status_code=status, headers=headers)


def query_error_body(error: QueryError, text: str | None) -> dict[str, Json]:
    """Return a wrong query's error as JSON."""
    body: dict[str, Json] = {"Message": str(error), "error": str(error), "code": error.code}
    body["stage"] = _STAGES.get(error.code, "binder")
    where = ""
    if error.path:
        body["position"] = {"path": error.path}
    if error.code == "missingQuery":
        # As the hosted service says it (spec/btql.md section 9.2).
        body["errors"] = [{"code": "invalid_type", "path": ["query"], "message": str(error)}]
    if text is not None and error.offset is not None:
        position = _position(text, error.offset, error.length)
        where = f" at line {position['line']}, column {position['column']}"
        body |= {"position": position, "snippet": _snippet(text, error.offset, error.length)}
    if error.suggestion:
        replacement = {"replace": error.replacement} if error.replacement else {}
        body["suggestion"] = {"text": error.suggestion, **replacement}
        where += f"; {error.suggestion}"
    body["Message"] = f"{error}{where}"
    body["hint"] = error.suggestion or _SEE_QUERIES
    return body


async def request_error(request: Request, error: Exception) -> Response:
    """Answer a request that raised `RequestError`."""
    if not isinstance(error, RequestError):
        return await internal_error(request, error)
    hint = error.hint or _HINTS.get(error.code, _SEE_DOCS)
    body = {"Message": str(error), "error": str(error), "code": error.code, "hint": hint, **error.details}
    headers = {"retry-after": "1"} if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(body, status_code=error.status, headers=headers)


async def forbidden(request: Request, error: Exception) -> Response:
    """Answer a request that asks for more than its caller may do."""
    del request
    return refusal(403, str(error))


async def unready(request: Request, error: Exception) -> Response:
    """Answer a request for whose body there is no room, or that came too slowly."""
    del request
    if isinstance(error, OverloadedError):
        return refusal(429 if error.is_own else 503, str(error), retry_after_s=error.retry_after_s)
    return refusal(408, str(error))


async def write_error(request: Request, error: Exception) -> Response:
    """Answer a request that could not be kept because the disk is full; what else went wrong is a bug."""
    del request
    if not is_disk_full(error):
        raise error
    return refusal(
        503, "cannot keep this now: the disk of the data folder is full", retry_after_s=DISK_RETRY_S
    )


def refusal(status: int, message: str, *, retry_after_s: int | None = None) -> Response:
    """Return the answer to a request that was refused before its endpoint saw it."""
    body = {"Message": message, "error": message, "code": _REFUSED.get(status, "refused")}
    headers = None if retry_after_s is None else {"retry-after": str(retry_after_s)}
    return JSONResponse(body, status_code=status, headers=headers)


async def http_error(request: Request, error: Exception) -> Response:
    """Answer a request that no route takes, naming what was asked for."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    path = request.url.path
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        code, message = "methodNotAllowed", f"{path} takes no {request.method}"
    elif path.startswith("/btql/async"):
        code, message = "asyncUnsupported", "there are no queries that run on their own: send them to /btql"
    else:
        code, message = "notFound", f"there is nothing at {path}: {_WHERE_TO}"
    headers = error.headers if isinstance(error, HTTPException) else None
    return JSONResponse(
        {"Message": message, "error": message, "code": code, "hint": _SEE_DOCS},
        status_code=status,
        headers=headers,
    )


async def internal_error(request: Request, error: Exception) -> Response:
    """Answer a request that found a bug; the server logs it, the client learns nothing of it."""
    del request, error
    message = "internal error"
    hint = "the log of the sidecar says more"
    body = {"Message": message, "error": message, "code": "internal", "hint": hint}
    # The server ends the connection; without being told, a client would send its next request into that end.
    return JSONResponse(body, status_code=500, headers={"connection": "close"})


EXCEPTION_HANDLERS: Final = {
    RequestError: request_error,
    ForbiddenError: forbidden,
    OverloadedError: unready,
    SlowRequestError: unready,
    OSError: write_error,
    sqlite3.OperationalError: write_error,
    404: http_error,
    405: http_error,
    Exception: internal_error,
}
"""For the Starlette application that holds the API's routes."""


def _position(text: str, offset: int, length: int) -> dict[str, int]:
    before = text[:offset]
    return {
        "offset": offset,
        "length": length,
        "line": before.count("\n") + 1,
        "column": offset - (before.rfind("\n") + 1) + 1,
    }


def _snippet(text: str, offset: int, length: int) -> str:
    """Return the line of an error with carets under the place."""
    start = text.rfind("\n", 0, offset) + 1
    line = text[start:].partition("\n")[0].replace("\t", " ")
    column = offset - start
    shown = max(0, column - _SNIPPET_WIDTH // 2)
    line = line[shown : shown + _SNIPPET_WIDTH]
    carets = "^" * max(1, min(length, len(line) - (column - shown)))
    return f"{line}\n{' ' * (column - shown)}{carets}"
