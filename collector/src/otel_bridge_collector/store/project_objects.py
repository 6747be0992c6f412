"""What belongs to a project beside rows: experiments, datasets, prompts, functions, tags, scores, views.

All have a name, an id and fields of their own, which stand in one JSON object; prompts and functions have a slug too. Every
state of an object stays under its transaction, so that a past version can be read. It knows no HTTP and no row.
"""

import copy
import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Literal, Self, TypeAlias

from otel_bridge.contract.row import Json
from otel_bridge_collector.access import Access, owner_access
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.store.control_file import ControlFile, transaction
from otel_bridge_collector.store.json_text import dump_json, load_json

ObjectKind: TypeAlias = Literal[
    "experiment",
    "dataset",
    "dataset_snapshot",
    "prompt",
    "function",
    "project_tag",
    "project_score",
    "project_automation",
    "view",
    "environment",
    "environment_object",
]

_COLUMNS: Final = "id, kind, project_id, name, slug, created, deleted_at, xact_id, data"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectObject:
    """One object of a project.

    Attributes:
        project_id: the project that it belongs to; of some kinds the dataset, the organisation or another object.
        slug: the name in code of a prompt, function or environment; None for other kinds.
        created: ISO 8601 in UTC.
        deleted_at: the same, or None while it is there.
        xact_id: the transaction of its latest state; 0 for one that rows brought.
        data: its other fields.
    """

    id: str
    kind: ObjectKind
    project_id: str
    name: str
    slug: str | None = None
    created: str
    deleted_at: str | None = None
    xact_id: int = 0
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectVersion:
    """A past or present state: `action` is "upsert" for the first, "merge" for a later one, "delete" for the last."""

    state: ProjectObject
    action: str


_LIVE: Final = (
    "deleted_at IS NULL AND project_id NOT IN (SELECT id FROM project WHERE deleted_at IS NOT NULL)"
)


