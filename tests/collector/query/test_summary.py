"""One row for each trace."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.rows import Asking

ROOT = {
    "id": "r",
    "root_span_id": "t",
    "input": "x" * 200,
    "created": "2026-01-05T09:00:00Z",
    "metrics": {"start": 1.0, "end": 9.0},
}
CALL = {
    "id": "c",
    "root_span_id": "t",
    "span_parents": ["r"],
    "created": "2026-01-05T09:00:01Z",
    "span_attributes": {"type": "llm"},
    "metrics": {"start": 2.0, "end": 5.0, "prompt_tokens": 10, "tokens": 12, "estimated_cost": 0.5},
    "scores": {"s": 1},
}


def summary_of(folder: Path, *rows: dict[str, Any], clause: str = "select: *") -> dict[str, Any]:
    asking = Asking(folder, [{**row, "id": f"{row['id']}{index}"} for index, row in enumerate(rows)])
    (found,) = asking.rows(f"{clause} | from: project_logs('p') summary")
    asking.close()
    return dict(found)


def test_tokens_and_cost_are_summed_without_rollups(tmp_path: Path) -> None:
    agent = {**CALL, "span_attributes": {"type": "task", "usage_is_rollup": True}}

    metrics = summary_of(tmp_path, ROOT, agent, CALL, CALL)["metrics"]

    assert (metrics["prompt_tokens"], metrics["total_tokens"], metrics["estimated_cost"]) == (20, 24, 1.0)
    assert (metrics["llm_calls"], metrics["llm_duration"], metrics["duration"]) == (2, 6.0, 8.0)


def test_scores_are_means_over_the_spans(tmp_path: Path) -> None:
    assert summary_of(tmp_path, ROOT, CALL, {**CALL, "scores": {"s": 0, "t": None}})["scores"] == {"s": 0.5}


def test_errors_are_those_of_calls_and_tools(tmp_path: Path) -> None:
    tool = {**CALL, "span_attributes": {"type": "tool"}, "error": "boom"}

    summary = summary_of(tmp_path, {**ROOT, "error": "boom"}, tool, CALL)

    assert (summary["metrics"]["errors"], summary["metrics"]["tool_errors"]) == (1, 1)
    assert summary["span_type_info"] == {"cached": False, "has_error": True}


@pytest.mark.parametrize(("length", "kept"), [(124, 124), (5, 5), (-1, 200)])
def test_previews_are_cut(tmp_path: Path, length: int, kept: int) -> None:
    summary = summary_of(tmp_path, ROOT, clause=f"select: * | preview_length: {length}")

    assert len(summary["input"]) == kept


def test_a_root_that_has_not_come_is_stood_in_for_by_the_earliest_span(tmp_path: Path) -> None:
    late = {**CALL, "id": "late", "created": "2027-01-01T00:00:00Z"}

    summary = summary_of(tmp_path, late, {**CALL, "id": "early"})

    assert (summary["id"], summary["is_root"]) == ("early1", False)


def test_log_rows_are_no_spans(tmp_path: Path) -> None:
    log = {**CALL, "span_attributes": {"type": "log"}, "created": "2020-01-01T00:00:00Z", "error": "boom"}

    summary = summary_of(tmp_path, log, ROOT)

    assert (summary["id"], summary["span_type_info"]["has_error"]) == ("r1", False)


def test_a_filter_chooses_traces_and_their_summary_is_of_all_their_spans(example: Asking) -> None:
    query = "select: * | from: project_logs('p') summary | filter: span_attributes.type = 'llm'"

    (first,) = [row for row in example.rows(query) if row["id"] == "a"]

    metrics = first["metrics"]
    assert isinstance(metrics, dict)
    assert metrics["total_tokens"] == 180


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        pytest.param("select: id", ["e", "c", "a"], id="newest-first"),
        pytest.param("select: id | sort: created", ["a", "c", "e"], id="created"),
        pytest.param("select: id | sort: metrics.total_tokens desc", ["c", "a", "e"], id="roll-up"),
        pytest.param("select: id | final_filter: metrics.total_tokens > 100", ["c", "a"], id="final-filter"),
        pytest.param("select: id | final_filter: span_type_info.has_error", ["c"], id="has-error"),
        pytest.param("select: id | limit: 2", ["e", "c"], id="limit"),
        pytest.param("select: id | trace_filter: type = 'llm' | sort: created", ["b", "d"], id="spans"),
        pytest.param("select: id | sample: 100%", ["e", "c", "a"], id="sample"),
        pytest.param(
            "select: score as id | unpivot: scores as (score, value)",
            ["Factuality", "Factuality", "Tone", "Factuality"],
            id="unpivot",
        ),
    ],
)
def test_summaries_are_asked_like_rows(example: Asking, clauses: str, expected: list[str]) -> None:
    assert [row["id"] for row in example.rows(f"from: project_logs('p') summary | {clauses}")] == expected


def test_summaries_come_page_by_page(example: Asking) -> None:
    query = "select: id | from: project_logs('p') summary | limit: 2"

    first = example.answer(query)
    second = example.answer(f"{query} | cursor: '{first.cursor}'")

    assert [row["id"] for row in (*first.data, *second.data)] == ["e", "c", "a"]
