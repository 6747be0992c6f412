"""Which limits hold for which rows."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.retention import Retention
from otel_bridge_collector.retention.policy import Limit, Policies
from otel_bridge_collector.store.objects import Project
from otel_bridge_collector.store.project_objects import ProjectObject

PROJECT = Project(id="p1", org_id="o", name="shop", created="2026-01-01T00:00:00.000Z")


def automation(object_type: str, days: int, *, event_type: str = "retention") -> ProjectObject:
    config: dict[str, Json] = {"event_type": event_type, "object_type": object_type, "retention_days": days}
    return ProjectObject(
        id="a", kind="project_automation", project_id="p1", name="a", created="", data={"config": config}
    )


def policies(said: dict[str, object], *automations: ProjectObject) -> Policies:
    return Policies(Retention.model_validate(said), [PROJECT], automations)


def test_nothing_goes_unless_somebody_says_so() -> None:
    kept = policies({})

    assert not kept.limit_anything
    assert kept.limit("p1", "project_logs").is_none


def test_a_limit_for_logs_is_none_for_experiments_and_datasets() -> None:
    kept = policies({"logs": {"max_age": "30d", "max_size": "1KiB"}})

    assert kept.limit("p1", "project_logs") == Limit(max_age_s=30 * 86_400, max_bytes=1024)
    assert kept.limit("p1", "experiment").is_none
    assert kept.limit("p1", "dataset").is_none
    assert kept.limit_anything


@pytest.mark.parametrize("named", [pytest.param("shop", id="by name"), pytest.param("p1", id="by id")])
def test_what_a_project_says_stands_in_place_of_what_holds_for_all(named: str) -> None:
    kept = policies(
        {"logs": {"max_age": "30d"}, "history": "1d", "projects": {named: {"datasets": {"max_age": "7d"}}}}
    )

    assert kept.limit("p1", "project_logs").is_none
    assert kept.limit("p1", "dataset") == Limit(max_age_s=7 * 86_400)
    assert (kept.history_s("p1"), kept.history_s("p2")) == (None, 86_400)
    assert kept.limit("p2", "project_logs") == Limit(max_age_s=30 * 86_400)


def test_the_age_that_the_api_was_told_counts_more_and_the_size_stays() -> None:
    kept = policies({"logs": {"max_age": "30d", "max_size": "1KiB"}}, automation("project_logs", 2))

    assert kept.limit("p1", "project_logs") == Limit(max_age_s=2 * 86_400, max_bytes=1024)


def test_an_automation_of_another_kind_is_passed_over() -> None:
    assert not policies({}, automation("project_logs", 2, event_type="alert")).limit_anything


def test_a_limit_of_one_project_alone_is_a_limit() -> None:
    assert policies({"projects": {"shop": {"history": "1d"}}}).limit_anything
