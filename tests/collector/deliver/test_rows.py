"""One spool record to rows."""

from typing import Final

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.deliver.request_rows import OtlpSignal, RequestRows, python_rows, request_rows
from otel_bridge_collector.deliver.rows import Translator
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.spool.record import Record, Routing, Signal
from otel_bridge_collector.translate import NestedCalls, row
from otel_bridge_collector.translate.merge import Merged
from tests.support.otlp_request import log_record, logs, span, traces


def record(signal: Signal, payload: bytes, *, parent: str | None = None) -> Record:
    return Record(
        seq=1, routing=Routing(signal=signal, parent=parent, xact=1, received_ns=0), payload=payload
    )


def test_spans_become_rows_in_the_order_of_the_request() -> None:
    body = traces(span(2, name="b"), span(1, name="a")).SerializeToString()

    translated = Translator().translate(record("traces", body))

    assert [write.row["id"] for write in translated.writes] == [f"{2:016x}", f"{1:016x}"]
    assert translated.fault == ""


def test_a_span_that_only_announces_another_writes_nothing() -> None:
    pending = span(1, name="a (pending)", attributes={"logfire.span_type": "pending_span"})

    assert Translator().translate(record("traces", traces(pending).SerializeToString())).writes == []


def test_log_records_become_rows() -> None:
    translated = Translator().translate(record("logs", logs(log_record("hello")).SerializeToString()))

    assert [write.row["output"] for write in translated.writes] == ["hello"]


def test_a_payload_of_another_signal_is_an_error() -> None:
    with pytest.raises(MalformedBodyError):
        Translator().translate(record("traces", b"\xff\xff\xff"))


CALL: Final = {"gen_ai.request.model": "m", "gen_ai.operation.name": "chat"}
OUTER: Final = traces(span(1, name="outer", attributes=CALL)).SerializeToString()
INNER: Final = traces(
    span(2, name="inner", parent=1, attributes={**CALL, "gen_ai.prompt": "why?"})
).SerializeToString()


def test_the_outer_of_two_spans_of_one_call_becomes_a_task_when_the_inner_tells_more() -> None:
    translator = Translator()

    first = translator.translate(record("traces", INNER))
    later = translator.translate(record("traces", OUTER))

    assert [write.fact for write in first.writes] == [None]
    assert [(write.row["id"], write.row["span_attributes"]) for write in later.writes if write.fact] == [
        (f"{1:016x}", {"type": "task"})
    ]


def test_what_is_remembered_counts_as_translated() -> None:
    translator = Translator()

    translator.remember([record("traces", b"\xff\xff\xff"), record("traces", INNER)])

    assert [write.fact for write in translator.translate(record("traces", OUTER)).writes] == [
        None,
        "nested-call",
    ]


def test_facts_go_where_the_request_of_their_span_went() -> None:
    translator = Translator()
    translator.remember([record("traces", OUTER, parent="project_name:shop")])

    same = translator.translate(record("traces", INNER, parent="project_name:shop"))

    assert [(write.fact, write.parent) for write in same.writes] == [
        (None, None),
        ("nested-call", "project_name:shop"),
    ]


def test_a_span_whose_facts_nobody_survives_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> list[RowWrite]:
        raise KeyError("bug")

    monkeypatch.setattr(NestedCalls, "observe", fail)

    translated = Translator().translate(record("traces", OUTER))

    assert translated.fault == "1 not translated, first KeyError: 'bug'"


def test_requests_are_translated_by_whoever_is_named() -> None:
    asked: list[OtlpSignal] = []

    def elsewhere(signal: OtlpSignal, payload: bytes) -> RequestRows:
        asked.append(signal)
        return request_rows(signal, payload)

    translated = Translator(elsewhere).translate(record("traces", INNER))

    assert (asked, [write.row["id"] for write in translated.writes]) == (["traces"], [f"{2:016x}"])


def test_a_fault_of_one_span_costs_none_of_those_translated_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def build_row(span: Span, merged: Merged) -> Row:
        if span.name == "poison":
            raise KeyError("bug")
        return row.build_row(span, merged)

    monkeypatch.setattr("otel_bridge_collector.translate.span.build_row", build_row)
    body = traces(span(1, name="a"), span(2, name="poison"), span(3, name="b")).SerializeToString()

    translated = Translator(python_rows).translate(record("traces", body))

    assert [write.row["id"] for write in translated.writes] == [f"{1:016x}", f"{3:016x}"]
    assert translated.lost == 1
