"""Objects that a query names."""

import pytest

from otel_bridge.contract.parent import parse_parent
from otel_bridge_collector.api.catalog import ObjectCatalog
from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.syntax import Place, Source
from tests.support.rows import Asking


def project_logs(*references: str) -> Source:
    return Source(kind="project_logs", references=references, place=Place(offset=6, length=12))


def test_a_project_is_found_by_id_and_by_name(example: Asking) -> None:
    catalog = ObjectCatalog(example.objects)

    assert catalog.find(project_logs("p", example.project_id)) == [example.project_id] * 2


def test_an_id_comes_before_a_name(example: Asking) -> None:
    example.objects.create_project(example.project_id)

    assert ObjectCatalog(example.objects).find(project_logs(example.project_id)) == [example.project_id]


def test_no_reference_is_everything(example: Asking) -> None:
    assert ObjectCatalog(example.objects).find(project_logs()) is None


def test_no_reference_is_everything_that_is_left(example: Asking) -> None:
    objects = example.objects
    gone = objects.create_project("gone")
    kept, lost = (
        objects.in_projects.create("dataset", project, name)
        for project, name in ((example.project_id, "kept"), (gone.id, "lost"))
    )
    experiment = objects.in_projects.create("experiment", example.project_id, "e")
    catalog = ObjectCatalog(objects)

    objects.delete_project(gone)

    assert catalog.find(project_logs()) == [example.project_id]
    assert catalog.find(Source(kind="dataset", references=())) == [kept.id]
    assert lost.id not in (catalog.find(Source(kind="dataset", references=())) or ())
    assert catalog.find(Source(kind="experiment", references=())) is None
    objects.in_projects.delete(experiment)
    assert catalog.find(Source(kind="experiment", references=())) == []


def test_an_experiment_is_found_by_its_id(example: Asking) -> None:
    example.objects.resolve(parse_parent("experiment_id:e"))

    assert ObjectCatalog(example.objects).find(Source(kind="experiment", references=("e",))) == ["e"]


def test_a_playground_is_taken_as_it_is(example: Asking) -> None:
    assert ObjectCatalog(example.objects).find(Source(kind="playground_logs", references=("x",))) == ["x"]


def test_what_is_not_there_names_what_is(example: Asking) -> None:
    with pytest.raises(QueryError, match='could not find project_logs "q"') as caught:
        ObjectCatalog(example.objects).find(project_logs("q"))

    assert (caught.value.offset, caught.value.suggestion) == (6, "projects here: p")
