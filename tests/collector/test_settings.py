"""Settings: from arguments and the environment."""

from pathlib import Path

import pytest

from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.settings import Address, load_settings, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param("127.0.0.1:4318", Address(host="127.0.0.1", port=4318), id="IPv4"),
        pytest.param("[::1]:0", Address(host="::1", port=0), id="IPv6"),
        pytest.param("localhost:65535", Address(host="localhost", port=65535), id="name"),
    ],
)
def test_an_address_is_read_and_written_alike(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["4318", ":4318", "localhost:", "localhost:http", "localhost:70000", "a:-1"])
def test_what_is_no_address_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="expected HOST:PORT"):
        parse_address(text)


def test_everything_is_bound_to_this_machine_unless_told_otherwise() -> None:
    settings = load_settings()

    assert [str(address) for address in (settings.otlp_grpc, settings.otlp_http, settings.api)] == [
        "127.0.0.1:4317",
        "127.0.0.1:4318",
        "127.0.0.1:8585",
    ]


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_OTLP_HTTP", "0.0.0.0:1234")
    monkeypatch.setenv("OTEL_BRIDGE_DRAIN_S", "2.5")

    settings = load_settings()

    assert (str(settings.otlp_http), settings.drain_s) == ("0.0.0.0:1234", 2.5)


def test_an_argument_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_DATA_DIR", "/from/environment")

    assert load_settings(data_dir=Path("/from/argument")).data_dir == Path("/from/argument")
    assert load_settings(data_dir=None).data_dir == Path("/from/environment")


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        pytest.param("OTLP_HTTP", "nowhere", "OTEL_BRIDGE_OTLP_HTTP: .*expected HOST:PORT", id="address"),
        pytest.param("MAX_BODY_BYTES", "0", "OTEL_BRIDGE_MAX_BODY_BYTES: .*greater than 0", id="number"),
        pytest.param(
            "DEFAULT_PARENT", "nonsense", "OTEL_BRIDGE_DEFAULT_PARENT: .*neither one of", id="parent"
        ),
        pytest.param("LOG_LEVEL", "loud", "OTEL_BRIDGE_LOG_LEVEL: ", id="choice"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    monkeypatch.setenv(f"OTEL_BRIDGE_{name}", value)

    with pytest.raises(SettingsError, match=fault):
        load_settings()


def test_an_argument_that_cannot_be_used_is_named_by_its_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_OTLP_HTTP", "127.0.0.1:4318")

    with pytest.raises(SettingsError, match=r"these settings: --otlp-http: .*expected HOST:PORT"):
        load_settings(otlp_http="nowhere")
