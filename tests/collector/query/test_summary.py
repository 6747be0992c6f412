"""One row for each trace."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.errors import QueryError
from otel_bridge_collector.query.answer import Answer
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.summary import as_traces, summarize
from tests.support.api import client_of
from tests.support.rows import Asking


def summary_of(*rows: dict[str, Any], preview_length: int = 124) -> dict[str, Any]:
    trace = [{"root_span_id": "t", "_xact_id": "1", "created": "2026", **row} for row in rows]
    (found,) = summarize(Answer(data=trace, schema={}, cursor=None), preview_length=preview_length).data
    return dict(found)


ROOT = {"id": "r", "is_root": True, "input": "x" * 200, "metrics": {"start": 1.0, "end": 9.0}}
CALL = {
    "id": "c",
    "span_attributes": {"type": "llm"},
    "metrics": {"start": 2.0, "end": 5.0, "prompt_tokens": 10, "tokens": 12},
    "estimated_cost": 0.5,
    "scores": {"s": 1},
}


def test_tokens_and_cost_are_summed_without_rollups() -> None:
    agent = {**CALL, "span_attributes": {"type": "task", "usage_is_rollup": True}}

    metrics = summary_of(ROOT, agent, CALL, CALL)["metrics"]

    assert (metrics["prompt_tokens"], metrics["total_tokens"], metrics["estimated_cost"]) == (20, 24, 1.0)
    assert (metrics["llm_calls"], metrics["llm_duration"], metrics["duration"]) == (2, 6.0, 8.0)


def test_scores_are_means_over_the_spans() -> None:
    assert summary_of(ROOT, CALL, {**CALL, "scores": {"s": 0, "t": None}})["scores"] == {"s": 0.5}


def test_errors_are_those_of_calls_and_tools() -> None:
    tool = {"span_attributes": {"type": "tool"}, "error": "boom"}

    summary = summary_of({**ROOT, "error": "boom"}, tool, CALL)

    assert (summary["metrics"]["errors"], summary["metrics"]["tool_errors"]) == (1, 1)
    assert summary["span_type_info"]["has_error"] is True


@pytest.mark.parametrize(("length", "kept"), [(124, 124), (5, 5), (-1, 200)])
def test_previews_are_cut(length: int, kept: int) -> None:
    assert len(summary_of(ROOT, preview_length=length)["input"]) == kept


def test_a_root_that_has_not_come_is_stood_in_for_by_the_earliest_span() -> None:
    late, early = {"id": "late", "created": "2027", "is_root": False}, {"id": "early", "is_root": False}

    assert (summary_of(late, early)["id"], summary_of(late, early)["is_root"]) == ("early", False)


def test_a_filter_chooses_traces_and_their_summary_is_of_all_their_spans(example: Asking) -> None:
    client: TestClient = client_of(example)
    query = "select: * | from: project_logs('p') summary | filter: span_attributes.type = 'llm'"

    rows = client.post("/btql", json={"query": query}).json()["data"]

    assert "a" in [row["id"] for row in rows]
    (first,) = [row for row in rows if row["id"] == "a"]
    assert first["metrics"]["total_tokens"] == 180


@pytest.mark.parametrize(
    "clause", ["sort: created", "dimensions: metadata.model | measures: count(1)", "select: id"]
)
def test_what_a_summary_has_not_is_said(clause: str) -> None:
    with pytest.raises(QueryError) as caught:
        as_traces(parse(f"from: project_logs('p') summary | {clause}"))

    assert caught.value.code == "unsupported"
