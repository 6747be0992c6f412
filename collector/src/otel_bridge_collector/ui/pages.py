"""The pages that show tables: projects, logs, experiments and datasets."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from otel_bridge_collector.api.reading import Reader
from otel_bridge_collector.api.revisions import Revisions
from otel_bridge_collector.api.summaries import Summaries
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.query.build import logical
from otel_bridge_collector.query.syntax import Expression, Path
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.annotate import UNTICKED
from otel_bridge_collector.ui.columns import choices_of
from otel_bridge_collector.ui.groups import PROPOSED, read_groups
from otel_bridge_collector.ui.kept_views import PARAMETERS, kept_views
from otel_bridge_collector.ui.listing import RANGES, Asked, read_asked, read_listing, views_of
from otel_bridge_collector.ui.lookup import find_object, find_project
from otel_bridge_collector.ui.render import render
from otel_bridge_collector.ui.tag_colors import tag_colors
from otel_bridge_collector.ui.trace_rows import TraceRows, equal, no_row
from otel_bridge_collector.ui.urls import SECTIONS, Kind, row_url


class Pages:
    """Shows what the caller of the running request reaches."""

    def __init__(
        self, objects: Objects, reader: Reader, summaries: Summaries, endpoint: Callable[[Request], str]
    ) -> None:
        """Show rows.

        Args:
            objects: projects and what belongs to them, as the caller sees them.
            reader: runs queries.
            summaries: the numbers of experiments.
            endpoint: where the browser's machine reaches OTLP over HTTP.
        """
        self._objects = objects
        self._reader = reader
        self._rows = TraceRows(reader)
        self._summaries = summaries
        self._endpoint = endpoint

    async def home(self, request: Request) -> Response:
        """Show the projects; where there are none, what to set so that there will be one."""
        projects = sorted(self._objects.projects(), key=lambda each: each.name)
        return render(
            request,
            "home",
            projects=projects,
            endpoint=self._endpoint(request),
            api=str(request.base_url).rstrip("/"),
        )

    async def logs(self, request: Request) -> Response:
        """Show the logs of a project; a link of an SDK to one row leads there."""
        project = find_project(self._objects, request.path_params["project"])
        if linked := _linked(request):
            return RedirectResponse(await self._row_url("project_logs", project.id, *linked))
        asked = read_asked(request)
        if asked.by:
            return await self._groups(request, project, asked)
        more = {
            **self._kept(project, asked),
            "group_fields": PROPOSED,
        }
        return await self._table(request, "project_logs", project.id, project, "logs", more)

    async def _groups(self, request: Request, project: Project, asked: Asked) -> Response:
        listing, groups = await read_groups(self._reader, project.id, asked)
        return render(
            request,
            "groups",
            status=HTTPStatus.BAD_REQUEST if listing.fault else HTTPStatus.OK,
            project=project,
            section=SECTIONS["project_logs"],
            kind="project_logs",
            listing=listing,
            groups=groups,
            group_fields=PROPOSED,
            ranges=RANGES,
            views=views_of(()),
            tag_colors=tag_colors(self._objects, project.id),
            **self._kept(project, asked),
        )

    def _kept(self, project: Project, asked: Asked) -> Mapping[str, object]:
        """Return what a page of the logs shows of kept views."""
        return {
            "kept_views": kept_views(self._objects, project, "logs"),
            "asked_now": {name: asked.said()[name] for name in PARAMETERS["logs"]},
        }

    async def datasets(self, request: Request) -> Response:
        """Show the datasets of a project."""
        project = find_project(self._objects, request.path_params["project"])
        return render(
            request,
            "objects",
            project=project,
            section=SECTIONS["dataset"],
            objects=self._datasets(project),
        )

    async def experiment(self, request: Request) -> Response:
        """Show the numbers of an experiment against the one before it, or the one that `base` names, and its cases."""
        project = find_project(self._objects, request.path_params["project"])
        found = find_object(self._objects, "experiment", project, request.path_params["name"])
        if linked := _linked(request):
            return RedirectResponse(await self._row_url("experiment", found.id, *linked))
        chosen = request.query_params.get("base", "")
        base = (
            find_object(self._objects, "experiment", project, chosen)
            if chosen
            else self._summaries.base_of(found)
        )
        numbers = await self._summaries.numbers(found, base)
        base_project = self._objects.project(base.project_id) if base else None
        more: dict[str, object] = {
            "name": found.name, "base": base, "base_project": base_project or project, "numbers": numbers,
            "others": [each for each in self._objects.in_projects.find("experiment", project_id=project.id) if each.id != found.id],
        }  # fmt: skip
        return await self._table(request, "experiment", found.id, project, "experiment", more)

    async def dataset(self, request: Request) -> Response:
        """Show the records of a dataset, as they are or as a version has them."""
        project = find_project(self._objects, request.path_params["project"])
        found = find_object(self._objects, "dataset", project, request.path_params["name"])
        if linked := _linked(request):
            return RedirectResponse(await self._row_url("dataset", found.id, *linked))
        return await self._table(request, "dataset", found.id, project, "dataset", {"name": found.name})

    async def _table(
        self,
        request: Request,
        kind: Kind,
        object_id: str,
        project: Project,
        template: str,
        more: Mapping[str, object],
    ) -> Response:
        version = request.query_params.get("version", "") if kind == "dataset" else ""
        revisions = Revisions(version=read_version(version)) if version else Revisions()
        listing = await read_listing(self._reader, kind, object_id, read_asked(request), revisions)
        return render(
            request,
            template,
            status=HTTPStatus.BAD_REQUEST if listing.fault else HTTPStatus.OK,
            project=project,
            section=SECTIONS[kind],
            kind=kind,
            object_id=object_id,
            listing=listing,
            choices=choices_of(kind, listing.columns),
            tag_colors=tag_colors(self._objects, project.id),
            version_shown=version,
            unticked=request.query_params.get(UNTICKED),
            ranges=RANGES,
            views=views_of(listing.rows),
            datasets=self._datasets(project) if kind != "dataset" else (),
            **more,
        )

    def _datasets(self, project: Project) -> Sequence[ProjectObject]:
        return self._objects.in_projects.find("dataset", project_id=project.id)

    async def _row_url(self, kind: Kind, object_id: str, condition: Expression, named: str) -> str:
        found = await self._rows.first(kind, object_id, condition, fields=("id",))
        if found is None:
            raise no_row(named)
        return row_url(found["id"], kind, object_id)


def _linked(request: Request) -> tuple[Expression, str] | None:
    """Return what the link of an SDK names, and its name: `oid`, a row; or `r` and `s`, a trace and a span of it."""
    given = request.query_params
    if row_id := given.get("oid"):
        return equal("id", row_id), row_id
    if trace := given.get("r"):
        span = given.get("s")
        which = equal("span_id", span) if span else Path(parts=("is_root",))
        return logical("and", (equal("root_span_id", trace), which)), span or trace
    return None
