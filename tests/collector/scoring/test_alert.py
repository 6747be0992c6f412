"""What an alert may be, and what it posts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.scoring.alert import (
    Alert,
    AlertError,
    Matched,
    alert_of,
    check_alert,
    is_alert,
    message_of,
)
from otel_bridge_collector.store.project_objects import ProjectObject

CONFIG: Final[Mapping[str, Json]] = {
    "event_type": "logs", "btql_filter": "error IS NOT NULL", "interval_seconds": 3600,
    "action": {"type": "webhook", "url": "https://example.com/hook?token=1"},
}  # fmt: skip


def alert(**config: Any) -> Alert:
    return alert_of(
        ProjectObject(
            id="a", kind="project_automation", project_id="p", name="errors", created="2026-01-01T00:00:00+00:00",
            data={"description": "all of them", "config": {**CONFIG, **config}},
        )
    )  # fmt: skip


ALERT: Final = alert()


def test_what_an_alert_says_is_read() -> None:
    assert (ALERT.condition, ALERT.interval_s, ALERT.is_active) == ("error IS NOT NULL", 3600, True)
    assert (ALERT.url, ALERT.created_s) == ("https://example.com/hook?token=1", 1_767_225_600)
    assert not alert(status="paused").is_active


@pytest.mark.parametrize(
    ("config", "said"),
    [
        pytest.param({"btql_filter": " "}, "no condition", id="no-condition"),
        pytest.param({"interval_seconds": 0}, "1 or more", id="no-interval"),
        pytest.param({"interval_seconds": True}, "1 or more", id="boolean"),
        pytest.param({"action": {"type": "slack", "url": "https://x"}}, "no other action", id="slack"),
        pytest.param({"action": {"type": "webhook"}}, "no other action", id="no-url"),
        pytest.param(
            {"action": {"type": "webhook", "url": "file:///etc/passwd"}}, "http or https", id="file"
        ),
        pytest.param({"action": {"type": "webhook", "url": "http://[x"}}, "http or https", id="broken-url"),
        pytest.param({"status": "on"}, "status", id="status"),
    ],
)
def test_what_is_no_alert_is_told(config: dict[str, Json], said: str) -> None:
    with pytest.raises(AlertError, match=said):
        check_alert({"config": {**CONFIG, **config}})


def test_an_alert_is_known_by_its_event() -> None:
    assert is_alert({"config": CONFIG})
    assert not is_alert({"config": {"event_type": "retention"}})


def test_what_is_posted_has_the_shape_of_braintrusts_and_no_secret() -> None:
    matched = Matched(count=5, first="2026-01-01T00:00:00Z", last="2026-01-01T00:10:00Z")

    posted = message_of(ALERT, {"id": "o", "name": "local"}, "shop", matched)

    assert posted == {
        "organization": {"id": "o", "name": "local"},
        "project": {"id": "p", "name": "shop"},
        "automation": {
            "id": "a", "name": "errors", "description": "all of them", "event_type": "logs",
            "btql_filter": "error IS NOT NULL", "interval_seconds": 3600,
        },
        "details": {
            "is_test": False, "message": "errors: 5 logs triggered automation in the last 1 hour",
            "time_start": "2026-01-01T00:00:00Z", "time_end": "2026-01-01T00:10:00Z", "count": 5,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("interval_s", "said"),
    [
        (1.0, "1 log triggered automation in the last 1 second"),
        (300.0, "5 minutes"),
        (90_000.0, "1.04167 days"),
    ],
)
def test_times_are_told_in_words(interval_s: float, said: str) -> None:
    posted = message_of(replace(ALERT, interval_s=interval_s), {}, "shop", Matched(count=1))

    assert said in str(posted["details"])
