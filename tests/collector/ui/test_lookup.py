"""What a URL names."""

import pytest

from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.ui.lookup import find_object, find_project, home_of
from tests.support.rows import Asking


def test_a_project_is_found_by_name_and_by_id(example: Asking) -> None:
    found = [find_project(example.objects, named).id for named in ("p", example.project_id)]

    assert found == [example.project_id, example.project_id]


def test_a_project_that_is_named_like_the_id_of_another_does_not_stand_before_it(example: Asking) -> None:
    example.objects.create_project(example.project_id)

    assert find_project(example.objects, example.project_id).id == example.project_id


def test_an_object_is_found_in_its_project_alone(example: Asking) -> None:
    here, there = find_project(example.objects, "p"), example.objects.create_project("q")
    made = example.objects.in_projects.create("dataset", there.id, "cases")

    assert find_object(example.objects, "dataset", there, "cases") == made
    assert find_object(example.objects, "dataset", there, made.id) == made
    for named in ("cases", made.id):
        with pytest.raises(RequestError, match="no dataset"):
            find_object(example.objects, "dataset", here, named)


def test_a_row_has_the_project_of_its_object(example: Asking) -> None:
    made = example.objects.in_projects.create("experiment", example.project_id, "trial")

    assert home_of(example.objects, "project_logs", example.project_id)[1] == "p"
    assert home_of(example.objects, "experiment", made.id)[1] == "trial"
    assert home_of(example.objects, "experiment", made.id)[0].id == example.project_id


def test_an_id_of_another_kind_is_not_found(example: Asking) -> None:
    made = example.objects.in_projects.create("experiment", example.project_id, "trial")

    with pytest.raises(RequestError, match="no dataset"):
        home_of(example.objects, "dataset", made.id)
