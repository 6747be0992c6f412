"""What the API says of rules that cannot be; their running stands in tests/e2e/test_online_scoring.py."""

from typing import Any

import pytest

from otel_bridge_collector.api.online_scores import online_fault

SCORERS: list[Any] = [{"type": "global", "name": "ExactMatch"}]


def online(**said: Any) -> dict[str, Any]:
    return {"score_type": "online", "config": {"online": {"scorers": SCORERS, **said}}}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"score_type": "slider", "config": {"online": 1}}, "", id="another-score"),
        pytest.param(online(), "", id="good"),
        pytest.param(online(btql_filter="span_attributes.name = 'chat'"), "", id="good-filter"),
        pytest.param(online(btql_filter="= 1"), "config.online.btql_filter: ", id="bad-filter"),
        pytest.param(
            online(btql_filter="count(1) > 0"), "config.online.btql_filter: an aggregate", id="aggregate"
        ),
        pytest.param(online(status="off"), "config.online.status", id="bad-status"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(fields: dict[str, Any], said: str) -> None:
    found = online_fault(fields)

    assert found.startswith(said)
    assert bool(found) == bool(said)
