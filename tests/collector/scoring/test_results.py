"""The rows that scores become."""

from dataclasses import replace

from otel_bridge_collector.decode.native import row_fault
from otel_bridge_collector.scoring.executor import Verdict
from otel_bridge_collector.scoring.results import rows_of
from tests.collector.scoring.test_rule import row, rule

ROW = row(span_id="s", input="q", output="a", project_id="p")
GOOD, BAD = Verdict(score=0.5, metadata={"why": "half"}), Verdict(error="ValueError: no")


def test_each_scorer_is_a_span_below_the_row_and_the_row_gets_the_scores() -> None:
    span, failed, merge = (dict(each) for each in rows_of(rule(), ROW, {"A": GOOD, "B": BAD}, 1.0, 2.0))  # type: ignore[arg-type]  # rows are objects

    assert (span["span_parents"], span["root_span_id"]) == (["s"], "t")
    assert span["span_attributes"] == {"name": "A", "type": "score", "purpose": "scorer"}
    assert (span["input"], span["output"], span["scores"]) == (
        {"input": "q", "output": "a"},
        {"score": 0.5},
        {"A": 0.5},
    )
    assert span["metadata"] == {"why": "half", "online_score": {"id": "r"}}
    assert (failed["error"], "scores" in failed) == ("ValueError: no", False)
    assert (merge["id"], merge["_is_merge"], merge["scores"]) == ("1", True, {"A": 0.5})


def test_the_rows_can_be_kept_and_have_the_same_ids_each_time() -> None:
    first, again = (rows_of(rule(), ROW, {"A": GOOD}, time, time) for time in (1.0, 5.0))

    assert [row_fault(each) for each in first] == ["", ""]
    assert [dict(each)["id"] for each in first] == [dict(each)["id"] for each in again]  # type: ignore[arg-type]  # as above


def test_spans_can_be_left_out_and_an_error_alone_changes_no_row() -> None:
    quiet = replace(rule(), skip_logging=True)

    assert len(rows_of(quiet, ROW, {"A": GOOD}, 1.0, 2.0)) == 1
    assert rows_of(quiet, ROW, {"A": BAD}, 1.0, 2.0) == []
