"""The list of experiments and their comparison, over two runs of four questions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient

from otel_bridge_collector.ui import experiments
from tests.support.page import page_of
from tests.support.rows import Asking

PROJECT: Final = "/app/local/p/p"
MARKS: Final = "<b>bold</b>"
SCORES: Final = {"first": (0.5, 1.0, 1.0), "second": (1.0, 0.25, 1.0)}


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Asking]:
    rows = [
        {
            "experiment_id": run,
            "id": f"{run}-{case}",
            "root_span_id": f"{run}-{case}",
            "input": f"question {case}",
            "output": f"{MARKS} of the {run}",
            "expected": "an answer",
            "scores": {"quality": score},
        }
        for run, scores in SCORES.items()
        for case, score in enumerate(scores)
    ]
    rows.append({**rows[0], "id": "again", "root_span_id": "again", "output": "another trial"})
    asking = Asking(tmp_path, rows)
    for run in SCORES:
        asking.objects.in_projects.create("experiment", asking.project_id, f"run {run}", object_id=run)
    yield asking
    asking.close()


@pytest.fixture
def looking(runs: Asking) -> TestClient:
    return page_of(runs)


def comparison(looking: TestClient, asked: str = "") -> str:
    return looking.get(f"{PROJECT}/comparison?experiment=first&experiment=second{asked}").text


def test_the_list_has_scores_and_how_they_changed(looking: TestClient) -> None:
    text = looking.get(f"{PROJECT}/experiments").text

    assert "<bdi>quality</bdi> 0.75" in text
    assert '<polyline points="0.0,' in text


def test_the_list_is_narrowed_by_name(looking: TestClient) -> None:
    text = looking.get(f"{PROJECT}/experiments?name=SECOND").text

    assert [f"run {run}</bdi>" in text for run in SCORES] == [False, True]


def test_cases_stand_side_by_side_with_links_to_their_traces(looking: TestClient) -> None:
    text = comparison(looking)

    assert "3 cases." in text
    assert "2 trials" in text
    assert "id=second-1" in text
    assert "improved 1</a>" in text
    assert "regressed 1</a>" in text


def test_only_cases_of_a_verdict_are_shown(looking: TestClient) -> None:
    text = comparison(looking, "&show=regressed")

    assert [f"question {case}" in text for case in range(3)] == [False, True, False]


def test_what_differs_is_marked_and_stays_text(looking: TestClient) -> None:
    text = comparison(looking, "&diff=on&show=same")

    assert "&lt;b&gt;bold&lt;/b&gt; of the <del>first</del><ins>second</ins>" in text
    assert MARKS not in text


def test_the_base_is_the_first(looking: TestClient) -> None:
    text = looking.get(f"{PROJECT}/comparison?experiment=second&experiment=first&show=improved").text

    assert [f"question {case}" in text for case in range(3)] == [False, True, False]


def test_the_list_lets_the_oldest_be_the_base(looking: TestClient) -> None:
    text = looking.get(f"{PROJECT}/comparison?experiment=second&experiment=first&order=oldest").text

    assert "against <bdi>run first</bdi>" in text


def test_cases_come_in_pages(looking: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "CASES", 2)

    assert "More cases" in comparison(looking)
    assert comparison(looking, "&page=2").count('rel="prev"') == 1


@pytest.mark.parametrize("asked", ["", "experiment=first", "&".join(f"experiment={n}" for n in range(6))])
def test_a_comparison_of_too_few_or_too_many_says_so(looking: TestClient, asked: str) -> None:
    answer = looking.get(f"{PROJECT}/comparison?{asked}")

    assert answer.status_code == 400
    assert "from 2 to 5 experiments" in answer.text


def test_an_experiment_is_compared_with_the_one_that_is_chosen(looking: TestClient) -> None:
    text = looking.get(f"{PROJECT}/experiments/first?base=second").text

    assert "<bdi>run second</bdi></a>, case by case" in text
