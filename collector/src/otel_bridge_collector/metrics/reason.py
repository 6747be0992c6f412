"""Why a request was refused, as one of a few words. It answers nobody."""

from collections.abc import Mapping
from typing import Final

from otel_bridge_collector.errors import (
    BodyTooLargeError,
    ForbiddenError,
    OverloadedError,
    QuotaError,
    SlowRequestError,
    SpoolError,
    SpoolFullError,
    UnauthenticatedError,
)

_REASONS: Final[Mapping[type[Exception], str]] = {
    QuotaError: "quota",
    SpoolFullError: "spool_full",
    SpoolError: "spool_unavailable",
    UnauthenticatedError: "unauthenticated",
    ForbiddenError: "forbidden",
    BodyTooLargeError: "too_large",
    SlowRequestError: "too_slow",
}
"""The first that fits, so that a kind of an error stands before it."""


def reason_of(error: Exception) -> str:
    """Return the word for an error that a receiver answers; `invalid` for what is wrong with the request itself."""
    if isinstance(error, OverloadedError) and not isinstance(error, QuotaError):
        return "rate_limited" if error.is_own else "overloaded"
    return next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "invalid")
