"""The store and the objects."""

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from otel_bridge_collector.audit.findings import Findings
from otel_bridge_collector.audit.store import StoreAudit, audit_objects
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.store.duckdb import DuckDBStore
from otel_bridge_collector.store.objects import Objects
from tests.support.masking import rules_of
from tests.support.rows import XACT, row, writes

MAIL = "bob@x.example"
RULES = rules_of("{patterns: [emails]}")


def kept(folder: Path, *batches: list[RowWrite]) -> Path:
    path = folder / "rows.duckdb"
    with closing(DuckDBStore(path)) as store:
        for number, batch in enumerate(batches, start=1):
            store.apply(batch, next_seq=number)
    return path


def found(path: Path) -> list[tuple[str, str, int]]:
    findings, steps = Findings(RULES), list[int]()
    with closing(StoreAudit(path)) as audit:
        audit.run(RULES, findings, steps.append)
        assert sum(steps) == audit.size()
    return [(each.place, each.field, each.count) for each in findings.listed()]


def test_rows_are_looked_through_however_many(tmp_path: Path) -> None:
    path = kept(tmp_path, writes([row(f"r{number}", index=number, input=MAIL) for number in range(1_200)]))

    assert found(path) == [("store: rows", "input", 1_200)]


def test_past_states_and_facts_are_looked_through(tmp_path: Path) -> None:
    of_experiment = row("a", experiment_id="e", output=MAIL)
    fact = RowWrite(row=row("b", expected=MAIL), fact="f")
    path = kept(
        tmp_path,
        writes([of_experiment, row("b")]),
        [RowWrite(row=row("a", experiment_id="e", output="fine", xact=XACT + 1)), fact],
    )

    assert found(path) == [
        ("store: facts", "expected", 1),
        ("store: history", "output", 1),
        ("store: rows", "expected", 1),
    ]


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    path = kept(tmp_path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE schema_version SET version = 99")

    with pytest.raises(StoreError, match="is of version 99"):
        StoreAudit(path)


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.duckdb").write_bytes(b"x" * 100)

    with pytest.raises(StoreError, match="cannot open"):
        StoreAudit(tmp_path / "rows.duckdb")


def test_every_state_of_an_object_is_looked_through(tmp_path: Path) -> None:
    with closing(Objects(tmp_path / "objects.sqlite")) as objects:
        project = objects.create_project("shop")
        objects.describe_project(project, {"description": MAIL})
        made = objects.in_projects.create("prompt", project.id, "p", data={"prompt_data": MAIL}, xact_id=1)
        objects.in_projects.update(made, data={}, xact_id=2)
    findings = Findings(RULES)

    audit_objects(tmp_path / "objects.sqlite", RULES, findings)

    assert [each.field for each in findings.listed()] == ["description", "prompt_data"]


def test_objects_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "objects.sqlite").write_bytes(b"x" * 100)

    with pytest.raises(StoreError, match="cannot read the objects"):
        audit_objects(tmp_path / "objects.sqlite", RULES, Findings(RULES))
