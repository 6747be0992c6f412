"""Scores that a project has set up, in the feedback form."""

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from otel_bridge_collector.ui.score_fields import score_fields
from tests.support.page import form_token, page_of
from tests.support.rows import Asking

KINDS = {"good": 1, "bad": 0.25, "impossible": 7}


@pytest.fixture
def project(example: Asking) -> Asking:
    make = example.objects.in_projects.create
    categories: list[Json] = [{"name": name, "value": value} for name, value in KINDS.items()]
    make("project_score", example.project_id, "tone", object_id="s", data={"score_type": "slider"})
    make("project_score", example.project_id, "kind", object_id="c",
         data={"score_type": "categorical", "categories": categories, "description": "how it is"})  # fmt: skip
    make("project_score", example.project_id, "answer", object_id="e",
         data={"score_type": "categorical", "categories": categories, "config": {"destination": "expected"}})  # fmt: skip
    make("project_score", example.project_id, "rule", object_id="o", data={"score_type": "online"})
    make("project_tag", example.project_id, "look", data={"description": "look at <it>"})
    return example


@pytest.fixture
def reviewer(project: Asking) -> TestClient:
    return page_of(project)


def send(reviewer: TestClient, project: Asking, **fields: str) -> str:
    url = f"/app/local/object?object_type=project_logs&object_id={project.project_id}&id=c"
    given = {"object_type": "project_logs", "object_id": project.project_id, "id": "c", "to": url}
    token = form_token(reviewer.get(url).text)
    return reviewer.post("/ui/feedback", data={**given, **fields, "form_token": token}).text


def test_only_what_people_give_is_a_field(project: Asking) -> None:
    assert [each.name for each in score_fields(project.objects, project.project_id)] == [
        "tone",
        "kind",
        "answer",
    ]


def test_a_choice_without_a_score_is_none(project: Asking) -> None:
    _, kind, _ = score_fields(project.objects, project.project_id)

    assert kind.choices == {"good": 1.0, "bad": 0.25}


def test_the_review_has_the_fields_and_proposes_the_tags(reviewer: TestClient) -> None:
    text = reviewer.get("/app/local/p/p/review").text

    assert 'name="score-s"' in text
    assert "how it is" in text
    assert '<option value="look">look at &lt;it&gt;</option>' in text


def test_fields_are_kept_as_scores_and_as_what_is_expected(reviewer: TestClient, project: Asking) -> None:
    send(reviewer, project, **{"score-s": "50", "score-c": "bad", "score-e": "good"})

    (row,) = project.rows("select: scores, expected | from: project_logs('p') | filter: id = 'c'")
    assert row["scores"] == {"Factuality": 0.5, "Tone": 1, "tone": 0.5, "kind": 0.25}
    assert row["expected"] == "good"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"score-s": "101"}, "takes a number from 0 to 100", id="range"),
        pytest.param({"score-s": "much"}, "takes a number from 0 to 100", id="no number"),
        pytest.param({"score-c": "impossible"}, "is none of good, bad", id="choice"),
        pytest.param({"score-x": "1"}, "this form has no field", id="no such score"),
    ],
)
def test_a_wrong_field_is_told(
    reviewer: TestClient, project: Asking, fields: dict[str, str], message: str
) -> None:
    assert message in send(reviewer, project, **fields)


def test_a_wrong_field_comes_back_as_it_was_sent_with_the_others(
    reviewer: TestClient, project: Asking
) -> None:
    shown = send(reviewer, project, **{"score-s": "101", "score-c": "bad"})

    assert 'name="score-s" value="101"' in shown
    assert '<option value="bad" selected>' in shown
