"""Ids here to ids there: projects, experiments and datasets, found at the destination by their names and remembered.

An object that nobody made here by name, but whose id rows brought along, is one of the destination's own: its id stays.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol, TypeAlias

import orjson

from otel_bridge.contract.row import Json

Kind: TypeAlias = Literal["project", "experiment", "dataset"]
FIELDS: Final[Mapping[str, Kind]] = {
    "project_id": "project",
    "experiment_id": "experiment",
    "dataset_id": "dataset",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What is known here of an object.

    Attributes:
        project_id: the project it belongs to, by its id here; None for a project.
    """

    name: str
    project_id: str | None = None


class Remote(Protocol):
    """The destination."""

    async def object_id(self, kind: str, fields: Mapping[str, Json]) -> str:
        """Return the id of an object by its name, made now where there is none."""
        ...


class RemoteObjects:
    """The ids of one destination; kept in a file, so that a renamed project stays the same one there."""

    def __init__(
        self,
        remote: Remote,
        find: Callable[[Kind, str], Named | None],
        *,
        names: Mapping[str, str],
        path: Path,
    ) -> None:
        """Take up the ids that are known.

        Args:
            remote: the destination.
            find: returns what is known here of an id.
            names: name of a project here -> its name there.
            path: the file; it need not exist.
        """
        self._remote = remote
        self._find = find
        self._names = names
        self._path = path
        self._known = _read(path)

    async def id_of(self, kind: Kind, object_id: str) -> str:
        """Return the id that an object has at the destination.

        Raises:
            RetryableError: the destination cannot be asked now.
            PermanentError: it will never have such an object.
            OSError: the id cannot be remembered.
        """
        key = f"{kind}:{object_id}"
        if key not in self._known:
            self._known[key] = await self._ask(kind, object_id)
            self._write()
        return self._known[key]

    async def _ask(self, kind: Kind, object_id: str) -> str:
        named = self._find(kind, object_id)
        if named is None or named.name in (object_id, f"{object_id} (id)"):
            return object_id
        if named.project_id is None:
            return await self._remote.object_id(kind, {"name": self._names.get(named.name, named.name)})
        project_id = await self.id_of("project", named.project_id)
        fields: dict[str, Json] = {"project_id": project_id, "name": named.name}
        if kind == "experiment":
            fields["ensure_new"] = False
        return await self._remote.object_id(kind, fields)

    def _write(self) -> None:
        written = self._path.with_suffix(".new")
        with written.open("wb") as file:
            file.write(orjson.dumps(self._known))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self._path)


def _read(path: Path) -> dict[str, str]:
    try:
        known: dict[str, str] = orjson.loads(path.read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return known
