"""Findings without values."""

from otel_bridge_collector.audit.findings import MASKED_KEY, Finding, Findings
from otel_bridge_collector.masking.path import root
from tests.support.masking import rules_of


def test_findings_are_counted_by_place_field_and_rule() -> None:
    findings = Findings(rules_of("{patterns: [emails]}"))

    for index in range(2):
        findings.at("spool")("masking[0]", root("output").below(index).below("content"))

    assert findings.listed() == [
        Finding(place="spool", field="output[*].content", rule="masking[0]", count=2)
    ]


def test_a_key_in_which_something_was_found_is_not_shown() -> None:
    findings = Findings(rules_of("{patterns: [emails]}"))

    findings.at("spool")("masking[0]", root("input").below("bob@x.example").below("a"))

    assert [each.field for each in findings.listed()] == [f"input.{MASKED_KEY}.a"]


def test_a_long_path_is_cut() -> None:
    findings = Findings(rules_of("{patterns: [emails]}"))

    findings.at("spool")("masking[0]", root("a" * 1_000))

    assert len(findings.listed()[0].field) == 200
