"""Datasets: records with an input and an expected output, kept in versions.

Records are written in the background and in order; reading waits for what this process has written before.

Source: `braintrust` 0.47.0 SDK, `logger.Dataset` and `logger.init_dataset`, measured (spec/evaluate.md section 3).
"""

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypedDict
from urllib.parse import quote

from otel_bridge.api.fields import checked
from otel_bridge.api.login import account_for
from otel_bridge.api.records import Record, Records
from otel_bridge.api.registered import Registered
from otel_bridge.api.summary import DatasetSummary, DataSummary
from otel_bridge.attributes.to_json import to_json
from otel_bridge.configure import configure
from otel_bridge.contract.checks import check_metadata
from otel_bridge.contract.row import Json
from otel_bridge.control import objects
from otel_bridge.control.account import Account
from otel_bridge.control.objects import ProjectObject
from otel_bridge.control.once import Once
from otel_bridge.control.paging import ObjectRows
from otel_bridge.control.rows import sender_of
from otel_bridge.state import process

logger = logging.getLogger(__name__)

DEFAULT_NAME: Final = "logs"


class DatasetRef(TypedDict, total=False):
    """A dataset by its id, and a version of it."""

    id: str
    version: str


class Dataset(Registered):
    """What `init_dataset` returns. Iterating gives the records, latest written first, which are then remembered.

        for record in dataset:
            print(record["input"], record["expected"])

    A record is a dictionary with `id`, `input`, `expected`, `metadata`, `tags`, `created`, `_xact_id` and others.
    """

    def __init__(
        self,
        account: Account,
        registered: Once[ProjectObject],
        *,
        version: str | None = None,
        environment: str | None = None,
        use_output: bool = False,
        btql: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(account, registered)
        self._pinned = Once(partial(self._pin, version, environment))
        self._is_pinned = version is not None or environment is not None
        self._use_output, self._btql = use_output, btql
        self._records = Records(self._rows, self._shape)
        self._inserted = 0

    def __str__(self) -> str:
        """As it stands in a row where it was logged itself."""
        return "<dataset>"

    @property
    def version(self) -> str:
        """The version that was asked for, or the newest transaction of the records; `0` without records.

        Raises:
            ControlError: they could not be read.
        """
        if self._is_pinned:
            return self._pinned.get()
        self._flush_first()
        return self._records.version()

    @property
    def fetched_data(self) -> list[Record]:
        """All records; see `fetch`."""
        self._flush_first()
        return self._records.all()

    def insert(
        self,
        input: Any = None,
        expected: Any = None,
        tags: Sequence[str] | None = None,
        metadata: Any = None,
        id: str | None = None,
        output: Any = None,
    ) -> str:
        """Write a record, in the place of the one that has this id, and return the id.

        Args:
            input: what the task gets.
            expected: what it should give.
            tags: of the record.
            metadata: about the record.
            id: by default a new UUID.
            output: the old name of `expected`.

        Raises:
            ValueError: a field cannot be what it is, with Braintrust's message.
            ControlError: the dataset could not be made, or too many records wait already.
        """
        if expected is not None and output is not None:
            raise ValueError("Only one of expected or output (deprecated) can be specified. Prefer expected.")
        row_id = id or str(uuid.uuid4())
        expected = output if expected is None else expected
        said = checked({"input": input, "expected": expected, "tags": tags, "metadata": metadata})
        content = {name: said.get(name) for name in ("input", "expected", "tags")}
        told = {"metadata": said["metadata"]} if "metadata" in said else {}
        self._write({"id": row_id, **content, **told, "created": _now()})
        self._inserted += 1
        return row_id

    def update(
        self,
        id: str,
        input: Any = None,
        expected: Any = None,
        tags: Sequence[str] | None = None,
        metadata: Any = None,
    ) -> str:
        """Merge fields into the record of that id, and return the id; a field that is None says nothing.

        Metadata merges key by key, tags are united, anything else is replaced.

        Raises:
            ValueError: a field cannot be what it is, with Braintrust's message.
            ControlError: as `insert`.
        """
        said = checked({"input": input, "expected": expected, "tags": tags, "metadata": metadata})
        self._write({"id": id, **said, "_is_merge": True})
        return id

    def delete(self, id: str) -> str:
        """Delete the record of that id, and return the id; earlier versions keep it.

        Raises:
            ControlError: as `insert`.
        """
        self._write({"id": id, "created": _now(), "_object_delete": True})
        return id

    def fetch(self, batch_size: int | None = None) -> Iterator[Record]:
        """Return the records, latest written first, each once, also while others write.

        They are read at the first need and then remembered until this object writes something.

        Args:
            batch_size: records of one page, by default 1000.

        Raises:
            ControlError: they could not be read, or what was written before could not.
        """
        self._flush_first()
        return iter(self._records.all(batch_size))

    def summarize(self, summarize_data: bool = True) -> DatasetSummary:  # noqa: FBT001, FBT002 - Braintrust's
        """Write what waits, and return names and links, and how many records there are.

        Args:
            summarize_data: False leaves the numbers out.

        Raises:
            ControlError: something could not be written or asked.
        """
        self.flush()
        project_url = objects.project_url(self.account, self.project.name)
        counted = self._counted() if summarize_data else None
        return DatasetSummary(
            project_name=self.project.name,
            dataset_name=self.name,
            project_url=project_url,
            dataset_url=f"{project_url}/datasets/{quote(self.name, safe='')}",
            data_summary=counted,
        )

    def flush(self) -> None:
        """Write what waits.

        Raises:
            ControlError: it could not be written, and waits for the next flush; or a record was refused.
        """
        sender_of(self.account).flush()

    def close(self) -> str:
        """Do nothing but return the id, as Braintrust's does."""
        return self.id

    def __iter__(self) -> Iterator[Record]:
        return self.fetch()

    def __next__(self) -> Record:
        self._flush_first()
        return self._records.next()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Leave the dataset as it is, as Braintrust's does."""

    def _write(self, row: Mapping[str, Json]) -> None:
        self._records.forget()
        sender_of(self.account).add({**row, "dataset_id": self.id})

    def _flush_first(self) -> None:
        sender = sender_of(self.account)
        if sender.waiting:
            sender.flush()

    def _counted(self) -> DataSummary:
        answer = self.account.request(
            "GET", f"/v1/dataset/{quote(self.id, safe='')}/summarize", params={"summarize_data": "true"}
        )
        counted: Mapping[str, int] = answer.get("data_summary") or {}
        return DataSummary(new_records=self._inserted, total_records=counted.get("total_records", 0))

    def _rows(self) -> ObjectRows:
        version = self._pinned.get() if self._is_pinned else None
        return ObjectRows(self.account, "dataset", self.id, version=version, btql=self._btql)

    def _shape(self, row: Mapping[str, Any]) -> Record:
        expected = row.get("expected") if row.get("expected") is not None else row.get("output")
        record = {name: value for name, value in row.items() if name not in {"output", "expected"}}
        return {**record, "output" if self._use_output else "expected": expected}

    def _pin(self, version: str | None, environment: str | None) -> str:
        if version is not None or environment is None:
            return version or ""
        return objects.environment_version(self.account, self.id, environment)


def init_dataset(  # noqa: PLR0913, PLR0917 - Braintrust's signature
    project: str | None = None,
    name: str | None = None,
    description: str | None = None,
    version: str | int | None = None,
    app_url: str | None = None,
    api_key: str | None = None,
    org_name: str | None = None,
    project_id: str | None = None,
    metadata: Any = None,
    use_output: bool = False,  # noqa: FBT001, FBT002 - Braintrust's signature
    _internal_btql: dict[str, Any] | None = None,
    state: object = None,
    environment: str | None = None,
    dataset_id: str | None = None,
) -> Dataset:
    """Return a dataset, which is made at the first need where there is none of that name; asks nobody yet.

    Args:
        project: name of the project, which is made as well.
        name: of the dataset, by default `logs`.
        description: of a dataset that is made.
        version: a transaction, as `Dataset.version` returned it; the records are read as they were then.
        app_url: where to log in, by default `BRAINTRUST_APP_URL`.
        api_key: by default what `login` was given, then `BRAINTRUST_API_KEY`.
        org_name: organisation, by default `BRAINTRUST_ORG_NAME`.
        project_id: id of the project, which wins over its name.
        metadata: of a dataset that is made.
        use_output: deprecated; records have `output` in the place of `expected`.
        _internal_btql: clauses of a query in Braintrust's JSON tree, for which records are read (`filter`, `limit`).
        state: what `login_to_state` returned; its key and URLs are used.
        environment: the version that it pins is read, unless `version` says which.
        dataset_id: a dataset that is there; nothing is made then.

    Raises:
        SettingsError: a setting of the environment cannot be used.
    """
    account = account_for(app_url, api_key, org_name, state)
    configure(None, account.api_key)  # what is written is sent before the process ends
    if use_output and "use_output" not in process.warned:
        process.warned.add("use_output")
        logger.warning("use_output is deprecated: records have `expected`, read that")
    told = None if metadata is None else check_metadata(to_json(metadata))
    fields = {"name": name or DEFAULT_NAME, "description": description, "metadata": told}
    return Dataset(
        account,
        Once(partial(_registered, account, project, project_id, dataset_id, fields)),
        version=None if version is None else str(version),
        environment=environment,
        use_output=use_output,
        btql=_internal_btql,
    )


def _registered(
    account: Account,
    project: str | None,
    project_id: str | None,
    dataset_id: str | None,
    fields: Mapping[str, Any],
) -> ProjectObject:
    if dataset_id is not None:
        return objects.object_of_id(account, "dataset", dataset_id)
    if project is None and project_id is None:
        raise ValueError("Must specify at least one of project or project_id")
    return objects.make_object(account, "dataset", objects.find_project(account, project, project_id), fields)


def _now() -> str:
    return datetime.now(UTC).isoformat()
