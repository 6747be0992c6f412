from dataclasses import asdict, fields, replace
from typing import Final

import orjson
import pytest

from otel_bridge_collector.decode.sender import Sender
from otel_bridge_collector.spool.format import SPOOL_VERSION
from otel_bridge_collector.spool.record import (
    HEAD_SIZE,
    Record,
    Routing,
    pack_record,
    routing_frame,
    unpack_body,
    unpack_head,
)
from tests.support.spool import ROUTING, record_bytes

FIRST: Final = {
    "signal": "traces",
    "parent": "project_name:p",
    "xact": 1_000_000_000_000_000_001,
    "received_ns": 5,
}
"""The routing of a record before there were keys."""

MARKER = b"\x01\x02\x03\x04\x05\x06\x07\x08"


def packed(payload: bytes) -> bytes:
    return b"".join(pack_record(MARKER, Record(seq=9, routing=ROUTING, payload=payload)))


def test_a_record_is_read_as_it_was_written() -> None:
    data = packed(b"payload")

    head = unpack_head(data)

    assert head is not None
    assert head.size == len(data)
    assert unpack_body(head, data[HEAD_SIZE:]) == Record(seq=9, routing=ROUTING, payload=b"payload")


def test_a_head_that_is_cut_is_no_head() -> None:
    assert unpack_head(packed(b"")[: HEAD_SIZE - 1]) is None


def test_a_body_that_is_cut_is_no_body() -> None:
    data = packed(b"payload")
    head = unpack_head(data)
    assert head is not None

    assert unpack_body(head, data[HEAD_SIZE:-1]) is None


@pytest.mark.parametrize(
    "routing",
    [
        pytest.param(FIRST, id="the first records"),
        pytest.param({**FIRST, "projects": None}, id="before there were receipts"),
        pytest.param(
            {**FIRST, "projects": None, "receipt": None, "senders": None, "later": 1}, id="a later field"
        ),
    ],
)
def test_a_record_with_fewer_or_more_fields_is_read(routing: dict[str, object]) -> None:
    data = record_bytes(MARKER, 9, routing, b"payload")
    head = unpack_head(data)
    assert head is not None

    assert unpack_body(head, data[HEAD_SIZE:]) == Record(seq=9, routing=ROUTING, payload=b"payload")


def test_a_field_of_the_routing_comes_with_a_version() -> None:
    names = [each.name for each in fields(Routing)]

    assert (SPOOL_VERSION, names) == (2, [*FIRST, "projects", "receipt", "senders"])


def test_the_routing_is_written_as_one_object_of_its_fields() -> None:
    routing = replace(
        ROUTING,
        projects=("p1", "p2"),
        senders=[Sender(service="shop", instance="", sdk="", spans=2, newest_end_ns=3, dropped_attributes=0)],
    )

    parts = pack_record(b"RECORD!!", Record(seq=1, routing=routing, payload=b""))

    assert parts[2] == orjson.dumps(asdict(routing))


@pytest.mark.parametrize("parent", [None, 'project_name:"xact":0,"received_ns":0', "project_id:ä"])
@pytest.mark.parametrize("projects", [None, [], ["a", "b"]])
@pytest.mark.parametrize("receipt", [None, "process=0;batch=1"])
def test_the_frame_of_a_routing_with_the_rest_is_the_routing(
    parent: str | None, projects: list[str] | None, receipt: str | None
) -> None:
    senders = [Sender(service="s", instance="", sdk="", spans=1, newest_end_ns=2, dropped_attributes=3)]
    routing = Routing(
        signal="traces",
        parent=parent,
        xact=7,
        received_ns=8,
        projects=projects,
        receipt=receipt,
        senders=senders,
    )

    front, middle = routing_frame(parent, projects)

    text = b'%b7,"received_ns":8%b%b,"senders":%b}' % (
        front,
        middle,
        orjson.dumps(receipt),
        orjson.dumps(senders),
    )
    assert text == orjson.dumps(routing)
