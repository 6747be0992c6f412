"""Where a caller may write: asked before anything is kept, so that a sender is told at once. It keeps nothing.

Delivery asks again for every row, with the projects that the spool has noted (`deliver.route`).
"""

from collections.abc import Callable
from typing import Final

from otel_bridge.contract.parent import DEFAULT_PARENT, Parent, parse_parent
from otel_bridge_collector.access import Access
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.store.objects import Objects

_WHAT_TO_DO: Final = "name one that this key is for, or ask for a key that is for it"


class Gate:
    """The objects that the caller of the running request may write to."""

    def __init__(self, objects: Objects, access: Callable[[], Access], *, default_parent: str) -> None:
        """Let callers in as far as `access` reaches.

        Args:
            objects: all of them.
            access: what the caller may do, at the time of each call.
            default_parent: where rows go that name no object.
        """
        self._objects = objects.seen_by(access)
        self._access = access
        self._default = default_parent

    def projects(self) -> list[str] | None:
        """Return the ids of the projects that the caller reaches; None for all."""
        projects = self._access().projects
        return None if projects is None else sorted(projects)

    def home(self, requested: str | None) -> str | None:
        """Return the parent of a request; a key for one project is for that one where the request names none.

        Braintrust's default counts as none here: SDKs send it where their user named nothing.

        Raises:
            ForbiddenError: the caller may not write there.
        """
        projects = self._access().projects
        if projects is None:
            return requested
        if requested in (None, DEFAULT_PARENT) and len(projects) == 1:
            return f"project_id:{next(iter(projects))}"
        if fault := self.fault(parse_parent(requested or self._default)):
            raise ForbiddenError(fault)
        return requested

    def fault(self, parent: Parent) -> str:
        """Say why the caller may not write to an object; empty when nothing speaks against it."""
        if self._access().projects is None:
            return ""
        try:
            self._objects.resolve(parent)
        except ForbiddenError:
            return f'this key does not reach the object "{parent.kind}:{parent.value}": {_WHAT_TO_DO}'
        return ""
