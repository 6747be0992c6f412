"""What a sender is told when its request is not kept: one table for HTTP and gRPC.

Source: OTLP specification 1.x, "Failures" and "Retryable Response Codes"; google.rpc codes. Bad data is never to
be retried; only a spool that cannot be written now is.
"""

from dataclasses import dataclass
from typing import Final

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.rpc import code_pb2
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status

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

RETRY_AFTER_S: Final = 1
"""The disk of an overloaded spool is usually back within this; senders back off by themselves after that."""

FULL_RETRY_AFTER_S: Final = 10
"""A full spool has room again when a destination is back or an operator acts: not at once."""

KNOWN_ERRORS: Final = (
    BodyTooLargeError,
    ForbiddenError,
    MalformedBodyError,
    OverloadedError,
    ParentError,
    SlowRequestError,
    SpoolError,
    UnauthenticatedError,
)
"""What a receiver answers with a fault; anything else is a bug of ours."""


_FINAL: Final = {
    BodyTooLargeError: (413, code_pb2.RESOURCE_EXHAUSTED),
    SlowRequestError: (408, code_pb2.DEADLINE_EXCEEDED),
    UnauthenticatedError: (401, code_pb2.UNAUTHENTICATED),
    ForbiddenError: (403, code_pb2.PERMISSION_DENIED),
}
"""Error -> HTTP status and code of what is not to be sent again as it is; 400 for any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An answer that is not OK.

    Attributes:
        http_status: for HTTP.
        code: google.rpc code, for gRPC and for the body of either.
        retry_after_s: when to send the same again; None for never.
    """

    http_status: int
    code: int
    message: str
    retry_after_s: int | None = None

    def status(self) -> Status:
        """Return the answer as the message that both transports carry."""
        status = Status(code=self.code, message=self.message)
        if (retry_info := self.retry_info()) is not None:
            detail = AnyMessage()
            detail.Pack(retry_info)
            status.details.append(detail)
        return status

    def retry_info(self) -> RetryInfo | None:
        """Return when to retry as a message, None for never."""
        if self.retry_after_s is None:
            return None
        return RetryInfo(retry_delay=Duration(seconds=self.retry_after_s))


def fault_of(error: Exception) -> Fault:
    """Return the answer to a request that failed with one of `KNOWN_ERRORS`."""
    message = str(error)
    if isinstance(error, OverloadedError):
        # 429 says "you", 503 says "everyone"; senders wait and come back after both.
        status, code = (429, code_pb2.RESOURCE_EXHAUSTED) if error.is_own else (503, code_pb2.UNAVAILABLE)
        return Fault(http_status=status, code=code, message=message, retry_after_s=error.retry_after_s)
    if isinstance(error, SpoolError):
        wait_s = FULL_RETRY_AFTER_S if isinstance(error, SpoolFullError) else RETRY_AFTER_S
        return Fault(http_status=503, code=code_pb2.UNAVAILABLE, message=message, retry_after_s=wait_s)
    status, code = next(
        (answer for kind, answer in _FINAL.items() if isinstance(error, kind)),
        (400, code_pb2.INVALID_ARGUMENT),
    )
    return Fault(http_status=status, code=code, message=message)
