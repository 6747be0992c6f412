"""Addresses of pages."""

import pytest

from otel_bridge_collector.store.objects import Project
from otel_bridge_collector.store.project_objects import ProjectObject
from otel_bridge_collector.ui.urls import object_url, project_url, row_url


def project(name: str) -> Project:
    return Project(id="p1", org_id="o", name=name, created="2026-01-05T09:00:00Z")


def test_a_name_cannot_leave_its_place_in_a_path() -> None:
    assert project_url(project("a?b#c d")) == "/app/local/p/a%3Fb%23c%20d"


def test_a_project_whose_name_has_a_slash_is_found_by_its_id() -> None:
    assert project_url(project("a/b")) == "/app/local/p/p1"


@pytest.mark.parametrize("name", [".", ".."])
def test_what_a_browser_takes_as_a_way_is_found_by_its_id(name: str) -> None:
    found = ProjectObject(id="e", kind="experiment", project_id="p1", name=name, created="", data={})

    assert object_url(found, project(name)) == "/app/local/p/p1/experiments/e"


def test_an_experiment_has_the_path_that_summaries_link_to() -> None:
    found = ProjectObject(id="e", kind="experiment", project_id="p1", name="x y", created="", data={})

    assert object_url(found, project("shop")) == "/app/local/p/shop/experiments/x%20y"


def test_a_row_has_the_path_of_a_permalink() -> None:
    assert row_url("a&b", "dataset", "d") == "/app/local/object?object_type=dataset&object_id=d&id=a%26b"
