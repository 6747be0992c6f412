"""Automations of a project: retention, and alerts on logs."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.api.automations import automation_fault
from tests.support.rows import Asking

CONFIG = {"event_type": "retention", "object_type": "project_logs", "retention_days": 30}
ALERT = {
    "event_type": "logs", "btql_filter": "error IS NOT NULL", "interval_seconds": 300,
    "action": {"type": "webhook", "url": "https://example.com/hook"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("config", "fault"),
    [
        pytest.param(CONFIG, "", id="a retention"),
        pytest.param(None, "retention and alerts", id="no configuration"),
        pytest.param({**CONFIG, "event_type": "export"}, "retention and alerts", id="an export"),
        pytest.param(ALERT, "", id="an alert"),
        pytest.param({**ALERT, "btql_filter": "error ="}, "config.btql_filter: ", id="no condition"),
        pytest.param(
            {**ALERT, "btql_filter": "count(1) > 0"}, "config.btql_filter: an aggregate", id="aggregate"
        ),
        pytest.param({**ALERT, "action": {"type": "slack"}}, "config.action", id="no webhook"),
        pytest.param({**CONFIG, "object_type": "prompt"}, "one of project_logs", id="another type"),
        pytest.param({**CONFIG, "retention_days": 0}, "1 or more", id="no day"),
        pytest.param({**CONFIG, "retention_days": 1.5}, "1 or more", id="half a day"),
        pytest.param({**CONFIG, "retention_days": True}, "1 or more", id="no number"),
    ],
)
def test_what_is_no_automation_is_refused_with_what_it_needs(config: Any, fault: str) -> None:
    found = automation_fault({"config": config})

    assert fault in found
    assert bool(found) == bool(fault)


def test_a_project_says_how_long_it_keeps_its_logs(client: TestClient, example: Asking) -> None:
    body = {"project_id": example.project_id, "name": "a month", "config": CONFIG}

    made = client.post("/v1/project_automation", json=body).json()
    refused = client.patch(f"/v1/project_automation/{made['id']}", json={"config": {"retention_days": 0}})
    changed = client.patch(f"/v1/project_automation/{made['id']}", json={"config": {"retention_days": 7}})

    assert refused.status_code == 400
    assert changed.json()["config"] == {**CONFIG, "retention_days": 7}
    assert (
        example.objects.in_projects.find("project_automation")[0].data["config"] == changed.json()["config"]
    )


def test_what_is_no_automation_is_neither_made_nor_put(client: TestClient, example: Asking) -> None:
    body = {"project_id": example.project_id, "name": "a", "config": {"event_type": "logs"}}

    answers = [client.request(method, "/v1/project_automation", json=body) for method in ("POST", "PUT")]

    assert [each.status_code for each in answers] == [400, 400]
    assert example.objects.in_projects.find("project_automation") == []
