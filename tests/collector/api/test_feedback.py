"""`/v1/feedback`: what a browser may say with a token, and what not."""

from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from tests.support.rows import Asking

ROW = "a"


def token(client: TestClient, example: Asking, **asked: Any) -> str:
    asked = {"id": ROW, "scores": ["helpful"], "fields": ["comment"], **asked}
    made = client.post(f"/v1/project_logs/{example.project_id}/feedback/token", json=asked)
    assert made.status_code == 200, made.text
    text: str = made.json()["token"]
    return text


def say(client: TestClient, token: str, **said: Any) -> Any:
    return client.post("/v1/feedback", json={"token": token, **said})


def row(example: Asking, row_id: str = ROW) -> dict[str, Any]:
    (found,) = example.rows(f"select: * | filter: id = '{row_id}'")
    return cast("dict[str, Any]", found)


def test_what_is_said_stands_in_the_row(client: TestClient, example: Asking) -> None:
    answer = say(client, token(client, example), scores={"helpful": 1}, comment="nice")

    assert (answer.status_code, answer.json()) == (200, {"status": "success"})
    assert row(example)["scores"] == {"Factuality": 0.9, "helpful": 1}
    assert [each["comment"] for each in row(example)["comments"]] == [{"text": "nice"}]


def test_a_body_that_a_beacon_sends_will_do(client: TestClient, example: Asking) -> None:
    body = f'{{"token": "{token(client, example)}", "scores": {{"helpful": 0.5}}}}'

    assert (
        client.post("/v1/feedback", content=body, headers={"content-type": "text/plain"}).status_code == 200
    )
    assert row(example)["scores"]["helpful"] == 0.5


def test_feedback_that_comes_again_changes_nothing(client: TestClient, example: Asking) -> None:
    text = token(client, example)
    say(client, text, scores={"helpful": 1}, comment="nice")
    before = row(example)

    again = [say(client, text, scores={"helpful": 0}, comment="awful") for _ in range(3)]

    assert {each.status_code for each in again} == {200}
    assert row(example) == before


def test_each_thing_that_a_token_allows_may_be_said_for_itself(client: TestClient, example: Asking) -> None:
    text = token(client, example)

    say(client, text, scores={"helpful": 1})
    say(client, text, comment="because")

    assert row(example)["scores"]["helpful"] == 1
    assert len(row(example)["comments"]) == 1


def test_two_tokens_are_two_voices(client: TestClient, example: Asking) -> None:
    for score in (1, 0):
        say(client, token(client, example), scores={"helpful": score}, comment=str(score))

    assert row(example)["scores"]["helpful"] == 0
    assert len(row(example)["comments"]) == 2


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"scores": {"other": 1}}, id="another score"),
        pytest.param({"scores": {"helpful": 1, "other": 1}}, id="another score beside"),
        pytest.param({"expected": "x"}, id="another field"),
        pytest.param({"output": "x"}, id="a field that no token allows"),
        pytest.param({"scores": {"helpful": 1}, "id": "b"}, id="another row"),
        pytest.param({"scores": {"helpful": 1}, "project_id": "q"}, id="another project"),
        pytest.param({"scores": {"helpful": 1}, "metadata": {"user_id": "x"}}, id="another author"),
        pytest.param({"scores": {"helpful": 1}, "source": "app"}, id="another source"),
    ],
)
def test_nothing_else_may_be_said(client: TestClient, example: Asking, said: dict[str, Any]) -> None:
    before = [row(example, each) for each in "abcde"]

    answer = say(client, token(client, example), **said)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "for comment, helpful only" in answer.json()["Message"]
    assert [row(example, each) for each in "abcde"] == before


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"scores": {}}, id="no score"),
        pytest.param({"scores": {"helpful": 1.1}}, id="too much"),
        pytest.param({"scores": {"helpful": -1}}, id="too little"),
        pytest.param({"scores": {"helpful": True}}, id="no number"),
        pytest.param({"scores": {"helpful": None}}, id="null"),
        pytest.param({"scores": ["helpful"]}, id="no object"),
        pytest.param({"comment": {"text": "x"}}, id="no text"),
    ],
)
def test_what_is_no_feedback_is_refused(client: TestClient, example: Asking, said: dict[str, Any]) -> None:
    assert say(client, token(client, example), **said).status_code == 400


def test_who_was_asked_stands_in_the_audit_log(client: TestClient, example: Asking) -> None:
    say(client, token(client, example, metadata={"user_id": "u"}), scores={"helpful": 1})

    (entry,) = row(example)["audit_data"][-1:]
    assert (entry["source"], entry["metadata"]) == ("external", {"user_id": "u"})


@pytest.mark.parametrize("text", ["", "x.y", None])
def test_what_is_no_token_is_refused(client: TestClient, text: str | None) -> None:
    answer = client.post("/v1/feedback", json={"token": text, "scores": {"helpful": 1}})

    assert answer.status_code in (400, 403)


def test_a_token_that_was_tampered_with_is_refused(client: TestClient, example: Asking) -> None:
    body, _, digest = token(client, example).partition(".")
    changed = f"{body[:-6]}AAAAAA.{digest}"

    assert say(client, changed, scores={"helpful": 1}).status_code == 403


def test_a_token_ends(client: TestClient, example: Asking) -> None:
    text = token(client, example, expires_in_s=1e-6)

    assert say(client, text, scores={"helpful": 1}).status_code == 403


def test_a_body_that_is_too_large_is_refused(client: TestClient, example: Asking) -> None:
    answer = say(client, token(client, example), comment="x" * 70_000)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"id": ""}, id="no row"),
        pytest.param({"scores": [], "fields": []}, id="nothing allowed"),
        pytest.param({"fields": ["output"]}, id="a field that no token allows"),
        pytest.param({"scores": "helpful"}, id="no list"),
        pytest.param({"scores": [1]}, id="no names"),
        pytest.param({"scores": [str(n) for n in range(101)]}, id="too many"),
        pytest.param({"expires_in_s": 0}, id="no time"),
        pytest.param({"expires_in_s": 1e9}, id="too long"),
        pytest.param({"expires_in_s": True}, id="no number"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused(
    client: TestClient, example: Asking, asked: dict[str, Any]
) -> None:
    path = f"/v1/project_logs/{example.project_id}/feedback/token"

    answer = client.post(path, json={"id": ROW, "scores": ["helpful"], **asked})

    assert (answer.status_code, answer.json()["code"]) == (400, "invalidJson")


def test_a_token_for_an_object_that_is_not_there_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/experiment/nosuch/feedback/token", json={"id": ROW, "scores": ["s"]})

    assert answer.status_code == 404
