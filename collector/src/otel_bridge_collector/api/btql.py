"""`POST /btql`: a query as text or as the SDKs' tree, and its answer.

Source: spec/btql.md sections 7.3 to 7.8 and 9, spec/wire.md section 11. Fields of a request that only tune the hosted
service are ignored.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import read_object
from otel_bridge_collector.api.errors import RequestError, query_error_response
from otel_bridge_collector.api.formats import read_format, respond
from otel_bridge_collector.api.reading import Linting, Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.plan import MAX_ROWS
from otel_bridge_collector.query.syntax import Literal, Path, Query, Source

_MAX_TZ_OFFSET_MIN: Final = 840


class BtqlEndpoint:
    """Answers queries."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def post(self, request: Request) -> Response:
        """Answer one query."""
        # Braintrust's own command line sends again what is answered with 413 (spec/btql.md section 9.1).
        body = await read_object(request, too_large_status=400)
        text = body.get("query")
        fmt = read_format(body)
        try:
            tz_offset_min = _tz_offset_min(body)
            query = _scoped(_with_source(_query(body), body), body)
            read = await self._reader.read(
                query,
                tz_offset_min=tz_offset_min,
                revisions=_revisions(body),
                linting=_linting(body),
                max_bytes=fmt.max_bytes,
            )
        except QueryError as error:
            return query_error_response(error, text if isinstance(text, str) else None)
        return await respond(read, fmt)


def _query(body: Mapping[str, Json]) -> Query:
    if "query" not in body:
        raise QueryError('the body has no "query"', code="missingQuery", path="query")
    query = parse(body["query"])
    if body.get("disable_limit") is True and query.limit is None:
        query = replace(query, limit=MAX_ROWS)
    cursor = body.get("cursor") or None
    if cursor is None:
        return replace(query, cursor=query.cursor or None)
    if not isinstance(cursor, str) or query.cursor not in (None, "", cursor):
        raise RequestError("the body's cursor is not the query's", code="invalidCursor")
    return replace(query, cursor=cursor)


def _linting(body: Mapping[str, Json]) -> Linting:
    mode = body.get("lint_mode", "default")
    if mode not in ("default", "strict", "off"):
        raise RequestError("lint_mode is none of default, strict, off", code="badArgument")
    if body.get("strict_lint_mode") is True:
        return "strict"
    return "strict" if mode == "strict" else "off" if mode == "off" else "default"


def _revisions(body: Mapping[str, Json]) -> Revisions:
    version = body.get("version")
    return Revisions(
        version=None if version is None else read_version(version), audit_log=body.get("audit_log") is True
    )


def _with_source(query: Query, body: Mapping[str, Json]) -> Query:
    """Say what a query without `from` reads, which only the request can; of a query around another, the one inside."""
    if query.subquery is not None:
        return replace(query, subquery=_with_source(query.subquery, body))
    if query.source is not None:
        return query
    kind = body.get("default_source")
    if isinstance(kind, str):
        return replace(query, source=Source(kind=kind))
    raise QueryError(
        "the query does not say what to read",
        code="missingSource",
        suggestion="add from: project_logs('<name or id>'), or send default_source beside the query",
    )


def _scoped(query: Query, body: Mapping[str, Json]) -> Query:
    """Restrict the query to one trace where the request says so; rows are what the innermost query reads."""
    root_span_id = body.get("scope_to_root_span_id")
    if root_span_id is None:
        return query
    if query.subquery is not None:
        return replace(query, subquery=_scoped(query.subquery, body))
    of_trace = binary("eq", Path(parts=("root_span_id",)), Literal(value=root_span_id))
    return replace(query, filter=logical("and", [part for part in (query.filter, of_trace) if part]))


def _tz_offset_min(body: Mapping[str, Json]) -> int:
    value = body.get("tz_offset", 0)
    try:
        minutes = int(value) if isinstance(value, int | str) else None
    except ValueError:
        minutes = None
    if minutes is None or abs(minutes) > _MAX_TZ_OFFSET_MIN:
        message = f"tz_offset is no number of minutes from -{_MAX_TZ_OFFSET_MIN} to {_MAX_TZ_OFFSET_MIN}"
        raise RequestError(message, code="badTzOffset")
    return minutes
