"""Which object a row belongs to."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from otel_bridge.contract.parent import Parent
from otel_bridge.contract.row import Row
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.access import Access
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.errors import RetryableError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Routing
from otel_bridge_collector.store.objects import Objects

XACT = 1000197156530614077
SLUG = SpanComponents(
    object_type=ObjectType.PROJECT_LOGS,
    object_id="p-1",
    row_id="row",
    span_id="aa" * 8,
    root_span_id="bb" * 16,
).encode()


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects.sqlite")
    yield opened
    opened.close()


def routed(objects: Objects, *writes: RowWrite, parent: str | None = None) -> list[Row]:
    routing = Routing(signal="traces", parent=parent, xact=XACT, received_ns=0)
    router = Router(objects, default_parent="project_name:default")
    return [write.row for write in router.route(routing, writes)]


def root(*, parent: str | None = None) -> RowWrite:
    row = Row(id="r", span_id="r", root_span_id="trace", span_parents=None, is_root=True)
    return RowWrite(row=row, parent=parent)


def child() -> RowWrite:
    return RowWrite(row=Row(id="c", span_id="c", root_span_id="trace", span_parents=["r"], is_root=False))


def test_the_spans_own_parent_counts_most(objects: Objects) -> None:
    (row,) = routed(objects, root(parent="experiment_id:e-1"), parent="project_id:p-1")

    assert row["experiment_id"] == "e-1"
    assert "log_id" not in row


def test_the_requests_parent_counts_more_than_the_default(objects: Objects) -> None:
    (row,) = routed(objects, root(), parent="project_id:p-1")

    assert (row["project_id"], row["log_id"], row["org_id"]) == ("p-1", "g", objects.org_id)


def test_the_default_takes_the_rest_and_is_made_by_name(objects: Objects) -> None:
    (row,) = routed(objects, root())

    project = objects.project_named("default")
    assert project is not None
    assert row["project_id"] == project.id


def test_an_object_that_no_row_goes_to_is_not_made(objects: Objects) -> None:
    fact = RowWrite(row=Row(id="r", scores={"good": 1}), parent="project_name:p", fact="f")

    routed(objects, root(parent="project_name:p"), fact)

    assert [project.name for project in objects.projects()] == ["p"]


def test_a_spans_parent_that_cannot_be_read_counts_as_none(objects: Objects) -> None:
    (row,) = routed(objects, root(parent="nonsense"), parent="project_id:p-1")

    assert row["project_id"] == "p-1"


def test_spans_of_one_request_go_to_each_their_own_object(objects: Objects) -> None:
    rows = routed(objects, root(parent="project_id:p-1"), root(parent="project_id:p-2"), root())

    assert [row["project_id"] for row in rows[:2]] == ["p-1", "p-2"]
    assert rows[2]["project_id"] not in {"p-1", "p-2"}


def test_rows_are_numbered_in_their_transaction(objects: Objects) -> None:
    rows = routed(objects, root(), child())

    assert {row["_xact_id"] for row in rows} == {str(XACT)}
    assert [row["_pagination_key"] for row in rows] == ["p07639156500287258624", "p07639156500287258625"]


def test_under_a_slug_a_trace_hangs_below_the_slugs_span(objects: Objects) -> None:
    rows = routed(objects, root(), child(), parent=SLUG)

    assert [row["project_id"] for row in rows] == ["p-1", "p-1"]
    assert [row["span_parents"] for row in rows] == [["aa" * 8], ["r"]]
    assert [row["is_root"] for row in rows] == [False, False]
    assert {row["root_span_id"] for row in rows} == {"bb" * 16}


def test_a_slug_of_who_knows_no_id_names_its_project(objects: Objects) -> None:
    slug = SpanComponents(
        object_type=ObjectType.PROJECT_LOGS,
        compute_object_metadata_args={"project_name": "app", "project_id": None},
        row_id="row",
        span_id="aa" * 8,
        root_span_id="bb" * 16,
    ).encode()

    (row,) = routed(objects, root(), parent=slug)

    project = objects.project_named("app")
    assert project is not None
    assert (row["project_id"], row["span_parents"]) == (project.id, ["aa" * 8])


def test_under_a_slug_a_log_row_keeps_its_missing_parents(objects: Objects) -> None:
    log = Row(id="l", span_id="l", root_span_id="trace", span_parents=None, span_attributes={"type": "log"})

    (row,) = routed(objects, RowWrite(row=log), parent=SLUG)

    assert (row["span_parents"], row["root_span_id"]) == (None, "bb" * 16)


def test_under_a_slug_a_fact_says_no_more_than_before(objects: Objects) -> None:
    fact = RowWrite(row=Row(id="r", scores={"good": 1}), fact="f")

    (row,) = routed(objects, fact, parent=SLUG)

    assert "span_parents" not in row
    assert "root_span_id" not in row


def test_a_span_that_goes_elsewhere_does_not_hang_below_the_slug(objects: Objects) -> None:
    (row,) = routed(objects, root(parent="project_id:p-2"), parent=SLUG)

    assert (row["project_id"], row["span_parents"], row["root_span_id"]) == ("p-2", None, "trace")


def test_a_write_that_is_routed_stays_as_it_was(objects: Objects) -> None:
    write = root()

    routed(objects, write, parent=SLUG)

    assert write == root()


def test_objects_that_cannot_be_read_now_may_be_read_later() -> None:
    class LockedObjects:
        def seen_by(self, access: Callable[[], Access]) -> Self:
            del access
            return self

        def resolve(self, parent: Parent) -> dict[str, str]:
            raise sqlite3.OperationalError(f"{parent}: database is locked")

    routing = Routing(signal="traces", parent=None, xact=XACT, received_ns=0)

    with pytest.raises(RetryableError, match="database is locked"):
        Router(LockedObjects(), default_parent="project_name:p").route(routing, [root()])


def test_no_row_gets_into_a_project_that_its_sender_does_not_reach(objects: Objects) -> None:
    mine, theirs = objects.create_project("mine"), objects.create_project("theirs")
    routing = Routing(signal="rows", parent="project_name:mine", xact=XACT, received_ns=0, projects=[mine.id])
    rows: list[Row] = [
        {"id": "own"},
        {"id": "by id", "project_id": theirs.id},
        {"id": "of an unknown experiment", "experiment_id": "no such experiment"},
        {"id": "in a playground", "prompt_session_id": "p"},
    ]
    writes = [RowWrite(row=row) for row in rows] + [
        RowWrite(row={"id": "by name"}, parent="project_name:theirs"),
        RowWrite(row={"id": "new project"}, parent="project_name:new"),
    ]

    written = Router(objects, default_parent="project_name:theirs").route(routing, writes)

    assert [(write.row["id"], write.row.get("project_id")) for write in written] == [("own", mine.id)]
    assert objects.project_named("new") is None
