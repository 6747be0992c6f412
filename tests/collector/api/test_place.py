"""Where the rows of an object are."""

import pytest

from otel_bridge_collector.access import Access, Scope
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.api.place import Placed, place_of
from tests.support.rows import Asking


def test_logs_of_a_project_lie_in_it(example: Asking) -> None:
    assert place_of(example.objects, "project_logs", example.project_id) == Placed(
        ids={"project_id": example.project_id, "log_id": "g"}, project_id=example.project_id
    )


def test_a_project_may_be_named_by_whoever_reaches_it(example: Asking) -> None:
    project = example.objects.project(example.project_id)
    assert project is not None
    elsewhere = Access(scopes=frozenset(Scope), projects=frozenset({"another"}))

    assert place_of(example.objects, "project_logs", project.name).project_id == example.project_id
    with pytest.raises(RequestError, match="there is no project_logs"):
        place_of(example.objects.seen_by(lambda: elsewhere), "project_logs", project.name)


def test_rows_of_an_experiment_carry_its_id_alone(example: Asking) -> None:
    made = example.objects.in_projects.create("experiment", example.project_id, "e")

    assert place_of(example.objects, "experiment", made.id) == Placed(
        ids={"experiment_id": made.id}, project_id=example.project_id
    )
    with pytest.raises(RequestError):
        place_of(example.objects, "dataset", made.id)


@pytest.mark.parametrize("kind", ["project_logs", "experiment", "dataset"])
def test_what_is_not_there_has_none(example: Asking, kind: str) -> None:
    with pytest.raises(RequestError, match=f'there is no {kind} "nosuch"'):
        place_of(example.objects, kind, "nosuch")  # type: ignore[arg-type]  # one of them
