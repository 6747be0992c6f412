"""Past states of objects: that of a version, or of what an environment uses."""

from otel_bridge_collector.api.environments import environment_version
from otel_bridge_collector.api.version import read_version
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject


def state_of(
    objects: Objects, found: ProjectObject, *, version: str | None, environment: str | None = None
) -> ProjectObject | None:
    """Return an object as it was; None where it has no such state.

    Args:
        objects: where it is.
        found: its present state, which is returned where nothing else is asked for.
        version: a transaction, also in its short form; wins over the environment.
        environment: whose version it is.

    Raises:
        RequestError: the version is none.
    """
    if not version and environment:
        version = environment_version(objects, found.id, environment)
        if version is None:
            return None
    if not version:
        return found
    wanted = read_version(version)
    states = (each.state for each in objects.in_projects.versions(found))
    return next((state for state in states if state.xact_id <= wanted), None)


def said_state(version: str | None, environment: str | None) -> str:
    """Say which past state is asked for, in words that follow what has it."""
    return f" at version {version}" if version else f' for the environment "{environment}"'
