"""Objects that a query names, found in the control plane."""

from collections.abc import Sequence

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Source
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ObjectKind


class ObjectCatalog:
    """A `query.plan.Catalog` over the control plane: each by its id, then by its name."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def find(self, source: Source) -> Sequence[str] | None:
        """See `Catalog`. Rows of what was deleted are still there, and no source reaches them."""
        if source.kind in ("org_prompts", "org_functions"):
            return None
        if not source.references:
            return self._all(source)
        return [self._id(source, reference) for reference in source.references]

    def _all(self, source: Source) -> Sequence[str] | None:
        """Return what is left of a kind of which something was deleted; None for all of it."""
        match source.kind:
            case "project_logs" if self._objects.has_deleted():
                return [project.id for project in self._objects.projects()]
            case "experiment" | "dataset" if self._objects.in_projects.has_deleted(source.kind):
                return [each.id for each in self._objects.in_projects.find(source.kind)]
            case _:
                return None

    def _id(self, source: Source, reference: str) -> str:
        match source.kind:
            case "project_logs" | "project_prompts" | "project_functions":
                found = self._objects.project_id(reference)
            case "experiment" | "dataset" | "prompt" | "function":
                found = self._object(source, source.kind, reference)
            case _:  # playgrounds are known by the rows in them only
                return reference
        if found:
            return found
        raise QueryError(
            f'could not find {source.kind} "{reference}"',
            offset=source.place.offset if source.place else None,
            length=source.place.length if source.place else 1,
            code="sourceNotFound",
            suggestion=self._known(source),
        )

    def _object(self, source: Source, kind: ObjectKind, reference: str) -> str | None:
        """Return the id of the object of an id, else of the only one of that name."""
        found = self._objects.in_projects.get(reference, even_deleted=kind in ("prompt", "function"))
        if found is not None and found.kind == kind:
            return found.id
        named = self._objects.in_projects.find(kind, name=reference)
        if len(named) <= 1:
            return named[0].id if named else None
        raise QueryError(
            f'there are {len(named)} {kind}s named "{reference}"',
            offset=source.place.offset if source.place else None,
            length=source.place.length if source.place else 1,
            code="ambiguousSource",
            suggestion=f"name one by its id: {', '.join(each.id for each in named[:5])}",
        )

    def _known(self, source: Source) -> str | None:
        if not source.kind.startswith("project_"):
            return None
        names = [project.name for project in self._objects.projects()[:5]]
        return f"projects here: {', '.join(names)}" if names else "there is no project yet"
