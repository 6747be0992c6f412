"""`/v1/project_logs/{id}/fetch`: the rows of a project, page by page, latest written first.

Source: Braintrust OpenAPI as in spec/wire.md section 12, and spec/btql.md section 11, point 4.
"""

from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError, query_error_response
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Path, Query, Sorted, Source

_UNSUPPORTED: Final = ("filters", "max_xact_id", "max_root_span_id", "version")
_LATEST_FIRST: Final = Sorted(expression=Path(parts=("_xact_id",)), descending=True)


class ProjectLogsEndpoint:
    """Answers with rows of project logs."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def fetch(self, request: Request) -> Response:
        """Return a page of rows as `events`, and the cursor of the next one."""
        given: Mapping[str, Json]
        given = await read_object(request) if request.method == "POST" else dict(request.query_params)
        for name in _UNSUPPORTED:
            if name in given:
                message = f'"{name}" is not supported here; query with POST /btql instead'
                raise RequestError(message, code="unsupported")
        cursor = given.get("cursor")
        query = Query(
            source=Source(kind="project_logs", references=(request.path_params["project_id"],)),
            sort=(_LATEST_FIRST,),
            limit=_limit(given.get("limit")),
            cursor=str(cursor) if cursor else None,
        )
        try:
            read = await self._reader.read(query)
        except QueryError as error:
            return query_error_response(error, None)
        return json_response({"events": read.answer.data, "cursor": read.answer.cursor})


def _limit(value: Json) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdecimal():
        raise RequestError("limit is no whole number", code="badLimit")
    return int(str(value))
