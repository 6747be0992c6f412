"""Why a request was refused, in a word."""

import pytest

from otel_bridge.contract.parent import ParentError
from otel_bridge_collector import errors
from otel_bridge_collector.metrics.reason import reason_of


@pytest.mark.parametrize(
    ("error", "word"),
    [
        pytest.param(errors.SpoolFullError("x"), "spool_full", id="spool full"),
        pytest.param(errors.SpoolError("x"), "spool_unavailable", id="spool cannot be written"),
        pytest.param(errors.UnauthenticatedError("x"), "unauthenticated", id="wrong key"),
        pytest.param(errors.ForbiddenError("x"), "forbidden", id="wrong scope"),
        pytest.param(errors.BodyTooLargeError("x"), "too_large", id="too large"),
        pytest.param(errors.SlowRequestError("x"), "too_slow", id="too slow"),
        pytest.param(errors.OverloadedError("x", is_own=True), "rate_limited", id="more than its share"),
        pytest.param(errors.QuotaError("x", retry_after_s=1), "quota", id="more than its quota"),
        pytest.param(errors.OverloadedError("x", is_own=False), "overloaded", id="too many in all"),
        pytest.param(errors.MalformedBodyError("a-secret"), "invalid", id="malformed"),
        pytest.param(ParentError("a-secret"), "invalid", id="parent"),
    ],
)
def test_every_error_of_a_receiver_has_a_word_of_few(error: Exception, word: str) -> None:
    assert reason_of(error) == word
