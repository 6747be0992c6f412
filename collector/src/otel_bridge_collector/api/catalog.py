"""Objects that a query names, found by id or by name."""

from collections.abc import Sequence

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Source
from otel_bridge_collector.store.objects import Objects


class ObjectCatalog:
    """A `query.plan.Catalog` over the control plane: an exact id first, then an exact name."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def find(self, source: Source) -> Sequence[str] | None:
        """See `Catalog`."""
        if not source.references:
            return None
        return [self._id(source, reference) for reference in source.references]

    def _id(self, source: Source, reference: str) -> str:
        match source.kind:
            case "project_logs":
                project = self._objects.project(reference) or self._objects.project_named(reference)
                found = [project.id] if project else []
            case "experiment":
                experiment = self._objects.experiment(reference)
                named = [experiment] if experiment else self._objects.experiments_named(reference)
                found = [each.id for each in named]
            case _:  # playgrounds are known by the rows in them only
                found = [reference]
        if len(found) == 1:
            return found[0]
        raise self._error(source, reference, found)

    def _error(self, source: Source, reference: str, found: list[str]) -> QueryError:
        offset = source.place.offset if source.place else None
        length = source.place.length if source.place else 1
        code, message = "sourceNotFound", f'could not find {source.kind} "{reference}"'
        suggestion = self._known(source)
        if found:
            code, message = "ambiguousSource", f'several {source.kind} are called "{reference}"'
            suggestion = f"name one of them by its id: {', '.join(found)}"
        return QueryError(message, offset=offset, length=length, code=code, suggestion=suggestion)

    def _known(self, source: Source) -> str | None:
        if source.kind != "project_logs":
            return None
        names = [project.name for project in self._objects.projects()[:5]]
        return f"projects here: {', '.join(names)}" if names else "there is no project yet"
