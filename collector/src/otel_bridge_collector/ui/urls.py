"""The addresses of pages, as the links of Braintrust's SDKs have them."""

from typing import Final, Literal, TypeAlias
from urllib.parse import quote, urlencode

from otel_bridge_collector.store.objects import ORG_NAME, Project
from otel_bridge_collector.store.project_objects import ProjectObject

Kind: TypeAlias = Literal["project_logs", "experiment", "dataset"]
"""What has rows."""

SECTIONS: Final[dict[str, str]] = {
    "project_logs": "logs",
    "experiment": "experiments",
    "dataset": "datasets",
}

_ORG: Final = f"/app/{quote(ORG_NAME, safe='')}"


def project_url(project: Project) -> str:
    """Return the path of a project's pages: by its name, or by its id where a path cannot hold the name."""
    return f"{_ORG}/p/{quote(project.id if '/' in project.name else project.name, safe='')}"


def object_url(found: ProjectObject, project: Project) -> str:
    """Return the path of the page of an experiment or dataset."""
    return f"{project_url(project)}/{SECTIONS[found.kind]}/{quote(found.name, safe='')}"


def row_url(row_id: object, kind: Kind, object_id: str) -> str:
    """Return the path of the page of a row."""
    query = urlencode({"object_type": kind, "object_id": object_id, "id": str(row_id)})
    return f"{_ORG}/object?{query}"
