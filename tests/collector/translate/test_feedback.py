"""Feedback and updates."""

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate.feedback import feedback_fact, update_fact
from otel_bridge_collector.translate.log_row import record_id
from tests.support.otlp import SPAN_ID, START_NS, make_record

FEEDBACK: dict[str, Json] = {
    "braintrust.feedback.id": "row",
    "braintrust.feedback.fact_id": "f1",
    "braintrust.feedback.scores": '{"correct": 1, "fast": null}',
    "braintrust.feedback.expected_json": '{"answer": "Bern"}',
    "braintrust.feedback.tags": ["seen"],
    "braintrust.feedback.comment": "well done",
    "braintrust.feedback.source": "app",
    "braintrust.feedback.metadata": '{"by": "ann"}',
    "braintrust.parent": "project_name:shop",
}


def test_a_feedback_is_merged_over_its_row() -> None:
    fact = feedback_fact(make_record("braintrust.feedback", FEEDBACK))

    assert fact == RowWrite(
        row={
            "id": "row",
            "_is_merge": True,
            "scores": {"correct": 1, "fast": None},
            "expected": {"answer": "Bern"},
            "tags": ["seen"],
            "comments": [
                {
                    "id": "f1",
                    "created": "2026-03-06T03:03:50.701Z",
                    "comment": {"text": "well done"},
                    "source": "app",
                }
            ],
            "_audit_source": "app",
            "_audit_metadata": {"by": "ann"},
        },
        parent="project_name:shop",
        fact="f1",
        fact_ns=START_NS,
    )


def test_a_feedback_without_a_row_id_is_about_its_span() -> None:
    record = make_record("braintrust.feedback", {"braintrust.feedback.comment": "hm"})
    fact = feedback_fact(record)

    assert fact is not None
    assert fact.row.get("id") == SPAN_ID
    assert fact.row.get("_audit_source") == "external"
    assert fact.fact == record_id(record)


def test_a_feedback_says_no_more_than_it_was_given() -> None:
    fact = feedback_fact(make_record("braintrust.feedback", {"braintrust.feedback.scores": "{broken"}))

    assert fact is not None
    assert fact.row == {"id": SPAN_ID, "_is_merge": True, "_audit_source": "external"}


def test_an_update_gives_the_fields_of_its_attributes() -> None:
    attributes: dict[str, Json] = {
        "braintrust.output_json": '"done"',
        "braintrust.metadata": '{"user_id":"u"}',
        "user.id": "u",
        "braintrust.tags": ["a"],
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
        "braintrust.parent": "project_name:shop",
    }
    record = make_record("braintrust.update", attributes)

    assert update_fact(record) == RowWrite(
        row={
            "id": SPAN_ID,
            "_is_merge": True,
            "output": "done",
            "metadata": {"user_id": "u"},
            "tags": ["a"],
            "input": [{"role": "user", "content": "hi"}],
        },
        parent="project_name:shop",
        fact=record_id(record),
        fact_ns=START_NS,
    )


def test_an_update_may_name_its_row() -> None:
    fact = update_fact(make_record("braintrust.update", {"braintrust.row_id": "r"}, span_id=None))

    assert fact is not None
    assert fact.row == {"id": "r", "_is_merge": True}


@pytest.mark.parametrize("make", [feedback_fact, update_fact])
def test_a_record_that_names_no_row_states_nothing(make: object) -> None:
    assert callable(make)
    assert make(make_record("any", span_id=None)) is None
