"""Model providers in a configuration."""

import pytest

from otel_bridge_collector.config.load import Sources, load_config
from otel_bridge_collector.config.render import render
from otel_bridge_collector.errors import SettingsError


def test_a_key_comes_out_of_a_variable_and_is_never_shown() -> None:
    text = "yaml:providers: {openai: {base_url: 'https://a/v1', api_key: '${env:KEY}', headers: {x-a: '${env:KEY}'}}}"
    config = load_config(Sources(files=[text], environment={"KEY": "sk-1"})).config

    assert config.providers["openai"].api_key.get_secret_value() == "sk-1"
    assert "sk-1" not in f"{render(config, {})}{config!r}"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param("base_url: ftp://a", "providers.p.base_url: 'ftp://a' has not the form", id="address"),
        pytest.param("api_key: a", "providers.p.base_url: is missing", id="no address"),
        pytest.param("base_url: http://a, api_key: '${env:KEY}'", "the variable KEY is not set", id="variable"),
        pytest.param("base_url: http://a, models: []", "providers.p.models: ", id="no models"),
        pytest.param(
            "base_url: http://a, model: [a]", "there is no such setting; did you mean 'models'", id="misspelt"
        ),
        pytest.param("base_url: http://a, timeout: 0", "providers.p.timeout: ", id="no time"),
        pytest.param(
            "base_url: http://a, headers: {'a b': c}", "expected the name of a header", id="header"
        ),
        pytest.param(
            "base_url: http://a, fallbacks: [p]", "providers.p.fallbacks.0: there is no other provider 'p'",
            id="its own fallback",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named_at_its_place(settings: str, message: str) -> None:
    with pytest.raises(SettingsError, match=f"^yaml:1:[0-9]+: .*{message}"):
        load_config(Sources(files=[f"yaml:providers: {{p: {{{settings}}}}}"]))


def test_a_name_can_be_said_in_a_header() -> None:
    with pytest.raises(SettingsError, match="expected a name of letters"):
        load_config(Sources(files=["yaml:providers: {'a b': {base_url: http://a}}"]))


@pytest.mark.parametrize("secret", ["sk-1\\n", " sk-1", "sk-ü"])
@pytest.mark.parametrize("setting", ["api_key: {}", "headers: {{a: {}}}"])
def test_a_secret_that_fits_no_header_is_refused_without_showing_it(secret: str, setting: str) -> None:
    said = setting.format(f'"{secret}"')
    with pytest.raises(SettingsError, match="expected printable ASCII") as raised:
        load_config(Sources(files=[f"yaml:providers: {{p: {{base_url: http://a, {said}}}}}"]))

    assert "sk-" not in str(raised.value)
