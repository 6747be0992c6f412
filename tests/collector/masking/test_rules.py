"""Rules that are applied together."""

from otel_bridge_collector.masking.action import replace_by
from otel_bridge_collector.masking.finder import KNOWN
from otel_bridge_collector.masking.path import read_paths, root
from otel_bridge_collector.masking.rules import Rule, RuleSet, Texts, fingerprint

EMAILS = Rule(name="emails", finders=[KNOWN["emails"]])
CARDS_IN_INPUT = Rule(name="cards", paths=read_paths(["input"]), finders=[KNOWN["card_numbers"]])
WHOLE = Rule(name="whole", paths=read_paths(["metadata.user"]), act=replace_by("x"))


def test_the_first_rule_for_a_whole_field_is_found() -> None:
    rules = RuleSet([EMAILS, WHOLE])

    assert rules.whole_at(root("metadata.user")) is WHOLE
    assert rules.whole_at(root("metadata.users")) is None
    assert rules.whole_below(root("metadata")) is WHOLE


def test_texts_of_a_field_are_searched_for_what_is_looked_for_there_and_everywhere() -> None:
    rules = RuleSet([EMAILS, CARDS_IN_INPUT])

    assert rules.texts_at(root("input")).may_be_in("4111111111111111")
    assert rules.texts_at(root("input")).may_be_in("a@b")
    assert not rules.texts_at(root("output")).may_be_in("4111111111111111")
    assert rules.texts_at(root("output")) is rules.everywhere


def test_what_holds_at_a_place_is_found_again_when_much_was_forgotten() -> None:
    rules = RuleSet([WHOLE])
    for number in range(5_000):
        assert rules.whole_at(root(f"metadata.{number}")) is None

    assert rules.whole_at(root("metadata.user")) is WHOLE


def test_short_texts_without_anything_are_remembered_within_bounds() -> None:
    texts = Texts([EMAILS])
    for number in range(10_000):
        assert not texts.may_be_in(f"text {number}")

    assert len(texts._clean) <= 4096 + 1
    assert texts.may_be_in("a@b")


def test_no_rule_finds_anything() -> None:
    nothing = Texts([])

    assert not nothing.may_be_in("a@b.example")
    assert not nothing.may_be_in_json('"a@b.example"')


def test_other_rules_have_another_fingerprint() -> None:
    assert fingerprint(["a", "b"]) != fingerprint(["ab"])
    assert len(fingerprint(["a"])) == 16
