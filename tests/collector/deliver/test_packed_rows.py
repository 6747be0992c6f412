"""Rows from one process to another."""

import pytest

from otel_bridge_collector.decode import otlp_json
from otel_bridge_collector.deliver.packed_rows import pack_rows, unpack_rows
from otel_bridge_collector.deliver.request_rows import RequestRows, request_rows
from tests.support.conventions import Case, cases
from tests.support.otlp_request import log_record, logs


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.convention}-{case.name}")
def test_recorded_rows_come_out_as_they_went_in(case: Case) -> None:
    rows = request_rows("traces", otlp_json.parse_traces(case.traces()).SerializeToString())

    assert unpack_rows(pack_rows(rows)) == rows


def test_log_rows_come_out_as_they_went_in() -> None:
    rows = request_rows("logs", logs(log_record("hello")).SerializeToString())

    assert unpack_rows(pack_rows(rows)) == rows


def test_faults_come_along() -> None:
    assert unpack_rows(pack_rows(RequestRows([], ["KeyError: 'bug'"]))).faults == ["KeyError: 'bug'"]
