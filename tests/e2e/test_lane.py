"""Senders of all kinds at once, over the lane and beside it: what is answered is kept once, and whole."""

import random
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.decode.facts import facts_of
from otel_bridge_collector.decode.sender import senders_of
from otel_bridge_collector.metrics.catalog import ACCEPTED
from otel_bridge_collector.spool.limits import SpoolLimits
from tests.support.compiled import compiled_library
from tests.support.otlp_request import span, traces
from tests.support.receivers import Receivers, receiving
from tests.support.steady import SteadySender, steady_sender

COMPILED: Final = compiled_library()
SENDERS: Final = 10
SECONDS: Final = 4.0
SEGMENT_BYTES: Final = 300_000
SIZES: Final = (10, 1_000, 30_000, 100_000)


@dataclass
class Load:
    """One sender, and what it knows of its spans by name."""

    number: int
    answered: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def run(self, url: str) -> None:
        chance = random.Random(self.number)  # noqa: S311 - no secret
        end_s = time.monotonic() + SECONDS
        while time.monotonic() < end_s:
            with steady_sender(url) as sender:
                while time.monotonic() < end_s and self._send(sender, chance):
                    pass

    def _send(self, sender: SteadySender, chance: random.Random) -> bool:
        """Send, in one of many ways; tell whether the connection goes on."""
        name, request = self._request(sender, chance)
        match chance.randrange(50):
            case 0:  # it goes away within
                sender.connection.sendall(request[: chance.randrange(len(request))])
                return False
            case 1:  # the next one comes before the answer
                other, following = self._request(sender, chance)
                sender.connection.sendall(request + following)
                self._hear(sender, name, other)
            case 2:  # it comes in pieces
                for start in range(0, len(request), len(request) // 3 + 1):
                    sender.connection.sendall(request[start : start + len(request) // 3 + 1])
                    time.sleep(chance.choice((0, 0.01, 0.15)))
                self._hear(sender, name)
            case _:
                sender.connection.sendall(request)
                self._hear(sender, name)
        return True

    def _request(self, sender: SteadySender, chance: random.Random) -> tuple[str, bytes]:
        name = f"{self.number}-{len(self.sent)}"
        self.sent.append(name)
        spans = [span(name=name, attributes={"text": "x" * chance.choice(SIZES)})]
        spans += [Span()] if chance.randrange(20) == 0 else []  # a broken one
        headers = {"x-odd": name} if chance.randrange(20) == 0 else {}
        if self.number % 2:
            headers["x-otel-bridge-receipt"] = f"process={self.number:032x};batch={len(self.sent)}"
        body = traces(*spans).SerializeToString()
        return name, sender.head(len(body), headers) + body

    def _hear(self, sender: SteadySender, *names: str) -> None:
        for name in names:
            assert sender.answer()[0] == 200
            self.answered.append(name)


def under_load(receivers: Receivers) -> list[Load]:
    loads = [Load(number) for number in range(SENDERS)]
    threads = [threading.Thread(target=load.run, args=(receivers.http,)) for load in loads]
    for thread in threads:
        thread.start()
    seen_seq = 0
    while any(thread.is_alive() for thread in threads):
        end_seq = receivers.spool.end_seq
        assert end_seq >= seen_seq
        seen_seq = end_seq
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    return loads


@pytest.fixture
def odd_markers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments are told from each other by markers that hold zeros."""
    numbers = count(1)
    monkeypatch.setattr(secrets, "token_bytes", lambda _: b"\0a\0" + next(numbers).to_bytes(5, "big"))


@pytest.mark.usefixtures("odd_markers")
def test_what_is_answered_is_kept_once_and_whole(tmp_path: Path) -> None:
    limits = SpoolLimits(segment_bytes=SEGMENT_BYTES)
    with receiving(tmp_path, compiled=COMPILED, limits=limits) as receivers:
        loads = under_load(receivers)
        assert receivers.lane
        in_lane = receivers.lane.requests
        accepted = receivers.counters.values(ACCEPTED["traces"])
        records = receivers.records()

    requests = [protobuf.parse_traces(record.payload) for record in records]
    kept = Counter(each.name for request in requests for each in protobuf.spans(request))
    answered = Counter(name for load in loads for name in load.answered)
    assert in_lane > SENDERS  # how many depends on the machine
    assert {name: kept[name] for name in answered} == answered
    assert kept.keys() <= {name for load in loads for name in load.sent}
    assert accepted == {("otlp", "http"): kept.total()}
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert [record.routing.senders for record in records] == [senders_of(facts_of(each)) for each in requests]
