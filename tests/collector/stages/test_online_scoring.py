"""The rules of a data folder."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from otel_bridge.contract.row import Json
from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.scoring.ledger import ScoringLedger
from otel_bridge_collector.scoring.rule import Options
from otel_bridge_collector.settings import load_settings
from otel_bridge_collector.stages.online_scoring import alerts_in, forget_deleted, rules_in, scoring_config
from otel_bridge_collector.store.objects import Objects

GOOD: Mapping[str, Json] = {"online": {"scorers": [{"type": "global", "name": "ExactMatch"}]}}
OLD: Mapping[str, Json] = {"online": {"scorers": [{"type": "function", "id": "f"}]}}


def test_rules_are_those_that_can_be_run(tmp_path: Path) -> None:
    with closing(Objects(tmp_path / "objects.sqlite")) as objects:
        project = objects.create_project("p")
        for name, kind, config in (("a", "slider", {}), ("b", "online", OLD), ("c", "online", GOOD)):
            objects.in_projects.create(
                "project_score", project.id, name, data={"score_type": kind, "config": config}
            )

        (found,) = rules_in(objects)

    assert (found.project_id, found.scorers) == (project.id, {"ExactMatch": Options()})


def test_alerts_are_those_that_can_be_looked_after(tmp_path: Path) -> None:
    alert: Mapping[str, Json] = {
        "event_type": "logs", "btql_filter": "is_root", "interval_seconds": 5,
        "action": {"type": "webhook", "url": "http://127.0.0.1:1/"},
    }  # fmt: skip
    retention: Mapping[str, Json] = {"event_type": "retention"}
    slack: Mapping[str, Json] = {**alert, "action": {"type": "slack"}}
    with closing(Objects(tmp_path / "objects.sqlite")) as objects:
        project = objects.create_project("p")
        for name, config in (("a", alert), ("b", retention), ("c", slack)):
            objects.in_projects.create("project_automation", project.id, name, data={"config": config})

        (found,) = alerts_in(objects)

    assert (found.name, found.condition) == ("a", "is_root")


def test_the_configuration_says_how_they_are_run(tmp_path: Path) -> None:
    said = load_settings(
        Sources(files=["yaml:extensions: {online_scoring: {daily_budget: 5}}"]), data_dir=tmp_path
    )

    assert scoring_config(load_settings(data_dir=tmp_path)).daily_budget == 10_000
    assert scoring_config(said).daily_budget == 5


def test_how_far_deleted_rules_were_is_forgotten(tmp_path: Path) -> None:
    with (
        closing(Objects(tmp_path / "objects.sqlite")) as objects,
        closing(ScoringLedger(tmp_path / "scoring.sqlite")) as ledger,
    ):
        project = objects.create_project("p")
        rules = [
            objects.in_projects.create(
                "project_score", project.id, name, data={"score_type": "online", "config": GOOD}
            )
            for name in ("stays", "goes")
        ]
        alert = objects.in_projects.create("project_automation", project.id, "a", data={"config": {}})
        for each in (*rules, alert):
            ledger.advance(each.id, 7, since=None)
        objects.in_projects.delete(rules[1])

        forget_deleted(objects, ledger)

        assert [ledger.place(each.id) for each in (*rules, alert)] == [7, None, 7]
