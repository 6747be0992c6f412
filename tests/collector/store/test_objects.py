"""Projects and experiments."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from otel_bridge.contract.parent import parse_parent
from otel_bridge_collector.access import Access
from otel_bridge_collector.errors import StoreError
from otel_bridge_collector.store.objects import Objects


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    numbers = count()
    opened = Objects(
        tmp_path / "objects.sqlite",
        new_id=lambda: f"id-{next(numbers)}",
        clock=lambda: datetime(2026, 1, 2, tzinfo=UTC),
    )
    yield opened
    opened.close()


def test_a_project_is_made_once_by_its_exact_name(objects: Objects) -> None:
    first = objects.resolve(parse_parent("project_name:App"))
    again = objects.resolve(parse_parent("project_name:App"))
    other = objects.resolve(parse_parent("project_name:app"))

    assert first == again == {"org_id": "id-0", "project_id": "id-1", "log_id": "g"}
    assert other["project_id"] == "id-2"


def test_an_unknown_project_id_is_registered_as_it_stands(objects: Objects) -> None:
    ids = objects.resolve(parse_parent("project_id:p1"))

    project = objects.project("p1")
    assert ids["project_id"] == "p1"
    assert project is not None
    assert (project.name, project.created) == ("p1", "2026-01-02T00:00:00.000Z")


def test_an_unknown_project_id_that_is_another_projects_name_gets_a_name_of_its_own(objects: Objects) -> None:
    objects.create_project("p1")

    objects.resolve(parse_parent("project_id:p1"))

    assert [project.name for project in objects.projects()] == ["p1 (id)", "p1"]


def test_an_unknown_experiment_is_registered_in_the_default_project(objects: Objects) -> None:
    ids = objects.resolve(parse_parent("experiment_id:e1"))

    project = objects.project_named("default-otel-project")
    assert project is not None
    assert ids == {"experiment_id": "e1", "project_id": project.id}
    experiment = objects.in_projects.get("e1")
    assert experiment is not None
    assert (experiment.name, experiment.project_id) == ("e1", project.id)


def test_a_playground_is_known_by_its_rows(objects: Objects) -> None:
    assert objects.resolve(parse_parent("playground_id:s")) == {"prompt_session_id": "s", "log_id": "x"}


def test_what_is_not_there_is_none(objects: Objects) -> None:
    assert objects.project("x") is None
    assert objects.project_named("x") is None
    assert objects.in_projects.get("x") is None


def test_what_was_resolved_cannot_be_changed_by_the_caller(objects: Objects) -> None:
    objects.resolve(parse_parent("project_name:a"))["project_id"] = "changed"

    assert objects.resolve(parse_parent("project_name:a"))["project_id"] == "id-1"


@pytest.mark.parametrize("parent", ["project_name:a", "project_id:p", "experiment_id:e"])
def test_ids_stay_over_a_restart(tmp_path: Path, parent: str) -> None:
    first = Objects(tmp_path / "objects.sqlite")
    ids = first.resolve(parse_parent(parent))
    first.close()

    second = Objects(tmp_path / "objects.sqlite")
    again = second.resolve(parse_parent(parent))
    second.close()

    assert ids == again


def test_a_file_that_holds_something_else_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "objects.sqlite"
    path.write_bytes(b"no database" * 1000)

    with pytest.raises(StoreError, match=r"cannot open the objects .*objects\.sqlite"):
        Objects(path)


def test_threads_make_a_project_once(objects: Objects) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(objects.resolve(parse_parent("project_name:a"))["project_id"])
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(found) == {"id-1"}


def test_a_project_can_be_held_again_after_it_was_deleted(objects: Objects) -> None:
    for _ in range(2):
        held = objects.hold_project("p1")
        assert [project.id for project in objects.projects()] == ["p1"]

        objects.delete_project(held)
        assert objects.projects() == []


def test_a_reference_to_a_project_is_its_id_or_else_its_name(objects: Objects) -> None:
    named = objects.create_project("App")

    assert [objects.project_id(each) for each in (named.id, "App", "app")] == [named.id, named.id, None]


def test_a_reference_follows_what_becomes_of_the_project(objects: Objects) -> None:
    first = objects.create_project("App")
    found = [objects.project_id("App")]
    objects.rename_project(first, "Old")
    found.append(objects.project_id("App"))
    second = objects.create_project("App")
    found.append(objects.project_id("App"))
    objects.delete_project(second)
    found.append(objects.project_id("App"))
    objects.hold_project(second.id)
    found.append(objects.project_id("App"))

    assert found == [first.id, None, second.id, None, second.id]


def test_a_reference_means_the_project_of_that_id_once_there_is_one(objects: Objects) -> None:
    named = objects.create_project("p1")
    before = objects.project_id("p1")
    objects.resolve(parse_parent("project_id:p1"))

    assert (before, objects.project_id("p1")) == (named.id, "p1")


def test_a_reference_that_is_known_to_one_is_out_of_reach_of_another(objects: Objects) -> None:
    project = objects.create_project("App")
    other = objects.seen_by(lambda: Access(scopes=frozenset(), projects=frozenset({"other"})))

    assert (objects.project_id("App"), other.project_id("App")) == (project.id, None)
