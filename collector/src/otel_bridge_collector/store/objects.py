"""Projects, and what a parent stands for: the control plane. It holds no rows.

An id exists durably before the first row carries it.
"""

import copy
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self, cast

from otel_bridge.contract.parent import DEFAULT_PARENT, Parent
from otel_bridge.contract.row import Json, Row
from otel_bridge_collector.access import Access, owner_access
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.store.control_file import ControlFile
from otel_bridge_collector.store.json_text import dump_json, load_json
from otel_bridge_collector.store.keys import Keys
from otel_bridge_collector.store.project_objects import (
    ObjectKind,
    ProjectObject,
    ProjectObjects,
    within_reach,
)

ORG_NAME: Final = "local"
_DEFAULT_PROJECT: Final = DEFAULT_PARENT.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One project; times are ISO 8601 in UTC, and `deleted_at` is None while it is there. `data` has its other fields."""

    id: str
    org_id: str
    name: str
    created: str
    deleted_at: str | None = None
    data: Mapping[str, Json] = field(default_factory=dict[str, Json])

    @property
    def means_ratings(self) -> bool:
        """Whether rows show the mean of the scores that several raters gave; else the last."""
        settings = self.data.get("settings")
        return isinstance(settings, Mapping) and settings.get("feedback_scores") == "mean"


@dataclass(slots=True)
class _Known:
    """What is remembered of the file; all views of it share this.

    Attributes:
        resolved: projects in reach, kind and value of a parent -> its object ids.
        found: projects in reach, and an id or a name -> the id of the project.
        rated_by_mean: ids of the projects that show means of ratings; None for not known.
    """

    resolved: dict[tuple[frozenset[str] | None, str, str], dict[str, str]] = field(
        default_factory=dict[tuple[frozenset[str] | None, str, str], dict[str, str]]
    )
    found: dict[tuple[frozenset[str] | None, str], str] = field(
        default_factory=dict[tuple[frozenset[str] | None, str], str]
    )
    rated_by_mean: set[str] | None = None


class Objects:
    """The projects of one data directory, and what a parent string stands for.

    Any thread may call. There is one organisation, "local", whose id is made with the file.

    Attributes:
        org_id: the id of the organisation.
        in_projects: what belongs to the projects.
        keys: the API keys, for who manages them.
    """

    def __init__(
        self,
        path: Path,
        *,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open the file, and make it where there is none.

        Raises:
            StoreError: it cannot be opened, holds something else, or is of a newer version.
        """
        self._new_id = new_id
        self._clock = clock
        self._file = ControlFile(path)
        self._connection = self._file.connection
        self._lock = self._file.lock
        self._access: Callable[[], Access] = owner_access
        self._known = _Known()
        self.in_projects = ProjectObjects(self._file, new_id=new_id, clock=clock)
        self.keys = Keys(self._file)
        self.org_id = self._organisation()

    def seen_by(self, access: Callable[[], Access]) -> Self:
        """Return the same objects as far as `access` reaches at the time of each call; others are not there."""
        view = copy.copy(self)
        view._access = access  # noqa: SLF001 - a copy of ourselves
        view.in_projects = self.in_projects.seen_by(access)
        return view

    def resolve(self, parent: Parent) -> dict[str, str]:
        """Return the object ids that a row under `parent` carries, and make the object where there is none.

        | parent | ids |
        | --- | --- |
        | `project_name:`, `project_id:` | `org_id`, `project_id`, `log_id` "g" |
        | `experiment_id:` | `experiment_id`, `project_id` |
        | `dataset_id:` | `dataset_id`, `project_id` |
        | `playground_id:` | `prompt_session_id`, `log_id` "x" |

        A project is found by its exact name. An id that nobody registered is registered as it stands, with
        itself for a name, so that its rows are kept and can be found; an experiment or a dataset goes to the project
        of spans that name no parent. A playground belongs to no project.

        Raises:
            ForbiddenError: the object is out of reach, or would have to be made by who reaches single projects only.
        """
        key = (self._access().projects, parent.kind, parent.value)
        with self._lock:
            if key not in self._known.resolved:
                self._known.resolved[key] = self._resolve(parent)
            return dict(self._known.resolved[key])

    def project(self, project_id: str) -> Project | None:
        """Return the project of an id, or None."""
        with self._lock:
            return next(iter(self._projects("id = ? AND deleted_at IS NULL", project_id)), None)

    def project_named(self, name: str) -> Project | None:
        """Return the project of an exact name, or None."""
        with self._lock:
            return next(iter(self._projects("name = ? AND deleted_at IS NULL", name)), None)

    def project_id(self, reference: str) -> str | None:
        """Return the id of the project that has this id, else of the one that has it as its exact name; None without one.

        It is remembered, since every query asks.
        """
        key = (self._access().projects, reference)
        if found := self._known.found.get(key):
            return found
        with self._lock:
            project = self.project(reference) or self.project_named(reference)
            if project is None:
                return None
            self._known.found[key] = project.id
            return project.id

    def projects(self) -> list[Project]:
        """Return every project, newest first."""
        with self._lock:
            return self._projects("deleted_at IS NULL")

    def has_deleted(self) -> bool:
        """Tell whether a project was ever deleted, whose ever it was."""
        with self._lock:
            found = self._connection.execute("SELECT 1 FROM project WHERE deleted_at IS NOT NULL LIMIT 1")
            return found.fetchone() is not None

    def create_project(self, name: str) -> Project:
        """Return the project of an exact name, made now where there is none.

        Raises:
            ForbiddenError: there is none in reach, and who reaches single projects only makes no others.
        """
        with self._lock:
            return self._project_of_name(name)

    def hold_project(self, project_id: str) -> Project:
        """Return the project of an id, registered now or back after it was deleted.

        Raises:
            ForbiddenError: who asks reaches single projects only.
        """
        with self._lock:
            self._check_reaches_all("makes projects")
            self._registered_project(project_id)
            self._connection.execute("UPDATE project SET deleted_at = NULL WHERE id = ?", (project_id,))
            self._known.found.clear()
            return self._projects("id = ?", project_id)[0]

    def rename_project(self, project: Project, name: str) -> Project | None:
        """Give a project another name and return it; None when another project has that name.

        Raises:
            ForbiddenError: who asks reaches single projects only; the answer would tell the names of others.
        """
        with self._lock:
            self._check_reaches_all("renames projects")
            holder = self.project_named(name)
            if holder and holder.id != project.id:
                return None
            self._connection.execute("UPDATE project SET name = ? WHERE id = ?", (name, project.id))
            self._known.resolved.clear()
            self._known.found.clear()
        return replace(project, name=name)

    def describe_project(self, project: Project, data: Mapping[str, Json]) -> Project:
        """Give a project other fields and return it.

        Raises:
            ForbiddenError: the project is out of reach.
        """
        if not self._access().reaches(project.id):
            raise ForbiddenError("this key does not reach this project")
        with self._lock:
            self._connection.execute(
                "UPDATE project SET data = ? WHERE id = ?", (dump_json(data), project.id)
            )
            self._known.rated_by_mean = None
        return replace(project, data=data)

    def means_ratings(self, row: Row) -> bool:
        """Tell whether a row shows the mean of the scores that several raters gave, as its project says."""
        with self._lock:
            if self._known.rated_by_mean is None:
                self._known.rated_by_mean = {each.id for each in self._projects("TRUE") if each.means_ratings}
            return row.get("project_id") in self._known.rated_by_mean

    def delete_project(self, project: Project) -> Project:
        """Delete a project and return it; its name is free again, and its rows can be reached no more.

        Raises:
            ForbiddenError: who asks reaches single projects only.
        """
        deleted = replace(project, deleted_at=self._now())
        with self._lock:
            self._check_reaches_all("deletes projects")
            self._connection.execute(
                "UPDATE project SET deleted_at = ? WHERE id = ?", (deleted.deleted_at, project.id)
            )
            self._known.resolved.clear()
            self._known.found.clear()
        return deleted

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _organisation(self) -> str:
        if found := self._connection.execute("SELECT id FROM org WHERE name = ?", (ORG_NAME,)).fetchone():
            return str(found[0])
        org_id = self._new_id()
        self._connection.execute("INSERT INTO org VALUES (?, ?)", (org_id, ORG_NAME))
        return org_id

    def _resolve(self, parent: Parent) -> dict[str, str]:
        match parent.kind:
            case "project_name":
                return self._project_logs(self._project_of_name(parent.value).id)
            case "project_id":
                return self._project_logs(self._registered_project(parent.value).id)
            case "experiment_id":
                experiment = self._registered("experiment", parent.value)
                return {"experiment_id": experiment.id, "project_id": experiment.project_id}
            case "dataset_id":
                dataset = self._registered("dataset", parent.value)
                return {"dataset_id": dataset.id, "project_id": dataset.project_id}
            case "playground_id":
                self._check_reaches_all("uses playgrounds, which belong to no project")
                return {"prompt_session_id": parent.value, "log_id": "x"}

    def _project_logs(self, project_id: str) -> dict[str, str]:
        return {"org_id": self.org_id, "project_id": project_id, "log_id": "g"}

    def _project_of_name(self, name: str) -> Project:
        found = self.project_named(name)
        return found or self._insert_project(self._new_id(), name)

    def _registered_project(self, project_id: str) -> Project:
        # Rows may still come for a project that was deleted; they stay as unreachable as it is.
        if found := self._projects("id = ?", project_id):
            return found[0]
        taken = self.project_named(project_id)
        return self._insert_project(project_id, f"{project_id} (id)" if taken else project_id)

    def _registered(self, kind: ObjectKind, object_id: str) -> ProjectObject:
        if found := self.in_projects.get(object_id, even_deleted=True):
            return found
        self._check_reaches_all(f"registers an unknown {kind}")
        project = self._project_of_name(_DEFAULT_PROJECT)
        return self.in_projects.create(kind, project.id, object_id, object_id=object_id)

    def _insert_project(self, project_id: str, name: str) -> Project:
        self._check_reaches_all("makes projects")
        created = self._now()
        self._connection.execute(
            "INSERT INTO project(id, name, created) VALUES (?, ?, ?)", (project_id, name, created)
        )
        self._known.found.clear()  # what was a name may be an id now
        return Project(id=project_id, org_id=self.org_id, name=name, created=created)

    def _check_reaches_all(self, what: str) -> None:
        if self._access().projects is not None:
            raise ForbiddenError(
                f"this key is for other projects only, or there is no such object: only a key for all projects {what}"
            )

    def _projects(self, where: str, *values: str) -> list[Project]:
        within, projects = within_reach("id", self._access())
        return [
            Project(
                id=project_id,
                org_id=self.org_id,
                name=name,
                created=created,
                deleted_at=deleted_at,
                data=cast("Mapping[str, Json]", load_json(data)),
            )
            for project_id, name, created, deleted_at, data in self._connection.execute(
                f"SELECT id, name, created, deleted_at, data FROM project WHERE ({where}) AND {within} ORDER BY rowid DESC",  # noqa: S608 - literals above
                (*values, *projects),
            )
        ]

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
