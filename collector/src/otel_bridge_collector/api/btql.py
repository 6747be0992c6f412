"""`POST /btql`: a query as text or as the SDKs' tree, and its answer.

Source: spec/btql.md sections 7.3 to 7.8 and 9, spec/wire.md section 11. Fields of a request that only tune the hosted
service are ignored.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError, query_error_response
from otel_bridge_collector.api.reading import Read, Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.build import binary, logical
from otel_bridge_collector.query.notice import Notice
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.syntax import Literal, Path, Query, Source
from otel_bridge_collector.store.json_text import dump_json

_MAX_TZ_OFFSET_MIN: Final = 840
_MAX_HEADER: Final = 4096
_BEHIND: Final = Notice(
    code="storeBehind",
    message="the store is behind: rows that were acknowledged before this query may be missing; ask again",
)


class BtqlEndpoint:
    """Answers queries."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def post(self, request: Request) -> Response:
        """Answer one query."""
        body = await read_object(request)
        text = body.get("query")
        wants_lines = _wants_lines(body)
        try:
            tz_offset_min = _tz_offset_min(body)
            query = _scoped(_with_source(_query(body), body), body)
            read = await self._reader.read(query, tz_offset_min=tz_offset_min, revisions=_revisions(body))
        except QueryError as error:
            return query_error_response(error, text if isinstance(text, str) else None)
        return _lines(read) if wants_lines else _envelope(read)


def _query(body: Mapping[str, Json]) -> Query:
    if "query" not in body:
        raise RequestError('the body has no "query"', code="missingQuery")
    query = parse(body["query"])
    cursor = body.get("cursor") or None
    if cursor is None:
        return replace(query, cursor=query.cursor or None)
    if not isinstance(cursor, str) or query.cursor not in (None, "", cursor):
        raise RequestError("the body's cursor is not the query's", code="invalidCursor")
    return replace(query, cursor=cursor)


def _revisions(body: Mapping[str, Json]) -> Revisions:
    version = body.get("version")
    return Revisions(
        version=None if version is None else read_version(version), audit_log=body.get("audit_log") is True
    )


def _with_source(query: Query, body: Mapping[str, Json]) -> Query:
    """Say what a query without `from` reads, which only the request can."""
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
    """Restrict the query to one trace where the request says so."""
    root_span_id = body.get("scope_to_root_span_id")
    if root_span_id is None:
        return query
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


def _wants_lines(body: Mapping[str, Json]) -> bool:
    fmt = body.get("fmt", "json")
    if fmt not in ("json", "jsonl"):
        raise RequestError('fmt is neither "json" nor "jsonl"', code="invalidFmt")
    return fmt == "jsonl"


def _envelope(read: Read) -> Response:
    answer = read.answer
    body: dict[str, Json] = {"data": answer.data, "schema": answer.schema}
    if answer.cursor:
        body["cursor"] = answer.cursor
    xact_id = read.newest_xact_id
    body |= {
        "realtime_state": {
            "type": "on",
            "minimum_xact_id": xact_id,
            "read_bytes": 0,
            "actual_xact_id": xact_id,
        },
        "warnings": _warnings(read),
        "freshness_state": {
            "last_processed_xact_id": xact_id,
            # Clients take an answer for fresh when both are equal (spec/btql.md section 7.4).
            "last_considered_xact_id": xact_id if read.is_complete else None,
        },
    }
    return json_response(body, _headers(read))


def _lines(read: Read) -> Response:
    content = "".join(f"{dump_json(row)}\n" for row in read.answer.data)
    headers = _headers(read)
    if warnings := _warnings(read):
        headers["x-bt-warnings"] = json.dumps(warnings)[:_MAX_HEADER]
    return Response(content, media_type="application/x-ndjson", headers=headers)


def _headers(read: Read) -> dict[str, str]:
    return {"x-bt-cursor": read.answer.cursor} if read.answer.cursor else {}


def _warnings(read: Read) -> list[Json]:
    return [
        {"code": notice.code, "message": notice.message, "stage": notice.stage, "severity": "warning"}
        for notice in (*read.notices, *(() if read.is_complete else (_BEHIND,)))
    ]
