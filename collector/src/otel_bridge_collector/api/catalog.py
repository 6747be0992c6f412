"""Objects that a query names, found in the control plane."""

from collections.abc import Sequence

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Source
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ProjectObject


class ObjectCatalog:
    """A `query.plan.Catalog` over the control plane: a project by its id, then by its name; an experiment by its id."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def find(self, source: Source) -> Sequence[str] | None:
        """See `Catalog`."""
        if not source.references:
            return None
        return [self._id(source, reference) for reference in source.references]

    def _id(self, source: Source, reference: str) -> str:
        found: Project | ProjectObject | None
        match source.kind:
            case "project_logs":
                found = self._objects.project(reference) or self._objects.project_named(reference)
            case "experiment" | "dataset":
                found = self._objects.in_projects.get(reference)
            case _:  # playgrounds are known by the rows in them only
                return reference
        if found:
            return found.id
        raise QueryError(
            f'could not find {source.kind} "{reference}"',
            offset=source.place.offset if source.place else None,
            length=source.place.length if source.place else 1,
            code="sourceNotFound",
            suggestion=self._known(source),
        )

    def _known(self, source: Source) -> str | None:
        if source.kind != "project_logs":
            return None
        names = [project.name for project in self._objects.projects()[:5]]
        return f"projects here: {', '.join(names)}" if names else "there is no project yet"
