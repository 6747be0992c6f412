"""The place of an object's rows: the ids that each of them carries. It reads no row."""

from collections.abc import Mapping
from dataclasses import dataclass

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.feedback_token import RowsOf
from otel_bridge_collector.store.objects import Objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where the rows of an object are.

    Attributes:
        ids: what each of them carries.
    """

    ids: Mapping[str, str]
    project_id: str


def place_of(objects: Objects, kind: RowsOf, object_id: str) -> Placed:
    """Return the place of the rows of an object.

    Args:
        objects: as far as the caller reaches them.
        kind: of the object.
        object_id: its id; of a project its name will do, as for `fetch`.

    Raises:
        RequestError: there is no such object, or the caller does not reach it.
    """
    if kind == "project_logs":
        if project := objects.project(object_id) or objects.project_named(object_id):
            return Placed(ids={"project_id": project.id, "log_id": "g"}, project_id=project.id)
    else:
        found = objects.in_projects.get(object_id)
        if found and found.kind == kind:
            return Placed(ids={f"{kind}_id": object_id}, project_id=found.project_id)
    raise RequestError(f'there is no {kind} "{object_id}"', code="notFound", status=404)
