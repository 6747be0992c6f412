"""The short way of OTLP over HTTP: it answers and keeps as the plain way does."""

import asyncio
import gzip
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from otel_bridge_collector.access import Scope
from otel_bridge_collector.compiled import library
from otel_bridge_collector.metrics.catalog import ACCEPTED, REFUSED, REFUSED_REQUESTS
from otel_bridge_collector.receive.http_protocol import BoundedHttpProtocol
from otel_bridge_collector.receive.otlp_express import MAX_BYTES
from tests.support.otlp_request import log_record, logs, span, to_json, traces
from tests.support.receivers import Receivers, receiving

SOUND = traces(span(1), span(2)).SerializeToString()
PACKED = gzip.compress(SOUND)
LARGE = traces(span(attributes={"a": "x" * MAX_BYTES})).SerializeToString()
PROTOBUF = {"content-type": "application/x-protobuf"}
GZIP = PROTOBUF | {"content-encoding": "gzip"}

REQUESTS = {
    "sound": ("POST", "/v1/traces", SOUND, PROTOBUF),
    "at Braintrust's place": ("POST", "/otel/v1/traces", SOUND, PROTOBUF),
    "with a slash": ("POST", "/v1/traces/", SOUND, PROTOBUF),
    "logs": ("POST", "/v1/logs", logs(log_record()).SerializeToString(), PROTOBUF),
    "in gzip": ("POST", "/v1/traces", PACKED, GZIP),
    "called gzip": ("POST", "/v1/traces", SOUND, GZIP),
    "a bomb": ("POST", "/v1/traces", gzip.compress(LARGE * 5), GZIP),
    "large": ("POST", "/v1/traces", LARGE, PROTOBUF),
    "too large": ("POST", "/v1/traces", LARGE * 5, PROTOBUF),
    "in an unknown encoding": ("POST", "/v1/traces", SOUND, PROTOBUF | {"content-encoding": "br"}),
    "JSON": ("POST", "/v1/traces", to_json(traces(span())), {"content-type": "application/json"}),
    "a type with parameters": ("POST", "/v1/traces", SOUND, {"content-type": "application/x-protobuf; a=b"}),
    "a broken span": ("POST", "/v1/traces", traces(span(), Span()).SerializeToString(), PROTOBUF),
    "no OTLP": ("POST", "/v1/traces", b"no OTLP", PROTOBUF),
    "empty": ("POST", "/v1/traces", b"", PROTOBUF),
    "for a project": ("POST", "/v1/traces", SOUND, PROTOBUF | {"x-bt-parent": "project_name:p"}),
    "for nothing": ("POST", "/v1/traces", SOUND, PROTOBUF | {"x-bt-parent": "nothing"}),
    "with a receipt": ("POST", "/v1/traces", SOUND, PROTOBUF | {"x-otel-bridge-receipt": "unreadable"}),
    "with an unneeded key": ("POST", "/v1/traces", SOUND, PROTOBUF | {"authorization": "Bearer k"}),
    "metrics": ("POST", "/v1/metrics", SOUND, PROTOBUF),
    "another method": ("GET", "/v1/traces", b"", {}),
    "another path": ("POST", "/v1/spans", SOUND, PROTOBUF),
    "another host": ("POST", "/v1/traces", SOUND, PROTOBUF | {"host": "rebound.example"}),
    "a page": ("POST", "/v1/traces", SOUND, PROTOBUF | {"origin": "http://elsewhere.example"}),
}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[list[Receivers]]:
    """Receivers with the short way, and the compiled receiver where it is built; and without."""
    with ExitStack() as stack:
        ways: list[Receivers] = []
        for name, has_express, compiled in (("express", True, library()), ("plain", False, None)):
            folder = tmp_path / name
            folder.mkdir()
            ways.append(
                stack.enter_context(
                    receiving(
                        folder, max_body_bytes=4 * MAX_BYTES, has_express=has_express, compiled=compiled
                    )
                )
            )
        yield ways


def answer_of(receivers: Receivers, name: str, **more: str) -> tuple[int, list[tuple[str, str]], bytes]:
    method, path, content, headers = REQUESTS[name]
    response = httpx.request(method, receivers.http + path, content=content, headers=headers | more)
    told = [(key, value) for key, value in response.headers.multi_items() if key != "date"]
    return response.status_code, told, response.content


def seen_of(receivers: Receivers) -> list[object]:
    records = [
        (record.payload, record.routing.signal, record.routing.parent) for record in receivers.records()
    ]
    receipts = [(record.routing.receipt, record.routing.senders) for record in receivers.records()]
    counted = [receivers.counters.values(each) for each in (*ACCEPTED.values(), *REFUSED.values())]
    return [records, receipts, counted, receivers.counters.values(REFUSED_REQUESTS)]


@pytest.mark.parametrize("name", REQUESTS)
def test_both_ways_answer_and_keep_alike(both: list[Receivers], name: str) -> None:
    express, plain = (answer_of(receivers, name) for receivers in both)

    assert express == plain
    assert seen_of(both[0]) == seen_of(both[1])


@pytest.mark.parametrize("key", ["", "wrong", "reader", "sender"])
def test_both_ways_ask_for_a_key_alike(both: list[Receivers], key: str) -> None:
    answers: list[object] = []
    for receivers in both:
        keys = {
            "sender": receivers.objects.keys.create("s", scopes=frozenset({Scope.INGEST}), projects=None)[1],
            "reader": receivers.objects.keys.create("r", scopes=frozenset({Scope.READ}), projects=None)[1],
        }
        shown = {"authorization": f"Bearer {keys.get(key, key)}"} if key else {}
        answers.append((answer_of(receivers, "sound", **shown), seen_of(receivers)))

    assert answers[0] == answers[1]


def test_what_nothing_speaks_against_goes_the_short_way(
    both: list[Receivers], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain: list[asyncio.Transport] = []
    made = BoundedHttpProtocol.connection_made

    def noted(connection: BoundedHttpProtocol, transport: asyncio.Transport) -> None:
        plain.append(transport)
        made(connection, transport)

    monkeypatch.setattr(BoundedHttpProtocol, "connection_made", noted)

    for name in ("sound", "logs", "in gzip", "for a project", "with a receipt", "no OTLP", "a broken span"):
        answer_of(both[0], name)
    assert not plain
    answer_of(both[0], "JSON")
    assert plain


def test_room_is_free_again_after_each_answer(tmp_path: Path) -> None:
    with receiving(tmp_path, max_body_bytes=2_000, max_inflight_bytes=2_000) as receivers:
        statuses = [
            answer_of(receivers, name)[0] for name in ("sound", "no OTLP", "in gzip", "called gzip") * 20
        ]

    assert statuses == [200, 400, 200, 400] * 20


def test_a_body_that_stops_is_counted_as_refused(tmp_path: Path) -> None:
    with receiving(tmp_path, timeout_s=0.1) as receivers:
        host, _, port = receivers.http.removeprefix("http://").rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            head = "POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-protobuf\r\n"
            connection.sendall(f"{head}content-length: 100\r\n\r\nhalf".encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))

        assert b"the body came too slowly: 4 bytes" in answer
        assert list(receivers.counters.values(REFUSED_REQUESTS).values()) == [1]
