"""The error tree of the sidecar; callers branch on the class, never on the text.

CollectorError
├── PermanentError        the same data will never pass: bury it, do not retry
│   ├── RefusedError      a part of it will never pass, and the rest has
│   └── UnwritableError   a part of it will never pass, and nothing has: the rest passes without it
├── RetryableError        the same data may pass later
├── MalformedBodyError    a request that is not what its content type says
├── BodyTooLargeError     a request above a limit of bytes, before or after decompression
├── UnauthenticatedError  who asks has no key, or one that is not valid
├── ForbiddenError        who asks may not do this, or not there
├── SlowRequestError      a request whose body came too slowly
├── OverloadedError       there is no room for a request now; it may pass later
│   └── QuotaError        who asks has sent as much as it may for now
├── ProviderError         a model provider could not answer, or refused to
│   └── NoProviderError   no provider is configured for what is asked
├── SettingsError         a setting that cannot be used
├── SpoolError            the spool cannot be opened or written
│   └── SpoolFullError    there is no room for more until something is delivered
├── StoreError            the store cannot be opened
└── QueryError            a query that cannot be read or run, with its place
"""

import errno
import sqlite3
from collections.abc import Mapping
from typing import Final

_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error says that a file could not be written for want of room."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in _DISK_FULL


class CollectorError(Exception):
    """Anything that the sidecar raises on purpose."""


class PermanentError(CollectorError):
    """The same data will never pass."""


class RefusedError(PermanentError):
    """A part of a batch will never pass; the rest is written.

    Attributes:
        reasons: index of what was refused among the batch's writes -> why.
    """

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__(f"{len(reasons)} refused, first: {next(iter(reasons.values()))}")
        self.reasons = reasons


class UnwritableError(PermanentError):
    """A part of a batch will never pass, and nothing of it is written; the rest will pass without that part.

    Raised where rows and progress are one transaction, so that what is refused can be buried before the rest is written.

    Attributes:
        reasons: index of what is refused among the batch's writes -> why; at least one.
    """

    def __init__(self, reasons: Mapping[int, str]) -> None:
        super().__init__(f"{len(reasons)} cannot be written, first: {next(iter(reasons.values()))}")
        self.reasons = reasons


class RetryableError(CollectorError):
    """The same data may pass later.

    Attributes:
        retry_after_s: seconds to wait as the other side asked, or None when it did not say.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class MalformedBodyError(CollectorError):
    """A request body is not what its content type says."""


class BodyTooLargeError(CollectorError):
    """A request body is above a limit of bytes."""


class UnauthenticatedError(CollectorError):
    """Who asks has no key, or one that is not valid."""


class ForbiddenError(CollectorError):
    """Who asks may not do this, or not in this project."""


class SlowRequestError(CollectorError):
    """The body of a request came too slowly."""


class OverloadedError(CollectorError):
    """There is no room for a request now.

    Attributes:
        retry_after_s: when it may pass, in whole seconds.
        is_own: the caller takes more than its share; others may still pass.
    """

    def __init__(self, message: str, *, retry_after_s: int = 1, is_own: bool = False) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.is_own = is_own


class QuotaError(OverloadedError):
    """The caller has sent as much as it may for now."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message, retry_after_s=retry_after_s, is_own=True)


class ProviderError(CollectorError):
    """A model provider could not answer, or refused to.

    Attributes:
        status: the HTTP status that says so to a caller: that of the provider, 502 or 504.
        retry_after_s: seconds to wait as the provider asked, or None when it did not say.
    """

    def __init__(self, message: str, *, status: int = 502, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after_s = retry_after_s


class NoProviderError(ProviderError):
    """No provider is configured for what is asked; the message says what to configure."""


class SettingsError(CollectorError):
    """A setting cannot be used."""


class SpoolError(CollectorError):
    """The spool cannot be opened or written."""


class SpoolFullError(SpoolError):
    """The spool has no room for more; what it holds is kept."""


class StoreError(CollectorError):
    """The store cannot be opened."""


class BackupError(CollectorError):
    """A backup cannot be made or restored; the data folder is as it was."""


class QueryError(CollectorError):
    """A query cannot be read or run.

    Attributes:
        offset: index of the first character at fault in the query text, or None when there is no place.
        length: how many characters are at fault.
        path: the member at fault of a query given as JSON, such as `query.filter.op`, or None.
        code: which kind of fault, in Braintrust's spelling (spec/btql.md section 9.3).
        suggestion: what to write instead, or None.
        replacement: text to put in the place at fault, or None.
    """

    def __init__(  # noqa: PLR0913 - all that an answer says of the fault
        self,
        message: str,
        *,
        offset: int | None = None,
        length: int = 1,
        code: str = "syntax",
        suggestion: str | None = None,
        replacement: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.replacement = replacement
        self.offset = offset
        self.length = length
        self.code = code
        self.suggestion = suggestion
