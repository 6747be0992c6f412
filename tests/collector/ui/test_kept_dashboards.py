"""Dashboards as they are kept: views with charts."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.api.errors import RequestError
from otel_bridge_collector.store.objects import Project
from otel_bridge_collector.ui.kept_dashboards import (
    MAX_DASHBOARDS,
    dashboard_url,
    dashboards_of,
    find_dashboard,
    name_fault,
    view_data,
)
from otel_bridge_collector.ui.kept_views import kept_views
from tests.support.rows import Asking


@pytest.fixture
def project(example: Asking) -> Project:
    found = example.objects.project(example.project_id)
    assert found
    return found


def make(example: Asking, name: str, data: Json = None, view_type: str = "monitor") -> str:
    kept = {"view_type": view_type, "view_data": view_data([]) if data is None else data}
    return example.objects.in_projects.create("view", example.project_id, name, data=kept).id


def test_a_view_of_the_monitor_with_charts_is_a_dashboard(example: Asking, project: Project) -> None:
    make(example, "b")
    make(example, "a")
    make(example, "of another type", view_type="logs")
    make(example, "of another program", {"charts": []})
    make(example, "without charts", {"otel_bridge": {"by": "id"}})
    make(example, "nothing", [])

    assert [each.name for each in dashboards_of(example.objects, project)] == ["a", "b"]
    assert [each.name for each in kept_views(example.objects, project, "monitor")] == ["without charts"]


def test_a_dashboard_is_found_by_its_name_or_its_id(example: Asking, project: Project) -> None:
    made = make(example, "a/b")

    found = [find_dashboard(example.objects, project, named) for named in ("a/b", made)]

    assert [each.id for each in found] == [made, made]
    assert dashboard_url(found[0], project).endswith("/dashboards/a%2Fb")


def test_another_view_is_no_dashboard(example: Asking, project: Project) -> None:
    made = make(example, "logs", view_type="logs")

    with pytest.raises(RequestError, match="no dashboard"):
        find_dashboard(example.objects, project, made)


@pytest.mark.parametrize("name", ["", "x" * 101, "taken"])
def test_a_name_that_cannot_be_is_told(example: Asking, project: Project, name: str) -> None:
    made = make(example, "taken")

    assert name_fault(example.objects, project, name, "")
    assert not name_fault(example.objects, project, "taken", made)


def test_a_project_keeps_so_many(example: Asking, project: Project) -> None:
    for each in range(MAX_DASHBOARDS):
        made = make(example, f"d{each}")

    assert "delete one first" in name_fault(example.objects, project, "one more", "")
    assert not name_fault(example.objects, project, "renamed", made)
