"""The bytes of one request to rows."""

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.deliver import request_rows as module
from otel_bridge_collector.deliver.request_rows import SpanRows, request_rows
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite
from tests.support.otlp_request import log_record, logs, span, traces


def test_each_span_gives_its_place_and_its_rows() -> None:
    body = traces(span(2, name="b", parent=1)).SerializeToString()

    ((place, writes),) = request_rows("traces", body).spans

    assert place
    assert (place.span_id, place.parent_span_id) == (f"{2:016x}", f"{1:016x}")
    assert [write.row["span_attributes"] for write in writes] == [{"name": "b", "type": "task"}]


def test_a_log_record_has_no_place() -> None:
    ((place, writes),) = request_rows("logs", logs(log_record("hello")).SerializeToString()).spans

    assert place is None
    assert [write.row["output"] for write in writes] == ["hello"]


def test_what_is_no_request_is_an_error() -> None:
    with pytest.raises(MalformedBodyError):
        request_rows("traces", b"\xff\xff\xff")


def test_a_span_that_no_translator_survives_costs_itself_only() -> None:
    def to_rows(name: str) -> SpanRows:
        if name == "poison":
            raise KeyError("bug")
        return SpanRows(None, [RowWrite(row=Row(id=name))])

    rows = module._survivors(["a", "poison", "b", "poison"], to_rows)

    assert [write.row["id"] for _, writes in rows.spans for write in writes] == ["a", "b"]
    assert rows.faults == ["KeyError: 'bug'", "KeyError: 'bug'"]
