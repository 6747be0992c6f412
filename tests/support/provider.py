"""A model provider on loopback that remembers what it was asked, and fails as it is told: `openai_server` behind it answers."""

import json
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.support.listening import listening
from tests.support.openai_server import openai_app

HANG: Final = "hang"
HANG_IN_STREAM: Final = "hang in stream"
BREAK: Final = "break"
END_EARLY: Final = "end early"
"""Ends the stream before its end, as politely as one that is whole."""
NO_STREAM: Final = "no stream"
"""Answers as a whole what was asked for as a stream."""
NO_JSON: Final = "no json"
MUCH: Final = "much"

Fault: TypeAlias = (
    Literal["hang", "hang in stream", "break", "end early", "no stream", "no json", "much"]
    | tuple[int, Mapping[str, str]]
)
"""What goes wrong with one request: a word, or a status with headers."""

_BEGUN: Final = b'data: {"choices": [{"index": 0, "delta": {"content": "h"}}]}\n\n'


@dataclass
class Asked:
    """One request."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class FakeProvider:
    """What a test sees of the provider.

    Attributes:
        url: base URL of its API.
        faults: of the next requests, one each; those after are answered.
        always: of every request, after `faults`.
        came: set with the first request.
        gone: set when somebody left a request that hangs.
    """

    url: str = ""
    asked: list[Asked] = field(default_factory=list[Asked])
    faults: deque[Fault] = field(default_factory=deque[Fault])
    always: Fault | None = None
    came: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)


@contextmanager
def provider(*faults: Fault, always: Fault | None = None) -> Iterator[FakeProvider]:
    """Serve on a free port."""
    fake = FakeProvider(faults=deque(faults), always=always)
    with listening(_App(fake, openai_app())) as url:
        fake.url = f"{url}/v1"
        yield fake


class _App:
    def __init__(self, fake: FakeProvider, inner: ASGIApp) -> None:
        self._fake = fake
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self._fake.asked.append(Asked(scope["path"], headers, json.loads(body) if body else None))
        self._fake.came.set()
        fault = self._fake.faults.popleft() if self._fake.faults else self._fake.always
        if fault is None:
            await self._inner(scope, _again(body, receive), send)
        elif fault == NO_STREAM:
            whole = json.dumps({**json.loads(body), "stream": False}).encode()
            await self._inner(scope, _again(whole, receive), send)
        else:
            await self._fail(fault, scope, receive, send)

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if isinstance(fault, tuple):
            status, headers = fault
            text = json.dumps({"error": {"message": f"told to answer {status}", "type": "told"}})
            await Response(text, status, headers, "application/json")(scope, receive, send)
            return
        if fault == NO_JSON:
            await Response("<html>", 200, media_type="application/json")(scope, receive, send)
            return
        if fault == MUCH:
            await Response('"' + "x" * (1 << 20) + '"', 200, media_type="application/json")(
                scope, receive, send
            )
            return
        if fault != HANG:
            start = [(b"content-type", b"text/event-stream")]
            await send({"type": "http.response.start", "status": 200, "headers": start})
            await send({"type": "http.response.body", "body": _BEGUN, "more_body": True})
        if fault == END_EARLY:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        if fault == BREAK:
            raise ConnectionAbortedError("as it was told")
        while (await receive())["type"] != "http.disconnect":
            pass
        self._fake.gone.set()


def _again(body: bytes, receive: Receive) -> Receive:
    """Give a body that was read once more."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again
