"""Datasets as people edit them: a new one, its records added, changed and deleted, its versions and what differs between them."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.objects import ObjectsEndpoint
from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.api.writing import RowWriter
from otel_bridge_collector.query.build import binary
from otel_bridge_collector.query.plan import MAX_ROWS
from otel_bridge_collector.query.syntax import Literal as Constant
from otel_bridge_collector.query.syntax import Path
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.diff import Change, changes_of
from otel_bridge_collector.ui.form import MAX_FORM_BYTES, only, read_form, see_that_it_fits
from otel_bridge_collector.ui.json_field import Expected, FieldFault, json_in, json_text
from otel_bridge_collector.ui.listing import MAX_BYTES, of_object
from otel_bridge_collector.ui.lookup import find_object, find_project
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.urls import object_url, row_url

FIELDS: Final = ("input", "expected", "metadata", "tags")
MAX_VERSIONS: Final = 100
"""Of a dataset that are listed, the newest."""

MAX_CHANGED: Final = 200
"""Records that a page of differences has."""

_EXPECTED: Final[Mapping[str, Expected]] = {"metadata": "object", "tags": "texts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A record that differs between two versions."""

    id: str
    kind: Literal["added", "changed", "deleted"]
    changes: Sequence[Change]


class Records:
    """Lets datasets be edited."""

    def __init__(
        self, objects: Objects, reader: Reader, writer: RowWriter, datasets: ObjectsEndpoint
    ) -> None:
        self._objects = objects
        self._reader = reader
        self._writer = writer
        self._datasets = datasets

    async def make(self, request: Request) -> Response:
        """Make a dataset of a name, or show the one that has it."""
        given = await read_form(request, max_bytes=MAX_FORM_BYTES)
        only(given, "project", "name", "description")
        project = find_project(self._objects, given.get("project", ""))
        name = given.get("name", "").strip()
        if not name:
            raise RequestError("a dataset needs a name", code="badForm", hint="go back and give it one")
        said = {"description": text} if (text := given.get("description", "").strip()) else {}
        made = self._datasets.make(project.id, {"name": name, **said})
        return RedirectResponse(object_url(made, project), HTTPStatus.SEE_OTHER)

    async def edit_page(self, request: Request) -> Response:
        """Show a record in the fields of a form; without an id, empty ones for a new record."""
        project, dataset = self._place(request.query_params.get("dataset", ""))
        row_id = request.query_params.get("id", "")
        row: Mapping[str, Json] = await self._record(dataset, row_id) if row_id else {}
        texts = {name: "" if row.get(name) is None else json_text(row[name]) for name in FIELDS}
        see_that_it_fits(
            "this record", texts.values(), f"write it with the API: POST /v1/dataset/{dataset.id}/insert"
        )
        return _form(request, project, dataset, row_id, texts, None)

    async def save(self, request: Request) -> Response:
        """Keep what a form says a record is; JSON that is wrong is shown with its place."""
        given = await read_form(request, max_bytes=MAX_FORM_BYTES)
        only(given, "dataset", "id", *FIELDS)
        project, dataset = self._place(given.get("dataset", ""))
        row_id = given.get("id", "")
        texts = {name: given.get(name, "") for name in FIELDS}
        values = {name: json_in(name, text, _EXPECTED.get(name, "anything")) for name, text in texts.items()}
        fault = next((each for each in values.values() if isinstance(each, FieldFault)), None)
        if fault:
            return _form(request, project, dataset, row_id, texts, fault)
        before: Mapping[str, Json] = await self._record(dataset, row_id) if row_id else {}
        kept = {name: before[name] for name in ("created", "origin") if before.get(name) is not None}
        kept_id = row_id or str(uuid.uuid4())
        row: Mapping[str, Json] = {
            **kept,
            **{name: value for name, value in values.items() if not isinstance(value, FieldFault)},
            "id": kept_id,
            "dataset_id": dataset.id,
        }
        await self._writer.write([row])
        return RedirectResponse(row_url(kept_id, "dataset", dataset.id), HTTPStatus.SEE_OTHER)

    async def delete(self, request: Request) -> Response:
        """Delete a record; versions from before still have it."""
        given = await read_form(request)
        only(given, "dataset", "id")
        project, dataset = self._place(given.get("dataset", ""))
        row = await self._record(dataset, given.get("id", ""))
        await self._writer.write([{"id": row["id"], "dataset_id": dataset.id, "_object_delete": True}])
        return RedirectResponse(object_url(dataset, project), HTTPStatus.SEE_OTHER)

    async def versions(self, request: Request) -> Response:
        """Show the versions of a dataset, and what differs between two of them."""
        project = find_project(self._objects, request.path_params["project"])
        dataset = find_object(self._objects, "dataset", project, request.query_params.get("dataset", ""))
        before, after = (request.query_params.get(name, "") for name in ("before", "after"))
        changed = list(await self._changed(dataset, before, after)) if before or after else None
        versions = await self._versions(dataset)
        return render(
            request,
            "versions",
            project=project,
            section="datasets",
            dataset=dataset,
            versions=versions,
            is_cut=len(versions) == MAX_VERSIONS,
            before=before,
            after=after,
            changed=changed and changed[:MAX_CHANGED],
            is_asked=changed is not None,
            left_out=max(0, len(changed or ()) - MAX_CHANGED),
        )

    def _place(self, dataset_id: str) -> tuple[Project, ProjectObject]:
        dataset = self._datasets.found(dataset_id)
        return find_project(self._objects, dataset.project_id), dataset

    async def _record(self, dataset: ProjectObject, row_id: str) -> Mapping[str, Json]:
        query = of_object(
            "dataset", dataset.id, binary("eq", Path(parts=("id",)), Constant(value=row_id)), limit=1
        )
        found = (await self._reader.read(query)).answer.data
        if not found:
            raise RequestError(
                f'there is no record "{row_id}"',
                code="notFound",
                status=HTTPStatus.NOT_FOUND,
                hint="it was deleted, or was never there; its dataset has those that are left",
            )
        return found[0]

    async def _versions(self, dataset: ProjectObject) -> Sequence[str]:
        """Return the newest transactions that changed a record, the newest first."""
        query = of_object("dataset", dataset.id, None, fields=("_xact_id",), limit=MAX_ROWS)
        rows = (await self._reader.read(query, revisions=Revisions(audit_log=True))).answer.data
        return sorted({str(row["_xact_id"]) for row in rows}, reverse=True)[:MAX_VERSIONS]

    async def _changed(self, dataset: ProjectObject, before: str, after: str) -> Iterator[Changed]:
        return _differences(await self._at(dataset, before), await self._at(dataset, after))

    async def _at(self, dataset: ProjectObject, version: str) -> Mapping[str, str]:
        """Return the records of a version as texts by their id; without one, the present ones."""
        revisions = Revisions(version=read_version(version)) if version else Revisions()
        query = of_object("dataset", dataset.id, None, fields=("id", *FIELDS), limit=MAX_ROWS)
        read = await self._reader.read(query, revisions=revisions, max_bytes=MAX_BYTES)
        if read.answer.cursor and len(read.answer.data) < MAX_ROWS:
            more = await self._reader.read(
                of_object("dataset", dataset.id, None, fields=("id",), limit=1, cursor=read.answer.cursor),
                revisions=revisions,
            )
            if more.answer.data:
                raise RequestError(
                    "this dataset is too large to compare versions on a page",
                    code="tooLarge",
                    hint="the API has every version: `fetch` with `version`",
                )
        return {
            str(row["id"]): json_text({name: row.get(name) for name in FIELDS if row.get(name) is not None})
            for row in read.answer.data
        }


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Changed]:
    for row_id in sorted({*before, *after}):
        old, new = before.get(row_id), after.get(row_id)
        if old == new:
            continue
        yield Changed(
            id=row_id,
            kind="added" if old is None else "deleted" if new is None else "changed",
            changes=changes_of(old or "", new or ""),
        )


def _form(
    request: Request,
    project: Project,
    dataset: ProjectObject,
    row_id: str,
    texts: Mapping[str, str],
    fault: FieldFault | None,
) -> Response:
    return render(
        request,
        "record",
        status=HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK,
        project=project,
        section="datasets",
        dataset=dataset,
        row_id=row_id,
        texts=texts,
        fault=fault,
    )
