"""What HTTP destinations have in common: which answers may change by themselves, and when to come back.

Source: OTLP specification 1.x, "Retryable Response Codes", for 429, 502, 503 and 504. Beyond it, whatever is wrong with the
destination or with our settings rather than with the data (401, 404, any other 5xx) counts as something that may pass: the data is
fine and waits until it is put right.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final

import httpx

from otel_bridge_collector.errors import PermanentError, RetryableError

DATA_STATUSES: Final = frozenset({400, 413, 422, 431})
"""Statuses that say that the request itself is at fault."""

_MAX_RETRY_AFTER_S: Final = 600.0
_SHOWN: Final = 300


class TooLargeError(PermanentError):
    """The destination takes no request of this size."""


async def ask(client: httpx.AsyncClient, method: str, url: str, **request: Any) -> httpx.Response:
    """Send a request and return the answer when it is good.

    Raises:
        TooLargeError: the request is too large for the destination.
        PermanentError: the destination will never take it.
        RetryableError: it may take it later, or cannot be reached now.
    """
    try:
        response = await client.request(method, url, **request)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise RetryableError(f"{method} {url}: {type(error).__name__} {error}") from error
    if response.is_success:
        return response
    message = f"{method} {url} answered {response.status_code}: {response.text[:_SHOWN]}"
    if response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        raise TooLargeError(message)
    if response.status_code in DATA_STATUSES:
        raise PermanentError(message)
    raise RetryableError(message, retry_after_s=retry_after_s(response.headers))


def retry_after_s(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds of `Retry-After`, which may be a date; None when it is not there or cannot be read."""
    text = headers.get("retry-after", "")
    if text.strip().isdecimal():
        return min(float(text), _MAX_RETRY_AFTER_S)
    try:
        seconds = (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds()
    except (TypeError, ValueError):
        return None
    return min(max(seconds, 0.0), _MAX_RETRY_AFTER_S)
