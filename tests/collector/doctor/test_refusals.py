"""What `GET /metrics` tells of requests that were refused."""

import pytest

from otel_bridge_collector.doctor.refusals import check_refusals

NAME = "otel_bridge_receiver_refused_requests_total"


def test_where_nothing_was_refused_it_is_fine() -> None:
    (finding,) = check_refusals(f'# TYPE {NAME} counter\nother{{reason="quota"}} 3.0\n')

    assert finding.verdict == "ok"


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        pytest.param("unauthenticated", "API_KEY", id="key"),
        pytest.param("quota", "extensions.quotas", id="quota"),
        pytest.param("something", "the log of the sender", id="another"),
    ],
)
def test_each_reason_is_told_with_what_mends_it(reason: str, remedy: str) -> None:
    lines = [f'{NAME}{{reason="{reason}",transport="{each}"}} 2.0' for each in ("http", "grpc")]

    (finding,) = check_refusals("\n".join(lines))

    assert (finding.verdict, finding.found) == ("finding", f"4 requests were refused: {reason}")
    assert remedy in finding.remedy
