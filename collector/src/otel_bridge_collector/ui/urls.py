"""The addresses of pages, as the links of Braintrust's SDKs have them."""

from typing import Final, Literal, TypeAlias
from urllib.parse import quote, urlencode

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.store.objects import ORG_NAME, Project
from otel_bridge_collector.store.project_objects import ProjectObject

Kind: TypeAlias = Literal["project_logs", "experiment", "dataset"]
"""What has rows."""

SECTIONS: Final[dict[str, str]] = {
    "project_logs": "logs",
    "experiment": "experiments",
    "dataset": "datasets",
}

_KINDS: Final[tuple[Kind, ...]] = ("project_logs", "experiment", "dataset")
HOME: Final = "/app"
_ORG: Final = f"/app/{quote(ORG_NAME, safe='')}"


def named(name: str, its_id: str) -> str:
    """Return a name as a part of a path; the id where no path can hold the name: browsers take `..` as the way up."""
    return quote(its_id if name in (".", "..") else name, safe="")


def project_url(project: Project) -> str:
    """Return the path of a project's pages: by its name, or by its id where a path cannot hold the name."""
    return f"{_ORG}/p/{project.id if '/' in project.name else named(project.name, project.id)}"


def object_url(found: ProjectObject, project: Project) -> str:
    """Return the path of the page of an experiment or dataset."""
    return f"{project_url(project)}/{SECTIONS[found.kind]}/{named(found.name, found.id)}"


def prompt_url(found: ProjectObject, project: Project) -> str:
    """Return the path of the page of a prompt: by its slug, or by its id where it has none."""
    return f"{project_url(project)}/prompts/{named(found.slug or found.id, found.id)}"


def row_url(row_id: object, kind: Kind, object_id: str) -> str:
    """Return the path of the page of a row."""
    query = urlencode({"object_type": kind, "object_id": object_id, "id": str(row_id)})
    return f"{_ORG}/object?{query}"


def steps_url(row_id: object, kind: Kind, object_id: str) -> str:
    """Return the path of the whole tree of a row's trace, as `steps` answers it."""
    query = urlencode({"object_type": kind, "object_id": object_id, "id": str(row_id)})
    return f"/ui/steps?{query}"


def kind_of(given: str | None) -> Kind:
    """Return the kind of object that a page or form names.

    Raises:
        RequestError: there is no such kind.
    """
    if given in _KINDS:
        return given
    raise RequestError(
        f"object_type is {given!r}, expected one of {', '.join(_KINDS)}",
        code="badArgument",
        hint="open a row from its table",
    )


def local_path(target: str) -> str:
    """Return a path of the page; for anything else, which may lead to another origin, that of the first page."""
    return (
        target
        if target.startswith("/app") and not target.startswith("/app//") and target.isprintable()
        else HOME
    )
