"""Settings: from arguments and the environment."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from otel_bridge_collector.config.load import Sources
from otel_bridge_collector.errors import SettingsError
from otel_bridge_collector.settings import config_sources, load_settings


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

    with pytest.raises(SettingsError, match=r"these settings: --otlp-http: expected HOST:PORT"):
        load_settings(otlp_http="nowhere")


CONFIG = Sources(files=["yaml:extensions: {api: {endpoint: '127.0.0.1:1'}}\nservice: {drain_timeout: 3s}"])


def test_the_configuration_counts_more_than_a_default_and_less_than_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_DRAIN_S", "2.5")

    settings = load_settings(CONFIG)

    assert (str(settings.api), settings.drain_s) == ("127.0.0.1:1", 2.5)
    assert str(load_settings(CONFIG, api="127.0.0.1:2").api) == "127.0.0.1:2"


def test_a_setting_that_is_wrong_in_the_configuration_is_told_with_its_place() -> None:
    with pytest.raises(SettingsError, match=r"yaml:1:\d+: receivers.otlp.default_parent"):
        load_settings(Sources(files=["yaml:receivers: {otlp: {default_parent: nonsense}}"]))


def test_the_environment_names_configurations_where_no_argument_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_CONFIG", "a.yaml\nb.yaml")
    monkeypatch.setenv("OTEL_BRIDGE_SET", "c=1\n")

    assert config_sources().files == ["a.yaml", "b.yaml"]
    assert config_sources(["d.yaml"], ["e=2"]).files == ["d.yaml"]
    assert config_sources(["d.yaml"], ["e=2"]).assignments == ["c=1", "e=2"]


def test_what_bounds_a_part_of_the_memory_follows_from_the_whole_unless_it_is_set() -> None:
    plain = load_settings()
    small = load_settings(memory_limit_mb=512, max_body_bytes=1000)

    assert (plain.memory_limit_mb, plain.max_body_bytes) == (2048, 64 << 20)
    assert small.max_inflight_bytes < plain.max_inflight_bytes
    assert small.store_memory_mb < plain.store_memory_mb
    assert small.max_body_bytes == 1000


@pytest.mark.parametrize(
    "given", [pytest.param(384, id="at the limit"), pytest.param(383, id="just under it")]
)
def test_less_memory_than_the_sidecar_needs_is_refused(given: int) -> None:
    with nullcontext() if given == 384 else pytest.raises(SettingsError, match="memory-limit-mb"):
        load_settings(memory_limit_mb=given)


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", "")

    assert load_settings().api.port == 8585


def test_a_setting_that_is_wrong_is_told_without_those_that_would_follow_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_API", "nowhere")

    with pytest.raises(SettingsError) as raised:
        load_settings()

    assert "MAX_BODY_BYTES" not in str(raised.value)
