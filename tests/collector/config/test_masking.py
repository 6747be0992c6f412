"""Masking rules in a configuration."""

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.errors import SettingsError
from tests.support.masking import KEY, config_of


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        pytest.param("{}", r"rules.0: it masks nothing", id="nothing"),
        pytest.param("{patterns: [email]}", r"rules.0.patterns.0: .*'emails'", id="an unknown pattern"),
        pytest.param(
            "{pattern: [emails]}", r"rules.0.pattern: .*did you mean 'patterns'", id="an unknown key"
        ),
        pytest.param(
            "{regexes: ['(']}", r"yaml:1:\d+: .*regexes.0: this is no regular", id="a bad expression"
        ),
        pytest.param("{regexes: ['a*']}", "this matches the empty text", id="everywhere"),
        pytest.param("{fields: [metadata]}", r"for example metadata\.\*", id="a whole object"),
        pytest.param("{fields: [span_id]}", "never masked", id="an id"),
        pytest.param("{fields: [a], action: hide}", "rules.0.action: ", id="an unknown action"),
        pytest.param("{fields: [a], action: pseudonym}", "a pseudonym needs one key", id="no key"),
        pytest.param(
            f"{{fields: [a], action: pseudonym, key: {KEY}, key_file: /k}}", "needs one key", id="two keys"
        ),
        pytest.param(
            f"{{fields: [a], action: pseudonym, key: '{KEY[:15]}'}}",
            "less than 16 characters",
            id="a short key",
        ),
        pytest.param(
            f"{{fields: [a], key: {KEY}}}", "a key is for the action pseudonym", id="a key too many"
        ),
        pytest.param(
            "{fields: [a], action: drop, replacement: x}", "replacement is for", id="a text too many"
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_its_place(rule: str, message: str) -> None:
    with pytest.raises(
        SettingsError, match=f"processors.masking.{message}" if message.startswith("rules") else message
    ):
        config_of(rule)


def test_a_message_does_not_tell_the_key() -> None:
    with pytest.raises(SettingsError) as refused:
        config_of(f"{{fields: [a], action: hash, key: {KEY}}}")

    assert KEY not in str(refused.value)


def test_a_key_of_sixteen_characters_will_do() -> None:
    assert config_of(f"{{fields: [a], action: pseudonym, key: {KEY}}}").processors


def test_a_masking_processor_that_stands_in_no_pipeline_is_refused_even_without_pipelines() -> None:
    text = "yaml:processors: {masking: {rules: [{patterns: [emails]}]}}"

    with pytest.raises(SettingsError, match="it stands in no pipeline"):
        load_config(Sources(files=[text]))
