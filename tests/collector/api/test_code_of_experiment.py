"""Commits of experiments, and the base that they lead to."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from otel_bridge.contract.row import Json
from tests.support.rows import Asking


def make(client: TestClient, example: Asking, name: str, **fields: Json) -> dict[str, Any]:
    body = {"project_id": example.project_id, "name": name, "ensure_new": True, **fields}
    made: dict[str, Any] = client.post("/v1/experiment", json=body).json()
    return made


def test_the_newest_experiment_of_an_earlier_commit_is_the_base(client: TestClient, example: Asking) -> None:
    make(client, example, "old", repo_info={"commit": "one"})
    newer = make(client, example, "newer", repo_info={"commit": "one"})
    make(client, example, "branch", repo_info={"commit": "elsewhere"})

    made = make(client, example, "now", repo_info={"commit": "two"}, ancestor_commits=["none", "one"])

    assert (made["base_exp_id"], made["commit"]) == (newer["id"], "two")
    base = client.post("/api/base_experiment/get_id", json={"id": made["id"]}).json()
    assert base["base_exp_id"] == newer["id"]


def test_a_base_that_is_named_is_the_base(client: TestClient, example: Asking) -> None:
    named = make(client, example, "named")
    make(client, example, "by commit", repo_info={"commit": "three"})

    made = make(client, example, "both", base_exp_id=named["id"], ancestor_commits=["three"])

    assert made["base_exp_id"] == named["id"]


@pytest.mark.parametrize("commits", [[], [None], [""], ["nowhere"], "three", [5]])
def test_commits_that_nobody_tried_lead_to_no_base(
    client: TestClient, example: Asking, commits: Json
) -> None:
    make(client, example, "without code")

    assert make(client, example, "alone", ancestor_commits=commits)["base_exp_id"] is None
