"""Projects and experiments: the control plane's small SQLite file. It holds no rows.

SQLite, because its durable single-row writes take 0.3 ms and DuckDB's do not (spec/storage.md section 8). An id
exists durably before the first row carries it.
"""

import sqlite3
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from otel_bridge.contract.parent import DEFAULT_PARENT, Parent
from otel_bridge_collector.errors import StoreError

_VERSION: Final = 1
_SCHEMA: Final = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS org(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS project(
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS experiment(
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES project(id), name TEXT NOT NULL, created TEXT NOT NULL
);
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_DEFAULT_ORG: Final = "local"
_DEFAULT_PROJECT: Final = DEFAULT_PARENT.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """One project; `created` is ISO 8601 in UTC."""

    id: str
    org_id: str
    name: str
    created: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One experiment; `created` is ISO 8601 in UTC."""

    id: str
    project_id: str
    name: str
    created: str


class Objects:
    """The projects and experiments of one data directory, and what a parent string stands for.

    Any thread may call. There is one organisation, "local", whose id is made with the file.
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
            StoreError: it cannot be opened, or holds something else.
        """
        self._new_id = new_id
        self._clock = clock
        self._lock = threading.Lock()
        self._resolved: dict[tuple[str, str], dict[str, str]] = {}
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        try:
            self.org_id = self._prepare()
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError(f"cannot open the objects {path}: {error}") from error

    def resolve(self, parent: Parent) -> dict[str, str]:
        """Return the object ids that a row under `parent` carries, and make the object where there is none.

        | parent | ids |
        | --- | --- |
        | `project_name:`, `project_id:` | `org_id`, `project_id`, `log_id` "g" |
        | `experiment_id:` | `experiment_id`, `project_id` |
        | `playground_id:` | `prompt_session_id`, `log_id` "x" |

        A project is found by its exact name. An id that nobody registered is registered as it stands, with
        itself for a name, so that its rows are kept and can be found; an experiment goes to the project of spans
        that name no parent.
        """
        key = (parent.kind, parent.value)
        with self._lock:
            if key not in self._resolved:
                self._resolved[key] = self._resolve(parent)
            return dict(self._resolved[key])

    def project(self, project_id: str) -> Project | None:
        """Return the project of an id, or None."""
        with self._lock:
            return next(iter(self._projects("WHERE id = ?", project_id)), None)

    def project_named(self, name: str) -> Project | None:
        """Return the project of an exact name, or None."""
        with self._lock:
            return next(iter(self._projects("WHERE name = ?", name)), None)

    def projects(self) -> list[Project]:
        """Return every project, newest first."""
        with self._lock:
            return self._projects("")

    def create_project(self, name: str) -> Project:
        """Return the project of an exact name, made now where there is none."""
        with self._lock:
            return self._project_of_name(name)

    def experiment(self, experiment_id: str) -> Experiment | None:
        """Return the experiment of an id, or None."""
        with self._lock:
            return self._experiment(experiment_id)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()

    def _prepare(self) -> str:
        self._connection.execute("PRAGMA journal_mode = WAL")
        # WAL alone could forget a project at a power loss whose rows the other store still has.
        self._connection.execute("PRAGMA synchronous = FULL")
        if self._connection.execute("PRAGMA user_version").fetchone() != (_VERSION,):
            self._connection.executescript(_SCHEMA)
        if found := self._connection.execute("SELECT id FROM org WHERE name = ?", (_DEFAULT_ORG,)).fetchone():
            return str(found[0])
        org_id = self._new_id()
        self._connection.execute("INSERT INTO org VALUES (?, ?)", (org_id, _DEFAULT_ORG))
        return org_id

    def _resolve(self, parent: Parent) -> dict[str, str]:
        match parent.kind:
            case "project_name":
                return self._project_logs(self._project_of_name(parent.value).id)
            case "project_id":
                return self._project_logs(self._registered_project(parent.value).id)
            case "experiment_id":
                experiment = self._registered_experiment(parent.value)
                return {"experiment_id": experiment.id, "project_id": experiment.project_id}
            case "playground_id":
                return {"prompt_session_id": parent.value, "log_id": "x"}

    def _project_logs(self, project_id: str) -> dict[str, str]:
        return {"org_id": self.org_id, "project_id": project_id, "log_id": "g"}

    def _project_of_name(self, name: str) -> Project:
        found = self._projects("WHERE name = ?", name)
        return found[0] if found else self._insert_project(self._new_id(), name)

    def _registered_project(self, project_id: str) -> Project:
        found = self._projects("WHERE id = ?", project_id)
        if found:
            return found[0]
        taken = self._projects("WHERE name = ?", project_id)
        return self._insert_project(project_id, f"{project_id} (id)" if taken else project_id)

    def _registered_experiment(self, experiment_id: str) -> Experiment:
        if found := self._experiment(experiment_id):
            return found
        project = self._project_of_name(_DEFAULT_PROJECT)
        created = self._now()
        self._connection.execute(
            "INSERT INTO experiment VALUES (?, ?, ?, ?)", (experiment_id, project.id, experiment_id, created)
        )
        return Experiment(id=experiment_id, project_id=project.id, name=experiment_id, created=created)

    def _insert_project(self, project_id: str, name: str) -> Project:
        created = self._now()
        self._connection.execute("INSERT INTO project VALUES (?, ?, ?)", (project_id, name, created))
        return Project(id=project_id, org_id=self.org_id, name=name, created=created)

    def _projects(self, where: str, *values: str) -> list[Project]:
        return [
            Project(id=project_id, org_id=self.org_id, name=name, created=created)
            for project_id, name, created in self._connection.execute(
                f"SELECT id, name, created FROM project {where} ORDER BY rowid DESC",  # noqa: S608 - literals above
                values,
            )
        ]

    def _experiment(self, experiment_id: str) -> Experiment | None:
        row = self._connection.execute(
            "SELECT id, project_id, name, created FROM experiment WHERE id = ?", (experiment_id,)
        ).fetchone()
        return Experiment(id=row[0], project_id=row[1], name=row[2], created=row[3]) if row else None

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds").replace("+00:00", "Z")
