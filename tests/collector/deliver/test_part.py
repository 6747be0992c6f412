"""Some records that are sent together."""

from otel_bridge_collector.deliver.part import is_whole, named, without
from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record
from tests.support.spool import ROUTING


def record(seq: int) -> Record:
    return Record(seq=seq, routing=ROUTING, payload=b"")


def test_what_is_refused_is_taken_out_across_records() -> None:
    part = [(record(1), Prepared(writes=["a", "b"])), (record(2), Prepared(writes=["c"]))]

    assert [each.writes for _, each in without(part, {1: "no", 2: "no"})] == [["a"], []]


def test_a_fact_about_a_row_is_no_whole_row() -> None:
    assert [
        is_whole(RowWrite(row={"id": "a"})),
        is_whole(RowWrite(row={"id": "a"}, fact="f")),
        is_whole(b""),
    ] == [
        True,
        False,
        True,
    ]


def test_a_write_is_named_by_its_row() -> None:
    assert [named(RowWrite(row={"id": "a"})), named({"id": "b"}), named(b"request")] == [
        "row a: ",
        "row b: ",
        "",
    ]
