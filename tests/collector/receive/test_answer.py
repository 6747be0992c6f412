"""The answers to requests that are kept."""

from otel_bridge_collector.intake import Outcome
from otel_bridge_collector.receive.answer import logs_answer, traces_answer

ALL_KEPT = Outcome(accepted=3, rejected=0, reason="")
SOME_KEPT = Outcome(accepted=1, rejected=2, reason="the trace id is missing")


def test_a_full_success_is_empty() -> None:
    assert traces_answer(ALL_KEPT).SerializeToString() == b""
    assert logs_answer(ALL_KEPT).SerializeToString() == b""


def test_rejected_spans_are_counted_with_the_reason() -> None:
    partial = traces_answer(SOME_KEPT).partial_success

    assert (partial.rejected_spans, partial.error_message) == (2, "the trace id is missing")


def test_rejected_log_records_are_counted_with_the_reason() -> None:
    partial = logs_answer(SOME_KEPT).partial_success

    assert (partial.rejected_log_records, partial.error_message) == (2, "the trace id is missing")
