"""`/v1/insert`: rows and feedback of several objects at once.

Source: Braintrust OpenAPI as in spec/translation.md section 1.7.
"""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.feedback_token import RowsOf
from otel_bridge_collector.api.object_rows import ObjectRowsEndpoint
from otel_bridge_collector.api.writing import RowWriter, list_in, read_json


class CrossInsertEndpoint:
    """Takes rows for objects of every kind."""

    def __init__(self, kinds: Mapping[RowsOf, ObjectRowsEndpoint], writer: RowWriter) -> None:
        self._kinds = kinds
        self._writer = writer

    async def post(self, request: Request) -> Response:
        """Keep rows and feedback of several objects; nothing is kept when one of the objects is not there."""
        body = await read_json(request)
        found: list[tuple[RowsOf, str, Mapping[str, Json]]] = [
            (kind, object_id, _member(given, kind, object_id))
            for kind in self._kinds
            for object_id, given in _objects(body, kind).items()
        ]
        batches = [
            (
                kind,
                object_id,
                self._kinds[kind].placed(object_id, _list_or_none(given, "events")),
                self._kinds[kind].rated(object_id, _list_or_none(given, "feedback")),
            )
            for kind, object_id, given in found
        ]
        answer: dict[str, dict[str, Json]] = {}
        for kind, object_id, events, feedback in batches:
            kept: dict[str, Json] = {"row_ids": []}
            if events:
                written = await self._writer.write(events)
                kept = {"row_ids": list(written.ids), **written.as_json()}
            if feedback:
                await self._writer.write(feedback)
            answer.setdefault(kind, {})[object_id] = kept
        return json_response(dict(answer))


def _objects(body: Mapping[str, Json], kind: str) -> Mapping[str, Json]:
    objects = body.get(kind)
    if objects is None:
        return {}
    if not isinstance(objects, Mapping):
        raise RequestError(f'"{kind}" is no object of ids', code="invalidJson")
    return objects


def _member(given: Json, kind: str, object_id: str) -> Mapping[str, Json]:
    if not isinstance(given, Mapping):
        raise RequestError(f'{kind} "{object_id}" has no object of events and feedback', code="invalidJson")
    return given


def _list_or_none(given: Mapping[str, Json], name: str) -> list[Json]:
    return list(list_in(given, name)) if given.get(name) is not None else []
