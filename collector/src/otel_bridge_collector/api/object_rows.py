"""`/v1/{project_logs,experiment,dataset}/{id}/{fetch,insert,feedback}`: the rows of one object.

Source: Braintrust OpenAPI as in spec/wire.md section 12, and spec/btql.md section 11, point 4. Rows come page by
page, latest written first.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias, cast

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError, query_error_response
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.api.writing import RowWriter, list_in, read_json
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Path, Query, Sorted, Source
from otel_bridge_collector.store.objects import Objects

RowsOf: TypeAlias = Literal["project_logs", "experiment", "dataset"]

_UNSUPPORTED: Final = ("filters", "max_xact_id", "max_root_span_id")
_LATEST_FIRST: Final = Sorted(expression=Path(parts=("_xact_id",)), descending=True)
_FEEDBACK_FIELDS: Final = ("scores", "expected", "tags")


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
        given = await read_object(request) if request.method == "POST" else dict(request.query_params)
        for name in _UNSUPPORTED:
            if name in given:
                message = f'"{name}" is not supported here; query with POST /btql instead'
                raise RequestError(message, code="unsupported")
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
        place = self._place(object_id)
        return [_placed(event, place) for event in events]

    def rated(self, object_id: str, feedback: Sequence[Json]) -> list[Json]:
        """Return the rows that feedback on rows of an object makes.

        Raises:
            RequestError: there is no such object, or feedback names no row or says nothing.
        """
        place = self._place(object_id)
        return [row for index, item in enumerate(feedback) for row in _feedback_rows(index, item, place)]

    def _place(self, object_id: str) -> Mapping[str, Json]:
        """Return the object ids of the rows of an object."""
        if self._kind == "project_logs":
            if self._objects.project(object_id):
                return {"project_id": object_id, "log_id": "g"}
        else:
            found = self._objects.in_projects.get(object_id)
            if found and found.kind == self._kind:
                return {f"{self._kind}_id": object_id}
        raise RequestError(f'there is no {self._kind} "{object_id}"', code="notFound", status=404)


def _placed(event: Json, place: Mapping[str, Json]) -> Json:
    """Return a row of the path's object, whatever object it names itself."""
    if not isinstance(event, Mapping):
        return event
    elsewhere = ("project_id", "experiment_id", "dataset_id", "prompt_session_id", "log_id")
    return {name: value for name, value in event.items() if name not in elsewhere} | dict(place)


def _feedback_rows(index: int, item: Json, place: Mapping[str, Json]) -> Sequence[Json]:
    """Return the rows that Braintrust's SDK makes of the same feedback."""
    row_id = item.get("id") if isinstance(item, Mapping) else None
    if not isinstance(row_id, str) or not row_id:
        raise RequestError(f'feedback {index} has no "id": the id of the row it is about', code="badRow")
    given = cast("Mapping[str, Json]", item)
    audit = {
        "_audit_source": given.get("source") or "external",
        "_audit_metadata": given.get("metadata"),
        **place,
    }
    said = {name: given[name] for name in _FEEDBACK_FIELDS if given.get(name) is not None}
    comment = given.get("comment")
    rows: list[Json] = [{"id": row_id, "_is_merge": True, **said, **audit}] if said else []
    if isinstance(comment, str) and comment:
        rows.append(
            {
                "id": str(uuid.uuid4()),
                "created": datetime.now(UTC).isoformat(),
                "origin": {"id": row_id},
                "comment": {"text": comment},
                **audit,
            }
        )
    if not rows:
        raise RequestError(
            f"feedback {index} says nothing, expected scores, expected, tags or comment", code="badRow"
        )
    return rows


def _revisions(given: Mapping[str, Json]) -> Revisions:
    version = given.get("version")
    return Revisions(version=None if version is None else read_version(version))


def _limit(value: Json) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdecimal():
        raise RequestError("limit is no whole number", code="badLimit")
    return int(str(value))
