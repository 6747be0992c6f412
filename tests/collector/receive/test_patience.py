"""How long a body may take, with a clock and a sender of the test's own."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message, Receive, Scope, Send

from otel_bridge_collector.errors import SlowRequestError
from otel_bridge_collector.receive.patience import SLOWEST_BYTES_PER_S, Patience


class Sender:
    """Sends pieces of a body, each at its second; then nothing more, unless the last was the end."""

    def __init__(self, pieces: Sequence[tuple[float, bytes, bool]]) -> None:
        self.now_s = 0.0
        self._pieces = list(pieces)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if not self._pieces:
            await asyncio.Event().wait()
        self.now_s, body, more = self._pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(self, message: Message) -> None:
        self.sent.append(message)


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body; answer 200, or 408 as the sidecar's handlers do."""
    del scope
    status = 200
    try:
        while (await receive())["more_body"]:
            pass
    except SlowRequestError:
        status = 408
    await send({"type": "http.response.start", "status": status, "headers": [(b"a", b"b")]})


def answer(pieces: Sequence[tuple[float, bytes, bool]], timeout_s: float = 0.2) -> Message:
    sender = Sender(pieces)
    app = Patience(reads_all, timeout_s=timeout_s, now_s=lambda: sender.now_s)
    asyncio.run(app({"type": "http"}, sender.receive, sender.send))
    return sender.sent[0]


def test_a_body_in_time_is_read() -> None:
    assert answer([(0, b"a", True), (0.19, b"b", False)]) == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"a", b"b")],
    }


def test_a_sender_that_goes_silent_is_told_so_and_its_connection_ends() -> None:
    told = answer([(0, b"a", True)])

    assert told["status"] == 408
    assert (b"connection", b"close") in told["headers"]


@pytest.mark.parametrize(
    ("seconds", "status"), [pytest.param(1.1, 200, id="in time"), pytest.param(1.3, 408, id="too late")]
)
def test_a_body_has_a_second_for_each_piece_of_the_slowest_speed(seconds: float, status: int) -> None:
    pieces = [(0.0, b"x" * SLOWEST_BYTES_PER_S, True), (seconds, b"y", True), (seconds, b"", False)]

    assert answer(pieces)["status"] == status
