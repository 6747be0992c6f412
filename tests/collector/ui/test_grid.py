"""Cases of several experiments side by side."""

from otel_bridge_collector.api.comparison import Trial
from otel_bridge_collector.ui.grid import counts_of, grid_of


def trial(case: str, **scores: float) -> Trial:
    return Trial(case=case, scores=scores, metrics={})


def test_a_case_can_be_better_in_one_score_and_worse_in_another() -> None:
    (case,) = grid_of([[trial("q", a=0.2, b=0.9)], [trial("q", a=0.4, b=0.5)]])

    assert case.verdicts == {"improved", "regressed"}


def test_a_verdict_can_be_about_one_score() -> None:
    (case,) = grid_of([[trial("q", a=0.2, b=0.9)], [trial("q", a=0.4, b=0.5)]], "a")

    assert case.verdicts == {"improved"}


def test_trials_of_one_input_are_one_case_with_their_mean() -> None:
    (case,) = grid_of([[trial("q", a=0.5)], [trial("q", a=0), trial("q", a=1)]])

    assert (len(case.cells[1].trials), case.cells[1].changes) == (2, {"a": 0.0})
    assert case.verdicts == {"same"}


def test_what_only_one_has_is_new_or_missing() -> None:
    cases = grid_of([[trial("old")], [trial("new")]])

    assert counts_of(cases) == {"improved": 0, "regressed": 0, "same": 0, "new": 1, "missing": 1}
