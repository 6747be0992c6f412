"""`init`: what it checks, and what an experiment is made with."""

import logging
from typing import Any

import pytest

import otel_bridge
from otel_bridge import Experiment, RepoInfo
from tests.support.collector import Collector
from tests.support.control_plane import control_plane

pytestmark = pytest.mark.usefixtures("sidecar")


def made(*arguments: Any, **more: Any) -> Experiment:
    found = otel_bridge.init(*arguments, **more)
    assert isinstance(found, Experiment)
    return found


@pytest.mark.parametrize(
    ("given", "text"),
    [
        pytest.param({}, "Must specify at least one of project or project_id", id="no-project"),
        pytest.param(
            {"project": "p", "open": True, "update": True}, "Cannot open and update an experiment at the same time", id="both"
        ),
        pytest.param(
            {"project": "p", "open": True}, "Cannot open an experiment without specifying its name", id="no-name"
        ),
        pytest.param({"project": "p", "tags": ["a", "a"]}, "duplicate tag: a", id="tags"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told_at_once(given: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        otel_bridge.init(**given)


def test_nothing_is_asked_before_the_first_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_URL", "http://127.0.0.1:9")

    assert str(otel_bridge.init("p", "e")) == "<experiment>"


def test_a_name_that_is_taken_gets_an_ending_unless_it_is_updated(project: str) -> None:
    first_id = made(project, "e").id

    assert made(project, "e").name.startswith("e-")
    assert made(project, "e", update=True).id == first_id
    assert made(project, "new", update=True).name == "new"


def test_what_it_is_made_with_is_kept(project: str) -> None:
    dataset = otel_bridge.init_dataset(project, "d")
    dataset.insert(input=1)
    base_id = made(project, "base").id

    experiment = made(
        project, "e", description="d", dataset=dataset, base_experiment="base", is_public=True,
        metadata={"m": 1}, tags=["t"], repo_info=RepoInfo(commit="abc"),
    )  # fmt: skip

    data = experiment.data
    assert (data["description"], data["public"], data["metadata"], data["tags"]) == (
        "d",
        True,
        {"m": 1},
        ["t"],
    )
    assert (data["dataset_id"], data["dataset_version"]) == (dataset.id, dataset.version)
    assert data["base_exp_id"] == base_id
    assert data["repo_info"] == RepoInfo(commit="abc").as_dict()


def test_a_base_by_id_wins_and_one_that_is_missing_is_warned_of(
    project: str, caplog: pytest.LogCaptureFixture
) -> None:
    base_id = made(project, "base").id

    with caplog.at_level(logging.WARNING):
        first = made(project, "a", base_experiment="nope").data
        second = made(project, "b", base_experiment="nope", base_experiment_id=base_id).data

    assert caplog.text.count("Base experiment nope not found.") == 1
    assert (first["base_exp_id"], second["base_exp_id"]) == (None, base_id)


def test_a_dataset_is_named_by_a_reference(project: str) -> None:
    dataset = otel_bridge.init_dataset(project, "d")

    data = made(project, dataset={"id": dataset.id, "version": "7"}, project_id=dataset.project.id).data

    assert (data["dataset_id"], data["dataset_version"]) == (dataset.id, "7")


def test_a_making_that_fails_is_not_repeated_by_itself(
    monkeypatch: pytest.MonkeyPatch, sidecar: Collector
) -> None:
    del sidecar
    with control_plane() as plane:
        monkeypatch.setenv("BRAINTRUST_API_URL", plane.url)
        experiment = made("p", api_key="other", org_name="acme")
        plane.failures = [200, 503]

        with pytest.raises(otel_bridge.BridgeError):
            _ = experiment.id

        assert plane.paths.count("POST /v1/experiment") <= 1


def test_init_experiment_is_another_name_of_it() -> None:
    assert otel_bridge.init_experiment is otel_bridge.init
