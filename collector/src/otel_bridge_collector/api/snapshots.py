"""Versions of datasets: names for them under older paths, the newest one, and going back to one.

Source: `braintrust` 3.35.0 for JavaScript, read and run.
"""

from collections.abc import Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.body import json_response, read_object
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.kinds import DATASET_SNAPSHOT
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.query.plan import MAX_ROWS
from otel_bridge_collector.query.syntax import Query, Source
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject

_RESTORED: Final = ("id", "dataset_id", "created", "input", "expected", "metadata", "tags", "origin")
_Row = Mapping[str, Json]


class SnapshotsEndpoint:
    """Answers for the snapshots of datasets as the JavaScript SDK asks."""

    def __init__(self, objects: Objects, snapshots: ObjectsEndpoint, next_xact: Callable[[], int]) -> None:
        self._objects = objects
        self._snapshots = snapshots
        self._next_xact = next_xact

    def now(self, request: Request) -> Response:
        """Return a version that has everything that was acknowledged, as bare text."""
        del request
        return PlainTextResponse(str(self._next_xact()))

    async def find(self, request: Request) -> Response:
        """Return the snapshots of a dataset, of a `name` or `xact_id`, as a bare list."""
        body = await read_object(request)
        found = self._objects.in_projects.find(
            "dataset_snapshot", project_id=self._snapshots.owner_of(body), name=_text_or_none(body, "name")
        )
        xact_id = body.get("xact_id")
        return json_response([self._shape(each) for each in found if xact_id in (None, each.data["xact_id"])])

    async def register(self, request: Request) -> Response:
        """Make a snapshot, or with `update` move the one that has its name."""
        body = await read_object(request)
        fields = {**body, "name": body.get("dataset_snapshot_name")}
        dataset_id = self._snapshots.owner_of(body)
        before = self._objects.in_projects.find(
            "dataset_snapshot", project_id=dataset_id, name=_text_or_none(fields, "name")
        )
        if before and body.get("update"):
            kept = self._snapshots.overwrite(before[0], fields)
        else:
            kept = self._snapshots.make(dataset_id, fields)
        return json_response({"dataset_snapshot": self._shape(kept), "found_existing": bool(before)})

    async def change(self, request: Request) -> Response:
        """Give a snapshot another name or description."""
        body = await read_object(request)
        found = self._snapshots.found(str(body.get("id")))
        return json_response(self._shape(self._snapshots.merge(found, body)))

    async def delete(self, request: Request) -> Response:
        """Delete a snapshot; the version that it names stays."""
        body = await read_object(request)
        found = self._snapshots.found(str(body.get("id")))
        return json_response(self._shape(self._objects.in_projects.delete(found)))

    def _shape(self, found: ProjectObject) -> dict[str, Json]:
        return DATASET_SNAPSHOT.shape(found, org_id=self._objects.org_id)


class RestoreEndpoint:
    """Brings a dataset back to a version, by new writes: no version is lost."""

    def __init__(self, datasets: ObjectsEndpoint, reader: Reader, writer: RowWriter) -> None:
        self._datasets = datasets
        self._reader = reader
        self._writer = writer

    async def preview(self, request: Request) -> Response:
        """Tell how many records going back would write and delete."""
        changed, gone = await self._difference(request)
        return json_response({"rows_to_restore": len(changed), "rows_to_delete": len(gone)})

    async def restore(self, request: Request) -> Response:
        """Go back."""
        changed, gone = await self._difference(request)
        dataset_id = request.path_params["object_id"]
        rows: list[Json] = [{name: row.get(name) for name in _RESTORED} for row in changed]
        rows += [{"id": row["id"], "dataset_id": dataset_id, "_object_delete": True} for row in gone]
        written = await self._writer.write(rows) if rows else None
        return json_response(
            {
                "xact_id": written.xact_id if written else None,
                "rows_restored": len(changed),
                "rows_deleted": len(gone),
            }
        )

    async def _difference(self, request: Request) -> tuple[list[_Row], list[_Row]]:
        """Return the records that were different then, as they were, and those that were not there."""
        version = (await read_object(request)).get("version")
        if version is None:
            raise RequestError('the body has no "version"', code="invalidJson")
        dataset = self._datasets.found(request.path_params["object_id"])
        then = await self._records(dataset, Revisions(version=read_version(version)))
        now = await self._records(dataset, Revisions())
        changed = [row for key, row in then.items() if _content(row) != _content(now.get(key))]
        return changed, [row for key, row in now.items() if key not in then]

    async def _records(self, dataset: ProjectObject, revisions: Revisions) -> dict[Json, _Row]:
        query = Query(source=Source(kind="dataset", references=(dataset.id,)), limit=MAX_ROWS)
        rows = (await self._reader.read(query, revisions=revisions)).answer.data
        if len(rows) >= MAX_ROWS:
            raise RequestError(f"the dataset has more than {MAX_ROWS} records", code="tooLarge")
        return {row["id"]: row for row in rows}


def _content(row: _Row | None) -> _Row | None:
    return row and {name: row.get(name) for name in _RESTORED}


def _text_or_none(body: Mapping[str, Json], field: str) -> str | None:
    value = body.get(field)
    return value if isinstance(value, str) else None
