"""Rows of type log."""

from dataclasses import replace

import pytest

from otel_bridge_collector.translate.log_row import event_rows, record_id, record_row
from tests.support.otlp import SPAN_ID, START_NS, TRACE_ID, make_event, make_record, make_span

CREATED = "2026-03-06T03:03:50.701Z"
MOMENT = {"start": 1772766230.701499, "end": 1772766230.701499}


def test_an_event_of_a_span_is_a_row_at_its_own_time() -> None:
    (row,) = event_rows(make_span(events=[make_event("cache hit", {"key": "k"})]))

    assert row == {
        "id": f"{SPAN_ID}-e0",
        "span_id": SPAN_ID,
        "root_span_id": TRACE_ID,
        "span_parents": None,
        "created": CREATED,
        "metrics": MOMENT,
        "span_attributes": {"name": "cache hit", "type": "log", "log_level": "info"},
        "output": "cache hit",
        "metadata": {"key": "k", "event.name": "cache hit"},
    }


def test_an_exception_is_an_error_with_its_message() -> None:
    (row,) = event_rows(make_span(events=[make_event("exception", {"exception.message": "no"})]))

    assert row.get("output") == "no"
    assert row.get("span_attributes") == {"name": "exception", "type": "log", "log_level": "error"}


def test_an_exception_without_a_message_says_what_it_can() -> None:
    events = [make_event("exception", {"exception.type": "KeyError"}), make_event("exception")]

    assert [row.get("output") for row in event_rows(make_span(events=events))] == ["KeyError", "exception"]


def test_a_log_record_keeps_body_and_attributes_apart() -> None:
    record = make_record("login", {"user": "u"}, body={"ok": True}, severity_number=13)

    assert record_row(record) == {
        "id": record_id(record),
        "span_id": SPAN_ID,
        "root_span_id": TRACE_ID,
        "span_parents": None,
        "created": CREATED,
        "metrics": MOMENT,
        "span_attributes": {"name": "login", "type": "log", "log_level": "warn"},
        "output": {"ok": True},
        "metadata": {"user": "u", "event.name": "login"},
    }


def test_a_record_without_name_and_attributes_has_no_metadata() -> None:
    assert "metadata" not in record_row(make_record(body="hi"))


def test_a_record_outside_of_any_trace_has_ids_of_its_own() -> None:
    row = record_row(make_record(body="hi", span_id=None))

    assert len(row.get("span_id", "")) == 16
    assert len(row.get("root_span_id", "")) == 32


def test_a_record_without_a_time_is_as_old_as_its_observation() -> None:
    record = replace(make_record(), time_ns=0, observed_ns=START_NS)

    assert record_row(record).get("created") == CREATED


def test_a_record_without_any_time_has_no_moment() -> None:
    assert "metrics" not in record_row(replace(make_record(), time_ns=0, observed_ns=0))


def test_a_record_sent_twice_has_one_id() -> None:
    assert record_id(make_record(body="a")) == record_id(make_record(body="a"))
    assert record_id(make_record(body="a")) != record_id(make_record(body="b"))


@pytest.mark.parametrize(
    ("number", "text", "level"),
    [
        pytest.param(1, "", "trace", id="lowest"),
        pytest.param(5, "", "debug", id="debug"),
        pytest.param(12, "ERROR", "info", id="number before text"),
        pytest.param(24, "", "fatal", id="highest"),
        pytest.param(0, "WARNING", "warn", id="text of Python"),
        pytest.param(0, "critical", "fatal", id="critical"),
        pytest.param(0, "Error", "error", id="text"),
        pytest.param(25, "", "info", id="unknown number"),
        pytest.param(0, "loud", "info", id="unknown text"),
    ],
)
def test_severity_becomes_a_level(number: int, text: str, level: str) -> None:
    row = record_row(replace(make_record(), severity_number=number, severity_text=text))

    assert (row.get("span_attributes") or {})["log_level"] == level
