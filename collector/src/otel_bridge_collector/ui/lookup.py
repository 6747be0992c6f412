"""What a URL of the page names: projects and their objects, by name or id, as links of the SDKs do."""

from http import HTTPStatus

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.states import state_of
from otel_bridge_collector.store.objects import Objects, Project
from otel_bridge_collector.store.project_objects import ObjectKind, ProjectObject
from otel_bridge_collector.ui.urls import Kind


def find_project(objects: Objects, named: str) -> Project:
    """Return the project of an id or name, in this order, as queries do.

    Raises:
        RequestError: there is none that the caller reaches.
    """
    if found := objects.project(named) or objects.project_named(named):
        return found
    raise _missing(f'there is no project "{named}"')


def find_object(objects: Objects, kind: ObjectKind, project: Project, named: str) -> ProjectObject:
    """Return the newest object of a name in a project, or the one of an id.

    Raises:
        RequestError: there is none that the caller reaches.
    """
    if found := objects.in_projects.find(kind, project_id=project.id, name=named):
        return found[0]
    by_id = objects.in_projects.get(named)
    if by_id and by_id.kind == kind and by_id.project_id == project.id:
        return by_id
    raise _missing(f'there is no {kind} "{named}" in the project "{project.name}"')


def home_of(objects: Objects, kind: Kind, object_id: str) -> tuple[Project, str]:
    """Return the project of an object, and its name, which is that of the project for its logs.

    Raises:
        RequestError: there is none that the caller reaches.
    """
    if kind == "project_logs":
        project = find_project(objects, object_id)
        return project, project.name
    found = objects.in_projects.get(object_id)
    project_of = objects.project(found.project_id) if found and found.kind == kind else None
    if found and project_of:
        return project_of, found.name
    raise _missing(f'there is no {kind} "{object_id}"')


def find_prompt(objects: Objects, project: Project, named: str) -> ProjectObject:
    """Return the prompt of a slug in a project, or the one of an id.

    Raises:
        RequestError: there is none that the caller reaches.
    """
    if found := objects.in_projects.find("prompt", project_id=project.id, slug=named):
        return found[0]
    by_id = objects.in_projects.get(named)
    if by_id and by_id.kind == "prompt" and by_id.project_id == project.id:
        return by_id
    raise _missing(f'there is no prompt "{named}" in the project "{project.name}"')


def find_version(objects: Objects, found: ProjectObject, version: str) -> ProjectObject:
    """Return a prompt as a version has it; as it is, where the version is empty.

    Raises:
        RequestError: there is no such version.
    """
    state = state_of(objects, found, version=version or None)
    if state is None:
        raise RequestError(
            f'the prompt "{found.name}" has no version {version}',
            code="notFound",
            status=HTTPStatus.NOT_FOUND,
            hint="its page lists its versions",
        )
    return state


def _missing(message: str) -> RequestError:
    return RequestError(
        message,
        code="notFound",
        status=HTTPStatus.NOT_FOUND,
        hint="it is gone, was never there, or this key does not reach it; the list of projects has all that it reaches",
    )
