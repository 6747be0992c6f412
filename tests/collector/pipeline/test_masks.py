"""Masking processors to rules."""

from pathlib import Path
from typing import cast

import pytest

from otel_bridge.contract.row import Row
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.masking.path import root
from otel_bridge_collector.masking.walk import Walk
from otel_bridge_collector.pipeline.masks import DoorMasks, MaskRows, build_rules, check_masking, door_rules
from tests.support.masking import KEY, config_of


def test_rules_before_the_store_are_those_at_the_door() -> None:
    rules = door_rules(config_of("{patterns: [emails]}"))

    assert rules is not None
    assert [rule.name for rule in rules.rules] == ["masking[0]"]


def test_rules_before_another_exporter_are_not_at_the_door() -> None:
    assert door_rules(config_of("{patterns: [emails]}", before="file")) is None


def test_other_rules_at_the_door_are_told_as_soon_as_they_hold() -> None:
    masks, told = DoorMasks(), list[object]()
    masks.on_change = lambda: told.append(masks.rules)

    masks.rules = rules = door_rules(config_of("{patterns: [emails]}"))
    masks.rules = None

    assert told == [rules, None]


def test_no_rules_are_none() -> None:
    assert door_rules(Config()) is None


def test_what_a_rule_says_is_what_is_done() -> None:
    rules = build_rules(
        config_of("{regexes: ['EMP-[0-9]+'], replacement: X}", "{fields: [a], action: hash}"), ["masking"]
    )

    assert Walk(rules).value("EMP-1", root("input")) == "X"
    assert str(Walk(rules).value("b", root("a"))).startswith("sha256:")


def test_a_key_comes_from_a_variable_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    in_file = config_of(f"{{fields: [a], action: pseudonym, key_file: {tmp_path / 'key'}}}")
    in_variable = config_of(
        "{fields: [a], action: pseudonym, key: '${env:MASK_KEY}'}", environment={"MASK_KEY": KEY}
    )

    made = [Walk(build_rules(each, ["masking"])).value("bob", root("a")) for each in (in_file, in_variable)]

    assert made[0] == made[1]


def test_a_key_file_that_cannot_be_used_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "short").write_text(KEY[:15])

    for name, message in (("none", "cannot read"), ("short", "less than 16 bytes")):
        config = config_of(f"{{fields: [a], action: pseudonym, key_file: {tmp_path / name}}}")
        with pytest.raises(SettingsError, match=rf"processors.masking\[0\].key_file: .*{message}"):
            check_masking(config)


def test_the_fingerprint_tells_rules_apart_and_no_key() -> None:
    def fingerprint_of(key: str) -> str:
        rule = f"{{fields: [a], action: pseudonym, key: {key}}}"
        return build_rules(config_of(rule), ["masking"]).fingerprint

    assert fingerprint_of(KEY) == fingerprint_of(KEY[::-1])
    assert build_rules(config_of("{fields: [a]}"), ["masking"]).fingerprint != fingerprint_of(KEY)


def test_rows_are_masked_on_their_way() -> None:
    step = MaskRows(build_rules(config_of("{patterns: [emails]}", before="file"), ["masking"]))
    row = cast("Row", {"id": "a", "input": "bob@x.example"})

    assert step.shape(row).get("input") == "[email]"
    assert step.select([row, row]) == [True, True]
