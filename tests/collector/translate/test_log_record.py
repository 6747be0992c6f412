"""Log records to writes."""

from dataclasses import replace

import pytest

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.translate import record_writes
from otel_bridge_collector.translate.log_row import record_id, record_row
from tests.support.otlp import SPAN_ID, START_NS, TRACE_ID, make_record

IDENTITY: dict[str, Json] = {"id": SPAN_ID, "span_id": SPAN_ID, "root_span_id": TRACE_ID, "_is_merge": True}


def test_an_ordinary_record_is_a_row_of_its_own() -> None:
    record = make_record(body="hello", attributes={"braintrust.parent": "project_name:shop"})

    assert record_writes(record) == [RowWrite(row=record_row(record), parent="project_name:shop")]


def test_a_message_fills_the_content_of_its_span() -> None:
    record = make_record("gen_ai.user.message", body={"content": "hi"})

    own, fact = record_writes(record)

    assert own.row == record_row(record)
    assert fact.row == {**IDENTITY, "input": [{"role": "user", "content": "hi"}]}
    assert (fact.fact, fact.fact_ns, fact.fills_only) == (record_id(record), START_NS, True)


def test_the_body_of_a_message_may_be_json_text() -> None:
    _, fact = record_writes(make_record("gen_ai.user.message", body='{"role": "user", "content": "hi"}'))

    assert fact.row == {**IDENTITY, "input": [{"role": "user", "content": "hi"}]}


def test_an_answer_fills_the_output() -> None:
    message: Json = {"role": "assistant", "content": "21"}
    body: Json = {"index": 0, "finish_reason": "stop", "message": message}

    _, fact = record_writes(make_record("gen_ai.choice", body=body))

    assert fact.row == {
        **IDENTITY,
        "output": [{"role": "assistant", "content": "21", "finish_reason": "stop"}],
    }


def test_details_fill_content_metadata_and_metrics() -> None:
    attributes: dict[str, Json] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.response.id": "r",
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.input.messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
    }

    _, fact = record_writes(make_record("gen_ai.client.inference.operation.details", attributes))

    assert fact.row == {
        **IDENTITY,
        "input": [{"role": "user", "content": "hi"}],
        "metadata": {"model": "m"},
        "metrics": {"prompt_tokens": 3},
    }
    assert fact.fills_only


def test_details_that_come_twice_are_one_fact() -> None:
    facts = {
        record_writes(make_record("gen_ai.client.inference.operation.details", body={"n": n}))[1].fact
        for n in range(2)
    }

    assert len(facts) == 1


def test_an_evaluation_scores_its_span() -> None:
    attributes: dict[str, Json] = {
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.value": 0.5,
    }

    _, fact = record_writes(make_record("gen_ai.evaluation.result", attributes))

    assert fact.row == {**IDENTITY, "scores": {"relevance": 0.5}, "_audit_source": "api"}
    assert not fact.fills_only


def test_an_evaluation_of_our_own_app_side_stands_in_its_rows_already() -> None:
    attributes: dict[str, Json] = {
        "gen_ai.evaluation.name": "relevance",
        "gen_ai.evaluation.score.value": 0.5,
    }
    record = make_record("gen_ai.evaluation.result", attributes)

    assert record_writes(replace(record, scope=replace(record.scope, name="otel_bridge"))) == []


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(make_record("gen_ai.user.message", body={"content": "hi"}, span_id=None), id="no span"),
        pytest.param(make_record("gen_ai.user.message", {"gen_ai.system": "openai"}), id="no content"),
        pytest.param(make_record("gen_ai.evaluation.result", {"gen_ai.evaluation.name": "a"}), id="no score"),
        pytest.param(make_record("braintrust.feedback", span_id=None), id="feedback on nothing"),
        pytest.param(make_record("braintrust.update", span_id=None), id="update of nothing"),
    ],
)
def test_an_event_that_says_nothing_of_a_span_is_a_row_only(record: object) -> None:
    (own,) = record_writes(record)  # type: ignore[arg-type]  # pytest.param loses the type

    assert (own.row.get("span_attributes") or {})["type"] == "log"
    assert own.fact is None


@pytest.mark.parametrize("name", ["braintrust.feedback", "braintrust.update"])
def test_our_own_records_are_no_rows(name: str) -> None:
    (write,) = record_writes(make_record(name, {"braintrust.tags": ["a"], "braintrust.feedback.tags": ["a"]}))

    assert write.fact is not None
    assert write.row.get("tags") == ["a"]


def test_a_line_of_our_own_app_side_is_a_row_with_the_fields_that_it_tells() -> None:
    attributes: dict[str, Json] = {
        "braintrust.row_id": "r",
        "braintrust.parent": "project_name:shop",
        "braintrust.output_json": '{"a":1}',
        "braintrust.metadata": '{"m":1}',
        "braintrust.span_attributes": '{"type":"log","log_level":"info"}',
    }

    (write,) = record_writes(make_record("braintrust.log", attributes, body='{"a":1}'))

    assert write.parent == "project_name:shop"
    assert {**write.row, "created": "", "metrics": {}} == {
        "id": "r",
        "span_id": SPAN_ID,
        "root_span_id": TRACE_ID,
        "span_parents": None,
        "created": "",
        "metrics": {},
        "output": {"a": 1},
        "metadata": {"m": 1},
        "span_attributes": {"type": "log", "log_level": "info"},
    }
    assert write.row["metrics"] == {"start": START_NS / 1e9, "end": START_NS / 1e9}
