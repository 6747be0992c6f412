"""Past states of objects."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.states import said_state, state_of
from otel_bridge_collector.store.objects import Objects
from otel_bridge_collector.store.project_objects import ProjectObject


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[Objects]:
    with closing(Objects(tmp_path / "objects.sqlite")) as opened:
        yield opened


def prompt(objects: Objects) -> ProjectObject:
    """One with the states 10 and 20, of which the environment `prod` uses the first."""
    found = objects.in_projects.create("prompt", "p", "one", slug="s", xact_id=10)
    objects.in_projects.create("environment_object", found.id, "prod", data={"object_version": "10"})
    return objects.in_projects.update(found, name="two", xact_id=20)


@pytest.mark.parametrize(
    ("version", "environment", "name"),
    [
        pytest.param(None, None, "two", id="the present one"),
        pytest.param("10", None, "one", id="a version"),
        pytest.param("15", None, "one", id="between two"),
        pytest.param("9", None, None, id="before all"),
        pytest.param(None, "prod", "one", id="an environment"),
        pytest.param(None, "test", None, id="no such environment"),
        pytest.param("20", "prod", "two", id="the version wins"),
    ],
)
def test_a_state(objects: Objects, version: str | None, environment: str | None, name: str | None) -> None:
    state = state_of(objects, prompt(objects), version=version, environment=environment)

    assert (state and state.name) == name


def test_what_is_no_version_is_refused(objects: Objects) -> None:
    with pytest.raises(RequestError):
        state_of(objects, prompt(objects), version="?")


def test_it_is_said_which_state_is_meant() -> None:
    assert said_state("7", "prod") == " at version 7"
    assert said_state(None, "prod") == ' for the environment "prod"'
