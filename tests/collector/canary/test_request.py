"""Secrets as clients send them."""

import json

from otel_bridge_collector.canary import request
from otel_bridge_collector.canary.secret import Secret
from otel_bridge_collector.decode import otlp_json
from otel_bridge_collector.spool.record import CANARY_PROJECT

PLANTED = [
    Secret(field="input", text="in", mark="in"),
    Secret(field="expected", text="want", mark="want"),
    Secret(field="metadata.user.id", text="bob", mark="bob"),
    Secret(field="metadata.user.id", text="eve", mark="eve"),
]


def test_spans_and_log_records_carry_them_in_attributes() -> None:
    span = request.traces(PLANTED).resource_spans[0].scope_spans[0].spans[0]
    record = request.logs(PLANTED).resource_logs[0].scope_logs[0].log_records[0]

    for carrier in (span, record):
        assert {each.key: each.value.string_value for each in carrier.attributes} == {
            "braintrust.input_json": '"in"', "braintrust.expected_json": '"want"', "user.id": "bob, eve",
        }  # fmt: skip


def test_json_is_read_as_the_same_request() -> None:
    traces, logs = request.traces(PLANTED), request.logs(PLANTED)

    assert otlp_json.parse_traces(request.otlp_json(traces)) == traces
    assert otlp_json.parse_logs(request.otlp_json(logs)) == logs


def test_rows_carry_them_in_fields() -> None:
    row = request.project_row(PLANTED)

    assert (row["input"], row["expected"], row["metadata"]) == ("in", "want", {"user.id": "bob, eve"})
    assert row["project_id"] == CANARY_PROJECT


def test_feedback_carries_those_that_it_has_fields_for() -> None:
    feedback = request.feedback(PLANTED)

    assert ("input" in feedback, feedback["expected"]) == (False, "want")
    assert "bob" in json.dumps(feedback["metadata"])
