"""Made-up secrets."""

import pytest

from otel_bridge_collector.canary.secret import ANYWHERE, secrets_for
from otel_bridge_collector.config.model import Config
from otel_bridge_collector.masking.rows import RowMasker
from tests.support.masking import config_of, rules_of
from tests.support.rows import row

PATTERNS = ("secrets", "emails", "card_numbers", "phone_numbers")


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_known_form_is_masked_by_its_rule(pattern: str) -> None:
    rule = f"{{patterns: [{pattern}]}}"
    for _ in range(200):
        (secret,) = secrets_for(config_of(rule))

        masked = RowMasker(rules_of(rule)).row(row("a", metadata={"x": secret.text}))

        assert (secret.field, secret.mark in str(masked)) == (ANYWHERE, False)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        pytest.param("{fields: [input, metadata.plan, user.id]}", ["input", "metadata.plan", "metadata.user.id"], id="fields"),
        pytest.param("{fields: [output, user.id], patterns: [emails]}", ["output"], id="a form in fields"),
        pytest.param("{fields: ['**.x', 'a.*', 'output[0].x', resource.host.name, error, input.x]}", [], id="no plain path"),
        pytest.param("{regexes: [x]}", [], id="an expression"),
        pytest.param("{regexes: [x], fields: [input]}", [], id="an expression in a field"),
    ],
)  # fmt: skip
def test_secrets_stand_where_a_rule_must_find_them(rule: str, fields: list[str]) -> None:
    assert [each.field for each in secrets_for(config_of(rule))] == fields


def test_every_secret_is_new() -> None:
    config = config_of("{patterns: [secrets, emails, card_numbers, phone_numbers], fields: [input]}")

    assert not {each.mark for each in secrets_for(config)} & {each.mark for each in secrets_for(config)}


def test_without_rules_at_the_door_there_are_none() -> None:
    assert secrets_for(Config()) == []
