"""Origins in a configuration."""

import pytest

from otel_bridge_collector.config.cors import check_origin
from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.settings import load_settings


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.com/", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_what_browsers_write(text: str, origin: str) -> None:
    assert check_origin(text) == origin


@pytest.mark.parametrize("text", ["*", "https://*.example.com"])
def test_a_pattern_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="name each origin in full"):
        check_origin(text)


@pytest.mark.parametrize("text", ["app.example.com", "https://app.example.com/page", "null", "ftp://a"])
def test_what_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected an origin"):
        check_origin(text)


def test_a_fault_is_told_with_its_place() -> None:
    with pytest.raises(SettingsError, match=r"extensions\.api\.cors\.allowed_origins\.0: name each origin"):
        load_settings(Sources(assignments=['extensions.api.cors.allowed_origins=["*"]']))


def test_a_variable_takes_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API_ORIGINS", "https://a.example, https://b.example")

    assert load_settings().api_origins == ("https://a.example", "https://b.example")
