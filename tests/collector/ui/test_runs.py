"""What runs come to; that they run is tried through the page (`test_playground`)."""

from otel_bridge_collector.ui.runs import Outcome, Total, totals

GOOD = Outcome(output="a", took_s=1.0, tokens={"tokens": 5, "prompt_tokens": 3}, usd=0.5)
DEAR = Outcome(output="b", took_s=3.0, tokens={"tokens": 7}, usd=1.0)
FAILED = Outcome(error="away", took_s=9.0)


def test_each_variant_has_a_total_over_the_records() -> None:
    assert totals([[GOOD, FAILED], [DEAR, GOOD]]) == [
        Total(failed=0, mean_s=2.0, tokens=12, usd=1.5),
        Total(failed=1, mean_s=1.0, tokens=5, usd=0.5),
    ]


def test_scores_are_means_of_the_runs_that_have_them() -> None:
    runs = [Outcome(scores={"a": 1.0, "b": None}), Outcome(scores={"a": 0.5}), Outcome(error="away")]

    assert totals([[run] for run in runs])[0].scores == {"a": 0.75}


def test_what_nobody_knows_is_no_zero() -> None:
    assert totals([[FAILED]]) == [Total(failed=1, mean_s=None, tokens=0, usd=None)]
