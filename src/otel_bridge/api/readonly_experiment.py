"""An experiment that is only read: its rows, also as cases of another one.

Source: `braintrust` 0.47.0 SDK, `logger.ReadonlyExperiment`, measured (spec/evaluate.md sections 1.9 and 2.1).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from otel_bridge.api.records import Record, Records
from otel_bridge.control import objects
from otel_bridge.control.account import Account, ObjectMetadata
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once
from otel_bridge.control.paging import ObjectRows


class ReadonlyExperiment:
    """What `init(open=True)` returns. Iterating gives the rows, latest written first."""

    def __init__(self, account: Account, registered: Once[ProjectObject]) -> None:
        self.account = account
        self._registered = registered
        self._records = Records(self._rows)

    @property
    def id(self) -> str:
        """Id of the experiment.

        Raises:
            ValueError: there is none of that name.
            ControlError: it could not be asked.
        """
        return self._registered.get().id

    @property
    def name(self) -> str:
        """Name of the experiment; see `id`."""
        return self._registered.get().name

    @property
    def logging_state(self) -> Account:
        """Where this experiment logs in."""
        return self.account

    @property
    def version(self) -> str:
        """The newest transaction of the rows; `0` without rows."""
        return self._records.version()

    @property
    def fetched_data(self) -> list[Record]:
        """All rows; see `fetch`."""
        return self._records.all()

    def fetch(self, batch_size: int | None = None) -> Iterator[Record]:
        """Return the rows, latest written first; they are read once and then remembered.

        Args:
            batch_size: rows of one page, by default 1000.

        Raises:
            ValueError: there is no such experiment.
            ControlError: they could not be read.
        """
        return iter(self._records.all(batch_size))

    def as_dataset(self, batch_size: int | None = None) -> Iterator[dict[str, Any]]:
        """Return the cases of the experiment: of each root the input, and what was expected or else came out."""
        return (_case(row, self.id) for row in self.fetch(batch_size) if _is_root(row))

    def __iter__(self) -> Iterator[Record]:
        return self.fetch()

    def __next__(self) -> Record:
        return self._records.next()

    def _rows(self) -> ObjectRows:
        return ObjectRows(self.account, "experiment", self.id)


def open_experiment(
    account: Account, name: str, project: str | None, project_id: str | None
) -> ReadonlyExperiment:
    """Return an experiment that is there; asks nobody yet."""
    return ReadonlyExperiment(account, Once(partial(_found, account, name, project, project_id)))


def _found(account: Account, name: str, project: str | None, project_id: str | None) -> ProjectObject:
    named = {"project_name": project, "project_id": project_id}
    chosen = {key: value for key, value in named.items() if value is not None}
    info = objects.find_experiment(account, name, chosen)
    if info is None:
        raise ValueError(f"Experiment {name} not found in project {project}.")
    home = ObjectMetadata(id=str(info.get("project_id")), name=project or "UNKNOWN_PROJECT")
    return ProjectObject(project=home, id=str(info.get("id")), name=str(info.get("name")), full_info=info)


def _is_root(row: Record) -> bool:
    """Whether it is the root of a trace; old rows do not say and have no parents."""
    told = row.get("is_root")
    return bool(told) if told is not None else not row.get("span_parents")


def _case(row: Record, experiment_id: str) -> dict[str, Any]:
    expected = row.get("expected") if row.get("expected") is not None else row.get("output")
    kept = {name: row.get(name) for name in ("input", "tags", "metadata", "id", "_xact_id")}
    origin = {
        "object_type": "experiment", "object_id": experiment_id, "id": row.get("id"),
        "_xact_id": row.get("_xact_id"), "created": row.get("created"),
    }  # fmt: skip
    return {**kept, "expected": expected, "origin": origin}
