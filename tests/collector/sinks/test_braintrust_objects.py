"""Ids here to ids there."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.sinks.braintrust_objects import Kind, Named, RemoteObjects


class There:
    """A destination that makes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Mapping[str, Json]]] = []

    async def object_id(self, kind: str, fields: Mapping[str, Json]) -> str:
        self.asked.append((kind, fields))
        return f"there-{fields['name']}"


HERE: Mapping[tuple[str, str], Named] = {
    ("project", "p"): Named(name="shop"),
    ("project", "named-by-id"): Named(name="named-by-id"),
    ("project", "taken"): Named(name="taken (id)"),
    ("experiment", "e"): Named(name="try", project_id="p"),
    ("dataset", "d"): Named(name="data", project_id="p"),
}


def ids(
    there: There, folder: Path, *asked: tuple[Kind, str], names: Mapping[str, str] | None = None
) -> list[str]:
    objects = RemoteObjects(
        there, lambda kind, object_id: HERE.get((kind, object_id)), names=names or {}, path=folder / "ids"
    )

    async def run() -> list[str]:
        return [await objects.id_of(*each) for each in asked]

    return asyncio.run(run())


def test_a_project_is_the_one_of_the_same_name_or_of_the_name_that_it_has_there(tmp_path: Path) -> None:
    there = There()

    assert ids(there, tmp_path, ("project", "p"), names={"shop": "store"}) == ["there-store"]


@pytest.mark.parametrize("object_id", ["named-by-id", "taken", "unknown"])
def test_an_id_that_nobody_named_here_is_one_of_the_destination(tmp_path: Path, object_id: str) -> None:
    there = There()

    assert ids(there, tmp_path, ("project", object_id)) == [object_id]
    assert there.asked == []


def test_what_belongs_to_a_project_belongs_to_it_there(tmp_path: Path) -> None:
    there = There()

    assert ids(there, tmp_path, ("experiment", "e"), ("dataset", "d")) == ["there-try", "there-data"]
    assert there.asked[1:] == [
        ("experiment", {"project_id": "there-shop", "name": "try", "ensure_new": False}),
        ("dataset", {"project_id": "there-shop", "name": "data"}),
    ]


def test_ids_are_asked_for_once_also_over_a_restart(tmp_path: Path) -> None:
    there = There()

    ids(there, tmp_path, ("project", "p"), ("project", "p"))
    ids(there, tmp_path, ("project", "p"))

    assert len(there.asked) == 1


def test_a_file_that_a_crash_left_empty_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "ids").write_bytes(b"")

    assert ids(There(), tmp_path, ("project", "p")) == ["there-shop"]
