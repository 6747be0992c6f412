"""What `GET /v1/delivery` tells."""

from typing import Any

import pytest

from otel_bridge_collector.doctor.destinations import check_destinations

CLEAN: dict[str, Any] = {"name": "file", "state": "delivering", "lag_s": 1.0, "buried": 0, "last_error": ""}


def test_a_destination_that_keeps_up_is_fine() -> None:
    assert [finding.verdict for finding in check_destinations([CLEAN])] == ["ok"]


@pytest.mark.parametrize(
    ("fault", "check", "found"),
    [
        pytest.param({"state": "down", "last_error": "no"}, "destinations", "file is down: no", id="down"),
        pytest.param({"lag_s": 99.0}, "destinations", "file is 99 s behind", id="lag"),
        pytest.param({"buried": 2}, "dead letters", "2 requests never passed at file", id="buried"),
    ],
)
def test_what_is_wrong_is_told(fault: dict[str, Any], check: str, found: str) -> None:
    (finding,) = check_destinations([{**CLEAN, **fault}])

    assert (finding.check, finding.found, finding.verdict) == (check, found, "finding")
