"""Experiments, datasets, prompts and the like, and the file that they stand in."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge.contract.parent import Parent
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObjects


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def in_projects(objects: Objects) -> ProjectObjects:
    return objects.in_projects


def test_objects_are_found_newest_first_by_what_is_given(in_projects: ProjectObjects) -> None:
    first = in_projects.create("experiment", "p", "same")
    second = in_projects.create("experiment", "p", "same")
    in_projects.create("experiment", "p", "other")
    in_projects.create("dataset", "p", "same")

    assert in_projects.find("experiment", project_id="p", name="same") == [second, first]


def test_a_changed_object_keeps_what_is_not_given(in_projects: ProjectObjects) -> None:
    made = in_projects.create("prompt", "p", "P", slug="s", data={"description": "d"}, xact_id=1)

    changed = in_projects.update(made, name="Q", xact_id=2)

    assert in_projects.get(made.id) == changed
    assert (changed.name, changed.slug, changed.data) == ("Q", "s", {"description": "d"})


def test_every_state_of_an_object_can_be_read(in_projects: ProjectObjects) -> None:
    made = in_projects.create("prompt", "p", "P", slug="s", data={"n": 1}, xact_id=1)
    in_projects.update(made, data={"n": 2}, xact_id=2)

    states = [(each.action, each.state.xact_id, each.state.data) for each in in_projects.versions(made)]

    assert states == [("merge", 2, {"n": 2}), ("upsert", 1, {"n": 1})]


def test_a_deleted_object_is_not_found(in_projects: ProjectObjects) -> None:
    made = in_projects.create("dataset", "p", "d")

    deleted = in_projects.delete(made)

    assert deleted.deleted_at is not None
    assert in_projects.get(made.id) is None
    assert in_projects.find("dataset", project_id="p") == []


def test_a_project_takes_its_objects_with_it_when_it_is_deleted(objects: Objects) -> None:
    project, other = objects.create_project("app"), objects.create_project("other")
    gone = objects.in_projects.create("experiment", project.id, "e")
    kept = objects.in_projects.create("experiment", other.id, "e")

    objects.delete_project(project)

    assert objects.in_projects.get(gone.id) is None
    assert objects.in_projects.get(gone.id, even_deleted=True) == gone
    assert objects.in_projects.find("experiment") == [kept]
    assert objects.in_projects.find("experiment", project_id=project.id) == []


def test_rows_of_a_deleted_experiment_still_have_a_place(objects: Objects) -> None:
    project = objects.create_project("app")
    made = objects.in_projects.create("experiment", project.id, "e")
    objects.in_projects.delete(made)

    ids = objects.resolve(Parent(kind="experiment_id", value=made.id))

    assert ids == {"experiment_id": made.id, "project_id": project.id}


def test_the_name_of_a_deleted_project_is_free(objects: Objects) -> None:
    first = objects.create_project("app")
    objects.delete_project(first)

    second = objects.create_project("app")

    assert second.id != first.id
    assert objects.project(first.id) is None


def test_a_project_cannot_take_the_name_of_another(objects: Objects) -> None:
    objects.create_project("a")

    assert objects.rename_project(objects.create_project("b"), "a") is None


def test_a_file_of_the_first_version_keeps_its_projects_and_experiments(tmp_path: Path) -> None:
    path = tmp_path / "objects.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            CREATE TABLE org(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE);
            CREATE TABLE project(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
            CREATE TABLE experiment(
                id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES project(id), name TEXT NOT NULL,
                created TEXT NOT NULL
            );
            INSERT INTO org VALUES ('o', 'local');
            INSERT INTO project VALUES ('p', 'app', '2026-01-02T00:00:00.000Z');
            INSERT INTO experiment VALUES ('e', 'p', 'first', '2026-01-03T00:00:00.000Z');
            PRAGMA user_version = 1;
            """
        )

    objects = Objects(path)
    project, experiment = objects.project("p"), objects.in_projects.get("e")
    objects.close()

    assert (objects.org_id, project and project.name) == ("o", "app")
    assert experiment
    assert (experiment.kind, experiment.project_id, experiment.name) == ("experiment", "p", "first")


def test_a_file_of_a_newer_version_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "objects.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")

    with pytest.raises(StoreError, match=r"objects\.sqlite are of version 99"):
        Objects(path)
