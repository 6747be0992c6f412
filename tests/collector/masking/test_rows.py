"""Masking rows."""

from typing import Any, cast

import pytest

from otel_bridge.contract.names import MASKED
from otel_bridge.contract.row import Row
from otel_bridge_collector.masking.rows import RowMasker
from otel_bridge_collector.masking.rules import RuleSet
from tests.support.masking import rules_of

MAIL = "bob@x.example"
ANY = "{patterns: [secrets, emails, card_numbers, phone_numbers]}"


def masked(row: dict[str, Any], rules: RuleSet | None = None) -> dict[str, Any]:
    return cast("dict[str, Any]", RowMasker(rules or rules_of(ANY), proves=False).row(cast("Row", row)))


def test_what_nothing_is_found_in_is_the_same_row() -> None:
    row: dict[str, Any] = {"id": MAIL, "input": {"a": [1]}, "tags": ["x"], "origin": {"id": MAIL}}

    assert masked(row) is row


def test_every_field_is_masked_but_what_the_row_is_found_by() -> None:
    row: dict[str, Any] = {
        "id": MAIL, "span_id": MAIL, "project_id": MAIL, "log_id": "g", "created": "2026-01-01",
        "input": MAIL, "output": [MAIL], "expected": {"a": MAIL}, "error": MAIL, "tags": [MAIL],
        "metadata": {"a": MAIL}, "context": {"a": MAIL}, "comment": {"text": MAIL}, "unknown": MAIL,
        "origin": {"object_id": MAIL, "note": MAIL}, "_audit_metadata": {"a": MAIL},
        "_array_delete": [{"path": ["tags"], "delete": [MAIL]}],
        "span_attributes": {"name": MAIL, "type": "llm", "x": MAIL},
    }  # fmt: skip

    assert masked(row) == {
        "id": MAIL, "span_id": MAIL, "project_id": MAIL, "log_id": "g", "created": "2026-01-01",
        "input": "[email]", "output": ["[email]"], "expected": {"a": "[email]"}, "error": "[email]",
        "tags": ["[email]"], "metadata": {"a": "[email]"}, "context": {"a": "[email]"},
        "comment": {"text": "[email]"}, "unknown": "[email]",
        "origin": {"object_id": MAIL, "note": "[email]"}, "_audit_metadata": {"a": "[email]"},
        "_array_delete": [{"path": ["tags"], "delete": ["[email]"]}],
        "span_attributes": {"name": MAIL, "type": "llm", "x": "[email]"},
    }  # fmt: skip


def test_the_name_is_masked_when_it_is_asked_for() -> None:
    row = {"id": "a", "span_attributes": {"name": MAIL, "type": "llm"}}

    assert masked(row, rules_of(ANY, more=", span_names: true"))["span_attributes"] == {
        "name": "[email]", "type": "llm",
    }  # fmt: skip


@pytest.mark.parametrize("field", ["scores", "metrics"])
def test_numbers_that_measure_are_masked_by_rules_for_them_only(field: str) -> None:
    row = {"id": "a", field: {"a": 4111111111111111, "b": 1}}

    assert masked(row) is row
    assert masked(row, rules_of(f"{{fields: [{field}.a], action: drop}}"))[field] == {"b": 1}


@pytest.mark.parametrize("field", ["scores", "metrics"])
def test_the_names_of_numbers_are_masked_and_stay_as_many(field: str) -> None:
    row = {"id": "a", field: {MAIL: 0.5, "eve@x.example": 1, "b": 0, "c": MAIL}}

    assert masked(row) == {"id": "a", field: {"[email]": 0.5, "[email]'": 1, "b": 0, "c": "[email]"}}


def test_a_field_that_its_sender_has_named_is_masked_as_a_key_is() -> None:
    row = {"id": "a", "client_secret": {"b": 1}, MAIL: MAIL, "eve@x.example": 2, "ticket": 1}

    assert masked(row) == {
        "id": "a",
        "client_secret": "[secret]",
        "[email]": "[email]",
        "[email]'": 2,
        "ticket": 1,
    }


def test_paths_say_the_keys_that_the_row_has_then() -> None:
    row = {"id": "a", "metadata": {MAIL: {"x": 1}}, "_merge_paths": [["metadata", MAIL], ["input", 0], []]}

    assert masked(row) == {
        "id": "a", "metadata": {"[email]": {"x": 1}}, "_merge_paths": [["metadata", "[email]"], ["input", 0], []],
    }  # fmt: skip
    assert masked({"_merge_paths": MAIL}) == {"_merge_paths": "[email]"}


def test_paths_without_anything_to_mask_are_the_same_row() -> None:
    row: dict[str, Any] = {"id": "a", "_merge_paths": [["metadata", "x"]], "scores": {"a": 1}}

    assert masked(row) is row


def test_a_row_that_was_masked_carries_the_proof() -> None:
    rules = rules_of(ANY)
    own = {"function": "0123456789abcdef", "values": 2}
    row = cast("Row", {"id": "a", "input": MAIL, "metadata": {MASKED: own}})

    assert RowMasker(rules).row(row).get("metadata") == {
        MASKED: {**own, "rules": rules.fingerprint, "masked": 1}
    }


def test_an_attribute_that_became_metadata_is_found_under_its_own_name() -> None:
    row = {"id": "a", "metadata": {"user.email": "x", "user": {"email": "y"}, "z": 1}}

    assert masked(row, rules_of("{fields: [user.email]}"))["metadata"] == {
        "user.email": "[masked]", "user": {"email": "[masked]"}, "z": 1,
    }  # fmt: skip


def test_fields_of_objects_are_masked_without_proof() -> None:
    fields = {"description": MAIL, "metadata": {"a": MAIL}, "base_exp_id": MAIL, "public": None}

    assert RowMasker(rules_of(ANY)).fields(fields) == {
        "description": "[email]", "metadata": {"a": "[email]"}, "base_exp_id": MAIL, "public": None,
    }  # fmt: skip


def test_a_rule_for_metadata_holds_for_that_of_feedback() -> None:
    row: dict[str, Any] = {"id": "a", "_audit_metadata": {"user": {"id": "u"}, "plan": "p", "x": "x"}}

    assert masked(row, rules_of("{fields: [user.id, metadata.plan]}")) == {
        "id": "a", "_audit_metadata": {"user": {"id": "[masked]"}, "plan": "[masked]", "x": "x"},
    }  # fmt: skip
