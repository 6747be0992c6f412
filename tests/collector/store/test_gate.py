"""Where a caller may write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from otel_bridge.contract.parent import Parent
from otel_bridge_collector.access import OWNER, Access
from otel_bridge_collector.errors import ForbiddenError
from otel_bridge_collector.store.gate import Gate
from otel_bridge_collector.store.objects import Objects


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    opened = Objects(tmp_path / "objects.sqlite")
    yield opened
    opened.close()


def gate_of(objects: Objects, *projects: str) -> Gate:
    ids = frozenset(objects.create_project(name).id for name in projects)
    access = Access(scopes=frozenset(), projects=ids) if projects else OWNER
    return Gate(objects, lambda: access, default_parent="project_name:default")


def test_who_reaches_all_projects_writes_anywhere_and_is_asked_nothing(objects: Objects) -> None:
    gate = gate_of(objects)

    assert (gate.projects(), gate.home(None), gate.home("project_name:new")) == (
        None,
        None,
        "project_name:new",
    )
    assert gate.fault(Parent(kind="playground_id", value="p")) == ""
    assert objects.projects() == [], "asking must make nothing"


@pytest.mark.parametrize("requested", [None, "project_name:default-otel-project"])
def test_a_key_for_one_project_is_for_that_one_where_nothing_is_named(
    objects: Objects, requested: str | None
) -> None:
    gate = gate_of(objects, "mine")

    assert gate.home(requested) == f"project_id:{objects.create_project('mine').id}"


def test_a_key_for_one_project_is_not_for_another_that_is_named(objects: Objects) -> None:
    with pytest.raises(ForbiddenError, match="project_name:theirs"):
        gate_of(objects, "mine").home("project_name:theirs")


def test_a_key_for_several_projects_needs_one_named(objects: Objects) -> None:
    gate = gate_of(objects, "one", "two")

    assert gate.home("project_name:two") == "project_name:two"
    with pytest.raises(ForbiddenError, match='does not reach the object "project_name:default"'):
        gate.home(None)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("project_name", "theirs"),
        ("project_name", "nobodys"),
        ("project_id", "nobodys"),
        ("experiment_id", "nobodys"),
        ("dataset_id", "nobodys"),
        ("playground_id", "any"),
    ],
)
def test_what_is_out_of_reach_and_what_is_not_there_are_told_alike(
    objects: Objects, kind: str, value: str
) -> None:
    objects.create_project("theirs")
    gate = gate_of(objects, "mine")

    fault = gate.fault(Parent(kind=kind, value=value))  # type: ignore[arg-type]  # a kind

    assert fault == (
        f'this key does not reach the object "{kind}:{value}": name one that this key is for, or ask for a key that is for it'
    )
    assert {project.name for project in objects.projects()} == {"mine", "theirs"}


def test_objects_of_the_own_project_can_be_written(objects: Objects) -> None:
    gate = gate_of(objects, "mine")
    project = objects.create_project("mine")
    dataset = objects.in_projects.create("dataset", project.id, "d")

    assert gate.fault(Parent(kind="dataset_id", value=dataset.id)) == ""
    assert gate.fault(Parent(kind="project_name", value="mine")) == ""
