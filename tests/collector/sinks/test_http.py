"""Answers of HTTP destinations."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from otel_bridge_collector.errors import PermanentError, RetryableError
from otel_bridge_collector.sinks.http import TooLargeError, ask, retry_after_s
from tests.support.otlp_receiver import otlp_receiver


def status_of(status: int) -> httpx.Response:
    async def run(url: str) -> httpx.Response:
        async with httpx.AsyncClient() as client:
            return await ask(client, "POST", f"{url}/v1/traces", content=b"")

    with otlp_receiver() as receiver:
        receiver.status = status
        return asyncio.run(run(receiver.url))


@pytest.mark.parametrize("status", [200, 202])
def test_a_good_answer_is_returned(status: int) -> None:
    assert status_of(status).status_code == status


@pytest.mark.parametrize("status", [400, 422])
def test_data_at_fault_never_passes(status: int) -> None:
    with pytest.raises(PermanentError, match=str(status)):
        status_of(status)


def test_a_request_that_is_too_large_is_told_apart() -> None:
    with pytest.raises(TooLargeError):
        status_of(413)


@pytest.mark.parametrize("status", [401, 403, 404, 408, 429, 500, 503])
def test_whatever_else_is_wrong_may_pass(status: int) -> None:
    with pytest.raises(RetryableError, match=str(status)):
        status_of(status)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param("99999", 600.0, id="bounded"),
        pytest.param("Wed, 25 Nov 2026 12:00:30 GMT", 30.0, id="date"),
        pytest.param("Wed, 25 Nov 2026 11:00:00 GMT", 0.0, id="date that has passed"),
        pytest.param("soon", None, id="neither"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_time_to_come_back_is_read(text: str, seconds: float | None) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)

    assert retry_after_s({"retry-after": text}, now) == seconds
