"""`/v1/{project_logs,experiment,dataset}/{id}/{fetch,insert,feedback}`: the rows of one object.

Source: Braintrust OpenAPI as in spec/wire.md section 12, and spec/btql.md section 11, point 4. Rows come page by
page, latest written first.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError, query_error_response
from otel_bridge_collector.api.feedback_rows import feedback_rows
from otel_bridge_collector.api.feedback_token import RowsOf
from otel_bridge_collector.api.paging import whole_number
from otel_bridge_collector.api.place import place_of
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.api.writing import RowWriter, list_in, read_json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Path, Query, Sorted, Source
from otel_bridge_collector.store.objects import Objects

_UNSUPPORTED: Final = ("filters", "max_xact_id", "max_root_span_id")
"""The last two are a cursor made by hand, deprecated at Braintrust: it counts on pages that go by `root_span_id` within a transaction,
and would lose rows of pages that go by their key."""

_LATEST_FIRST: Final = Sorted(expression=Path(parts=("_xact_id",)), descending=True)


class ObjectRowsEndpoint:
    """Answers with the rows of objects of one kind, and takes rows and feedback for them."""

    def __init__(self, kind: RowsOf, objects: Objects, reader: Reader, writer: RowWriter) -> None:
        self._kind: RowsOf = kind
        self._objects = objects
        self._reader = reader
        self._writer = writer

    async def fetch(self, request: Request) -> Response:
        """Return a page of rows as `events`, and the cursor of the next one."""
        given: Mapping[str, Json]
        if request.method == "POST":
            given = await read_object(request, may_be_empty=True)
        else:
            given = dict(request.query_params)
        for name in _UNSUPPORTED:
            if name in given:
                raise RequestError(
                    f'"{name}" is not supported here',
                    code="unsupported",
                    hint='page with "cursor", and filter with POST /btql',
                )
        cursor = given.get("cursor")
        query = Query(
            source=Source(kind=self._kind, references=(request.path_params["object_id"],)),
            sort=(_LATEST_FIRST,),
            limit=_limit(given.get("limit")),
            cursor=str(cursor) if cursor else None,
        )
        try:
            read = await self._reader.read(query, revisions=_revisions(given))
        except QueryError as error:
            return query_error_response(error, None)
        return json_response({"events": read.answer.data, "cursor": read.answer.cursor})

    async def insert(self, request: Request) -> Response:
        """Keep rows, and return their ids."""
        events = list_in(await read_json(request), "events")
        written = await self._writer.write(self.placed(request.path_params["object_id"], events))
        return json_response({"row_ids": list(written.ids), **written.as_json()})

    async def feedback(self, request: Request) -> Response:
        """Keep feedback on rows, whether they have come or not."""
        feedback = list_in(await read_json(request), "feedback")
        written = await self._writer.write(self.rated(request.path_params["object_id"], feedback))
        return json_response({"status": "success", **written.as_json()})

    def placed(self, object_id: str, events: Sequence[Json]) -> list[Json]:
        """Return rows of an object, whatever object they name themselves.

        Raises:
            RequestError: there is no such object.
        """
        place = place_of(self._objects, self._kind, object_id).ids
        return [_placed(event, place) for event in events]

    def rated(self, object_id: str, feedback: Sequence[Json]) -> list[Json]:
        """Return the rows that feedback on rows of an object makes.

        Raises:
            RequestError: there is no such object, or feedback names no row or says nothing.
        """
        place = place_of(self._objects, self._kind, object_id).ids
        return [row for index, item in enumerate(feedback) for row in feedback_rows(index, item, place)]


def _placed(event: Json, place: Mapping[str, Json]) -> Json:
    """Return a row of the path's object, whatever object it names itself."""
    if not isinstance(event, Mapping):
        return event
    elsewhere = ("project_id", "experiment_id", "dataset_id", "prompt_session_id", "log_id")
    return {name: value for name, value in event.items() if name not in elsewhere} | dict(place)


def _revisions(given: Mapping[str, Json]) -> Revisions:
    version = given.get("version")
    return Revisions(version=None if version is None else read_version(version))


def _limit(value: Json) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool):
        raise RequestError("limit is no whole number", code="badLimit")
    return whole_number(str(value))
