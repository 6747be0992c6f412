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


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        pytest.param(
            "POST http://x answered 401: {}", "its key: api_key or headers of exporters.file", id="key"
        ),
        pytest.param("POST http://x answered 503: {}", "what stands there, or the address", id="away"),
    ],
)
def test_what_mends_it_is_told_by_what_it_answers(error: str, remedy: str) -> None:
    (finding,) = check_destinations([{**CLEAN, "state": "down", "last_error": error}])

    assert finding.remedy.startswith(remedy)
