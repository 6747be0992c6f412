"""The answers to requests that are not kept."""

import pytest
from google.rpc.error_details_pb2 import RetryInfo

from otel_bridge.contract.parent import ParentError
from otel_bridge_collector.errors import (
    BodyTooLargeError,
    ForbiddenError,
    MalformedBodyError,
    OverloadedError,
    SlowRequestError,
    SpoolError,
    SpoolFullError,
    UnauthenticatedError,
)
from otel_bridge_collector.receive.fault import fault_of


@pytest.mark.parametrize(
    ("error", "http_status", "code", "retry_after_s"),
    [
        pytest.param(MalformedBodyError("m"), 400, 3, None, id="malformed"),
        pytest.param(ParentError("m"), 400, 3, None, id="parent"),
        pytest.param(BodyTooLargeError("m"), 413, 8, None, id="too large"),
        pytest.param(UnauthenticatedError("m"), 401, 16, None, id="no key"),
        pytest.param(ForbiddenError("m"), 403, 7, None, id="forbidden"),
        pytest.param(SlowRequestError("m"), 408, 4, None, id="slow"),
        pytest.param(SpoolError("m"), 503, 14, 1, id="spool"),
        pytest.param(SpoolFullError("m"), 503, 14, 10, id="full spool"),
        pytest.param(OverloadedError("m", retry_after_s=3), 503, 14, 3, id="no room"),
        pytest.param(OverloadedError("m", is_own=True), 429, 8, 1, id="no room for the caller"),
    ],
)
def test_only_what_may_pass_later_is_worth_a_retry(
    error: Exception, http_status: int, code: int, retry_after_s: int | None
) -> None:
    fault = fault_of(error)

    assert (fault.http_status, fault.code, fault.message) == (http_status, code, "m")
    assert fault.retry_after_s == retry_after_s


def test_the_status_says_when_to_retry() -> None:
    (detail,) = fault_of(SpoolError("busy")).status().details

    assert detail.Unpack(RetryInfo())


def test_the_status_of_bad_data_says_nothing_of_a_retry() -> None:
    assert list(fault_of(MalformedBodyError("bad")).status().details) == []
