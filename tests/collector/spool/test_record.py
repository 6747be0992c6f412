from otel_bridge_collector.spool.record import HEAD_SIZE, Record, pack_record, unpack_body, unpack_head
from tests.support.spool import ROUTING

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
