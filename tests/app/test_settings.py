"""What the environment says, and which of two variables wins."""

from dataclasses import FrozenInstanceError

import pytest

from otel_bridge.errors import SettingsError
from otel_bridge.settings import Endpoints, Settings, api_endpoints, origin

LOCAL = "http://127.0.0.1:4318"


def test_nothing_set_means_the_sidecar_on_this_machine() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings().endpoints == Endpoints(
        traces=f"{LOCAL}/v1/traces", logs=f"{LOCAL}/v1/logs", takes_key=True
    )


@pytest.mark.parametrize(
    ("environment", "traces", "logs", "takes_key"),
    [
        pytest.param(
            {"OTEL_BRIDGE_ENDPOINT": "http://side:1/", "BRAINTRUST_API_URL": "http://api"},
            "http://side:1/v1/traces",
            "http://side:1/v1/logs",
            True,
            id="our own wins",
        ),
        pytest.param(
            {"BRAINTRUST_API_URL": "https://api.test", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel"},
            "https://api.test/otel/v1/traces",
            "https://api.test/otel/v1/logs",
            True,
            id="braintrust",
        ),
        pytest.param(
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel:4318"},
            "http://otel:4318/v1/traces",
            "http://otel:4318/v1/logs",
            False,
            id="opentelemetry",
        ),
        pytest.param(
            {
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://otel",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://traces/here",
            },
            "http://traces/here",
            "http://otel/v1/logs",
            False,
            id="opentelemetry, one signal",
        ),
    ],
)
def test_the_destination_is_the_first_that_is_named(
    environment: dict[str, str], traces: str, logs: str, *, takes_key: bool
) -> None:
    endpoints = Settings.from_environment(environment).endpoints

    assert endpoints == Endpoints(traces=traces, logs=logs, takes_key=takes_key)


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        pytest.param("BRAINTRUST_API_KEY", " k ", "api_key", "k", id="key"),
        pytest.param("BRAINTRUST_PARENT", "project_name:p", "parent", "project_name:p", id="parent"),
        pytest.param("OTEL_BRIDGE_CONTENT_MODE", "both", "content_mode", "both", id="content mode"),
        pytest.param(
            "OTEL_BRIDGE_MASK", " Secrets ,emails,,secrets", "mask", ("secrets", "emails"), id="rules"
        ),
        pytest.param("OTEL_BRIDGE_TRACER_PROVIDER", "Global", "provider_mode", "global", id="provider mode"),
        pytest.param("BRAINTRUST_QUEUE_SIZE", "7", "queue_size", 7, id="queue size"),
        pytest.param("BRAINTRUST_QUEUE_SIZE", "1.5", "queue_size", 100_000, id="a number that is none"),
        pytest.param("OTEL_BRIDGE_BATCH_BYTES", "1000", "batch_bytes", 1_000, id="batch bytes"),
        pytest.param("OTEL_BSP_SCHEDULE_DELAY", "50", "schedule_delay_ms", 50, id="delay"),
        pytest.param("OTEL_BRIDGE_SHUTDOWN_TIMEOUT_MS", "0", "shutdown_timeout_ms", 0, id="zero"),
        pytest.param("BRAINTRUST_MAX_GENERATOR_ITEMS", "-1", "max_generator_items", -1, id="no limit"),
        pytest.param("OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE", "Off", "accept_parent_baggage", False, id="off"),
        pytest.param("OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE", "1", "accept_parent_baggage", True, id="on"),
        pytest.param(
            "OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE", "what", "accept_parent_baggage", True, id="neither"
        ),
        pytest.param("OTEL_BRIDGE_FLUSH_ON_ROOT_END", "true", "flush_on_root_end", True, id="flush"),
        pytest.param("K_SERVICE", "s", "flush_on_root_end", True, id="a place that freezes"),
        pytest.param("OTEL_BRIDGE_RECEIPTS", "false", "receipts", False, id="receipts"),
        pytest.param("OTEL_BRIDGE_FLUSH_ON_SIGTERM", "false", "flush_on_sigterm", False, id="signal"),
        pytest.param(
            "OTEL_PYTHON_SDK_INTERNAL_METRICS_ENABLED", "true", "internal_metrics", True, id="metrics"
        ),
        pytest.param(
            "BRAINTRUST_ENVIRONMENT_NAME", "staging", "environment_name", "staging", id="environment"
        ),
    ],
)
def test_a_variable_is_read(name: str, value: str, field: str, expected: object) -> None:
    assert getattr(Settings.from_environment({name: value}), field) == expected


def test_a_key_does_not_stand_in_what_settings_look_like() -> None:
    settings = Settings.from_environment({"BRAINTRUST_API_KEY": "sk-4711"})

    assert settings.api_key == "sk-4711"
    assert "4711" not in repr(settings)


def test_our_variable_wins_over_that_of_others() -> None:
    settings = Settings.from_environment(
        {"OTEL_BSP_SCHEDULE_DELAY": "1", "OTEL_BRIDGE_SCHEDULE_DELAY_MS": "2"}
    )

    assert settings.schedule_delay_ms == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("OTEL_BRIDGE_ENDPOINT", "localhost:4318", id="no URL"),
        pytest.param("BRAINTRUST_PARENT", "project_name:", id="no object"),
        pytest.param("OTEL_BRIDGE_CONTENT_MODE", "all", id="no mode"),
        pytest.param("OTEL_BRIDGE_MASK", "secrets;emails", id="no rules"),
        pytest.param("OTEL_BRIDGE_MASK", ",", id="no rules at all"),
        pytest.param("OTEL_BRIDGE_TRACER_PROVIDER", "mine", id="no provider mode"),
        pytest.param("OTEL_BRIDGE_QUEUE_SIZE", "0", id="too small"),
    ],
)
def test_a_value_that_cannot_be_used_is_an_error_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: value})


def test_a_rule_set_that_there_is_none_of_is_an_error_that_names_those_that_there_are() -> None:
    with pytest.raises(
        SettingsError,
        match="OTEL_BRIDGE_MASK names secret, e-mails; it is a list with commas of secrets, emails, card_numbers, phone_numbers",
    ):
        Settings.from_environment({"OTEL_BRIDGE_MASK": "secret,phone_numbers,e-mails"})


def test_a_certificate_to_trust_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(
        SettingsError, match="OTEL_BRIDGE_CA_FILE names /none, which is no file that can be read"
    ):
        Settings.from_environment({"OTEL_BRIDGE_CA_FILE": "/none"})


def test_an_api_url_that_is_none_is_an_error() -> None:
    with pytest.raises(SettingsError, match="API URL"):
        api_endpoints("api.braintrust.dev")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        pytest.param("http://127.0.0.1:4318/v1/traces", "http://127.0.0.1:4318", id="local"),
        pytest.param("https://user:secret@api.test/secret?key=secret", "https://api.test", id="secrets"),
        pytest.param("https://[::1]:1/x", "https://[::1]:1", id="version 6"),
    ],
)
def test_of_a_destination_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    assert origin(url) == shown


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRAINTRUST_API_KEY", "from the process")

    assert Settings.from_environment().api_key == "from the process"


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().api_key = "other"  # type: ignore[misc]  # the point of the test
