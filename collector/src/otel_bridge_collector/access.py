"""Who is asking, and what they may do: plain values, and those of the request that is being answered.

The ports find out who asks (`receive.auth`); whatever opens a store for callers takes `current_access` and lets them
reach no other project (`store.objects`, `store.confined`, `store.attachments`, `store.gate`).
"""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from otel_bridge_collector.errors import ForbiddenError


class Scope(StrEnum):
    """One thing that a key is good for."""

    INGEST = "ingest"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    METRICS = "metrics"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What one caller may do.

    Attributes:
        name: the id of the key; empty for who came without one.
        scopes: what for; `admin` stands for all of them.
        projects: the ids of the projects that can be reached; None for all, and for what belongs to none.
    """

    name: str = ""
    scopes: frozenset[Scope]
    projects: frozenset[str] | None

    def may(self, scopes: frozenset[Scope]) -> bool:
        """Tell whether one of `scopes` is held."""
        return Scope.ADMIN in self.scopes or not scopes.isdisjoint(self.scopes)

    def reaches(self, project_id: str | None) -> bool:
        """Tell whether a project can be reached; None stands for what belongs to no project."""
        return self.projects is None or project_id in self.projects


class Room(Protocol):
    """Room in memory that somebody holds; `receive.admission.Hold` is one."""

    @property
    def caller(self) -> str:
        """Who holds it: the name of an `Access`."""
        ...

    def hand_over(self, caller: str) -> "Room":
        """Return room of the same size that a caller holds from now on, beyond the request.

        Raises:
            OverloadedError: the caller would hold more than its share.
        """
        ...

    def give_back(self) -> None:
        """Hold nothing any more."""
        ...


ROOM: Final = "otel_bridge.room"
"""Where in the ASGI scope of a request its `Room` is; absent where nobody bounds memory."""

OWNER: Final = Access(scopes=frozenset(Scope), projects=None)
"""The sidecar itself, and everyone while no key is needed."""

NOBODY: Final = Access(scopes=frozenset(), projects=frozenset())
"""Who asks for what needs no key, or shows a signed URL in place of one."""

_current: Final[ContextVar[Access]] = ContextVar("access")


def current_access() -> Access:
    """Return what the caller of the running request may do.

    Raises:
        LookupError: no request is running, so nobody may do anything.
    """
    return _current.get()


def check_reaches_all(what: str) -> None:
    """See that the caller of the running request reaches all projects.

    Args:
        what: what only such a caller does, for the message: "sees backups".

    Raises:
        ForbiddenError: it reaches single projects only.
    """
    if current_access().projects is not None:
        raise ForbiddenError(f"only a key for all projects {what}")


def owner_access() -> Access:
    """Return what the sidecar may do by itself: everything."""
    return OWNER


@contextmanager
def asking(access: Access) -> Generator[None]:
    """Let what runs inside, and the tasks and threads of anyio that it starts, run for a caller."""
    token = _current.set(access)
    try:
        yield
    finally:
        _current.reset(token)