class ProjectObjects:
    """The objects of all projects. Any thread may call."""

    def __init__(
        self,
        file: ControlFile,
        *,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Keep objects in `file`."""
        self._file = file
        self._new_id = new_id
        self._clock = clock
        self._access: Callable[[], Access] = owner_access

    def seen_by(self, access: Callable[[], Access]) -> Self:
        """Return the same objects as far as `access` reaches at the time of each call; others are not there."""
        view = copy.copy(self)
        view._access = access  # noqa: SLF001 - a copy of ourselves
        return view

    def get(self, object_id: str, *, even_deleted: bool = False) -> ProjectObject | None:
        """Return the object of an id, or None; an object of a deleted project is deleted, too."""
        where = "id = ?" if even_deleted else f"id = ? AND {_LIVE}"
        return next(iter(self._select(where, object_id)), None)

    def find(
        self,
        kind: ObjectKind,
        *,
        project_id: str | None = None,
        name: str | None = None,
        slug: str | None = None,
        even_deleted: bool = False,
    ) -> list[ProjectObject]:
        """Return the objects that are all of this, newest first; None stands for any."""
        wanted = {"kind": kind, "project_id": project_id, "name": name, "slug": slug}
        given = {column: value for column, value in wanted.items() if value is not None}
        where = " AND ".join(["TRUE" if even_deleted else _LIVE, *(f"{column} = ?" for column in given)])
        return self._select(where, *given.values())

    def has_deleted(self, kind: ObjectKind) -> bool:
        """Tell whether an object of a kind was ever deleted, by itself or with its project, whose ever it was."""
        with self._file.lock:
            found = self._file.connection.execute(
                f"SELECT 1 FROM object WHERE kind = ? AND NOT ({_LIVE}) LIMIT 1",  # noqa: S608 - our own names
                (kind,),
            )
            return found.fetchone() is not None

    def create(  # noqa: PLR0913 - the fields of an object
        self,
        kind: ObjectKind,
        project_id: str,
        name: str,
        *,
        slug: str | None = None,
        data: Mapping[str, Json] | None = None,
        object_id: str | None = None,
        xact_id: int = 0,
    ) -> ProjectObject:
        """Make an object; names may repeat, so the caller looks first where they must not.

        Raises:
            ForbiddenError: the project is out of reach.
        """
        self._check_reach(project_id)
        made = ProjectObject(
            id=object_id or self._new_id(),
            kind=kind,
            project_id=project_id,
            name=name,
            slug=slug,
            created=self._now(),
            xact_id=xact_id,
            data=data or {},
        )
        with self._file.lock, transaction(self._file.connection) as connection:
            connection.execute(
                f"INSERT INTO object({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - our names
                [made.id, kind, project_id, name, slug, made.created, None, xact_id, dump_json(made.data)],
            )
            _keep_version(connection, made, "upsert")
        return made

    def update(
        self,
        found: ProjectObject,
        *,
        name: str | None = None,
        slug: str | None = None,
        data: Mapping[str, Json] | None = None,
        xact_id: int = 0,
    ) -> ProjectObject:
        """Change an object and return it; None leaves as it is, and `data` is the whole of the other fields."""
        self._check_reach(found.project_id)
        changed = replace(
            found,
            name=found.name if name is None else name,
            slug=found.slug if slug is None else slug,
            data=found.data if data is None else data,
            xact_id=xact_id,
        )
        with self._file.lock, transaction(self._file.connection) as connection:
            connection.execute(
                "UPDATE object SET name = ?, slug = ?, data = ?, xact_id = ? WHERE id = ?",
                [changed.name, changed.slug, dump_json(changed.data), xact_id, changed.id],
            )
            _keep_version(connection, changed, "merge")
        return changed

    def delete(self, found: ProjectObject, *, xact_id: int = 0) -> ProjectObject:
        """Delete an object and return it; its name is free again, and its versions stay."""
        self._check_reach(found.project_id)
        deleted = replace(found, deleted_at=self._now(), xact_id=xact_id or found.xact_id)
        with self._file.lock, transaction(self._file.connection) as connection:
            connection.execute(
                "UPDATE object SET deleted_at = ? WHERE id = ?", [deleted.deleted_at, deleted.id]
            )
            if xact_id:
                _keep_version(connection, deleted, "delete")
        return deleted

    def versions(self, found: ProjectObject) -> Sequence[ObjectVersion]:
        """Return every state of an object, newest first."""
        self._check_reach(found.project_id)
        with self._file.lock:
            states = self._file.connection.execute(
                "SELECT xact_id, action, name, slug, data FROM object_version WHERE object_id = ? ORDER BY xact_id DESC",
                [found.id],
            ).fetchall()
        return [
            ObjectVersion(
                state=replace(found, xact_id=xact_id, name=name, slug=slug, data=_data(data)), action=action
            )
            for xact_id, action, name, slug, data in states
        ]

    def texts_with(self, part: str) -> Sequence[str]:
        """Return the fields of every state of every object, as JSON texts, where some text stands in them."""
        with self._file.lock:
            return [
                str(text)
                for (text,) in self._file.connection.execute(
                    "SELECT data FROM object WHERE instr(data, ?1)"
                    " UNION SELECT data FROM object_version WHERE instr(data, ?1)",
                    [part],
                )
            ]

    def newest_xact_id(self) -> int:
        """Return the newest transaction of any object; 0 when there is none."""
        with self._file.lock:
            row = self._file.connection.execute("SELECT max(xact_id) FROM object_version").fetchone()
        return int(row[0] or 0)

    def _check_reach(self, project_id: str) -> None:
        """Refuse what belongs to a project out of reach; the version of an environment belongs to an object in one."""
        if not self._access().reaches(project_id) and self.get(project_id) is None:
            raise ForbiddenError("this key does not reach the project of this object")

    def _select(self, where: str, *values: str) -> list[ProjectObject]:
        within, projects = within_reach("project_id", self._access())
        if projects:
            within = f"({within} OR project_id IN (SELECT id FROM object WHERE {within}))"  # noqa: S608 - no value in it
            projects = [*projects, *projects]
        with self._file.lock:
            rows = self._file.connection.execute(
                f"SELECT {_COLUMNS} FROM object WHERE ({where}) AND {within} ORDER BY rowid DESC",  # noqa: S608 - literals above
                (*values, *projects),
            ).fetchall()
        return [
            ProjectObject(
                id=object_id,
                kind=kind,
                project_id=project_id,
                name=name,
                slug=slug,
                created=created,
                deleted_at=deleted_at,
                xact_id=xact_id,
                data=_data(data),
            )
            for object_id, kind, project_id, name, slug, created, deleted_at, xact_id, data in rows
        ]

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")


def within_reach(column: str, access: Access) -> tuple[str, Sequence[str]]:
    """Return the SQL condition that a project is in reach, and its values."""
    if access.projects is None:
        return "true", ()
    listed = sorted(access.projects) or [""]  # no project has an empty id
    return f"{column} IN ({', '.join('?' * len(listed))})", listed


def _keep_version(connection: sqlite3.Connection, state: ProjectObject, action: str) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO object_version(object_id, xact_id, action, name, slug, data)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [state.id, state.xact_id, action, state.name, state.slug, dump_json(state.data)],
    )


def _data(text: str) -> Mapping[str, Json]:
    data = load_json(text)
    return data if isinstance(data, Mapping) else {}
