"""The printed table."""

from dataclasses import replace

from otel_bridge import EvalResult, ExperimentSummary, SummarySkipped
from otel_bridge.api.evaluation.table import table
from otel_bridge.api.summary import DISABLED, success_of

SUMMARY = ExperimentSummary(
    project_name="p", project_id="1", experiment_id="2", experiment_name="new", project_url="u",
    experiment_url="http://sidecar/e", comparison_experiment_name="old",
    comparison=success_of({
        "scores": {"exact": {"score": 0.625, "improvements": 1, "regressions": 2, "diff": -0.25}, "b": {"score": 1}},
        "metrics": {
            "prompt_tokens": {"metric": 326, "unit": "tok", "improvements": 0, "regressions": 3, "diff": 179},
            "estimated_cost": {"metric": 0.0213, "unit": "$", "improvements": 3, "regressions": 0, "diff": -0.5},
        },
    }),
)  # fmt: skip


def test_a_difference_stands_in_its_unit() -> None:
    lines = table(SUMMARY).splitlines()

    assert lines[1] == "new compared to old"
    assert [line.split() for line in lines[3:8]] == [
        ["change", "better", "worse"],
        ["exact", "62.50%", "-25.00%", "1", "2"],
        ["b", "100.00%"],
        ["prompt_tokens", "326", "tok", "+179", "tok", "0", "3"],
        ["estimated_cost", "$0.0213", "-$0.50", "3", "0"],
    ]
    assert {len(line) for line in (lines[3], lines[4], lines[6], lines[7])} == {len(lines[3])}
    assert lines[-1] == "See results at http://sidecar/e"


def test_a_reason_stands_in_the_place_of_numbers() -> None:
    assert "no numbers: why" in table(replace(SUMMARY, comparison=SummarySkipped("why")))


def test_averages_of_what_ran_here_stand_in_where_the_server_gives_none() -> None:
    results = [
        EvalResult(input=1, output=1, expected=1, metadata={}, tags=[], scores={"exact": score})
        for score in (1, 0)
    ]

    text = table(replace(SUMMARY, comparison=SummarySkipped("403")), results)

    assert "exact  50.00%" in text
    assert "compared with none: 403" in text


def test_numbers_that_nobody_asked_for_are_left_out() -> None:
    results = [EvalResult(input=1, output=1, expected=1, metadata={}, tags=[], scores={"exact": 1})]

    assert "exact" not in table(replace(SUMMARY, comparison=DISABLED), results)
