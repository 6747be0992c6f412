"""What the environment asks of `opentelemetry-instrument`."""

import pytest

from otel_bridge.launch import Launch, exporters, set_content_defaults, set_launch_defaults


@pytest.mark.parametrize(
    ("variables", "enabled"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:1"}, False, id="plain OpenTelemetry"),
        pytest.param({"OTEL_BRIDGE_ENABLED": "true"}, True, id="switched on"),
        pytest.param({"OTEL_BRIDGE_ENDPOINT": "http://h:1"}, True, id="endpoint"),
        pytest.param({"BRAINTRUST_API_KEY": "k"}, True, id="key"),
        pytest.param({"OTEL_TRACES_EXPORTER": "console, otel_bridge"}, True, id="exporter"),
        pytest.param({"OTEL_BRIDGE_ENABLED": "0", "OTEL_BRIDGE_ENDPOINT": "http://h:1"}, False, id="off"),
        pytest.param({"OTEL_BRIDGE_ENABLED": "1", "OTEL_SDK_DISABLED": "true"}, False, id="SDK disabled"),
    ],
)
def test_the_bridge_is_on_where_it_is_asked_for(variables: dict[str, str], enabled: object) -> None:
    assert Launch.of(variables).enabled is enabled


@pytest.mark.parametrize(
    ("variables", "repeats"),
    [
        pytest.param({"OTEL_TRACES_EXPORTER": "otlp"}, True, id="both ports of the sidecar"),
        pytest.param({"OTEL_TRACES_EXPORTER": "none"}, False, id="none"),
        pytest.param({"OTEL_TRACES_EXPORTER": "console"}, False, id="console"),
        pytest.param(
            {"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:1"},
            True,
            id="theirs is ours",
        ),
        pytest.param(
            {
                "OTEL_TRACES_EXPORTER": "otlp_proto_http",
                "OTEL_EXPORTER_OTLP_ENDPOINT": "http://elsewhere:4318",
                "OTEL_BRIDGE_ENDPOINT": "http://h:4318",
            },
            False,
            id="another place",
        ),
        pytest.param({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_CONFIG_FILE": "f.yaml"}, False, id="file rules"),
    ],
)
def test_an_exporter_that_sends_to_the_same_receiver_is_noticed(
    variables: dict[str, str], repeats: object
) -> None:
    assert Launch.of({"OTEL_BRIDGE_ENABLED": "true", **variables}).repeats is repeats


@pytest.mark.parametrize(
    ("variables", "captured"),
    [
        pytest.param({}, True, id="only ours"),
        pytest.param({"OTEL_TRACES_EXPORTER": "otel_bridge"}, True, id="only ours by name"),
        pytest.param({"OTEL_TRACES_EXPORTER": "console"}, None, id="another exporter does not mask"),
        pytest.param({"OTEL_CONFIG_FILE": "f.yaml"}, None, id="a file may name others"),
        pytest.param({"OTEL_BRIDGE_CAPTURE_CONTENT": "no"}, False, id="switched off"),
        pytest.param(
            {"OTEL_BRIDGE_CAPTURE_CONTENT": "yes", "OTEL_TRACES_EXPORTER": "console"}, True, id="asked for"
        ),
    ],
)
def test_content_is_captured_where_all_of_it_is_masked(variables: dict[str, str], captured: object) -> None:
    assert Launch.of({"OTEL_BRIDGE_ENABLED": "true", **variables}).captures_content is captured


def test_none_is_no_exporter() -> None:
    assert exporters({"OTEL_TRACES_EXPORTER": "none, otlp,"}) == {"otlp"}


def test_the_defaults_of_a_distro_have_nothing_left_to_send() -> None:
    variables = {"OTEL_BRIDGE_ENABLED": "true"}

    set_launch_defaults(variables)

    assert {variables[f"OTEL_{signal}_EXPORTER"] for signal in ("TRACES", "METRICS", "LOGS")} == {"none"}


def test_what_the_user_said_stays() -> None:
    variables = {"OTEL_BRIDGE_ENABLED": "true", "OTEL_METRICS_EXPORTER": "console"}

    set_launch_defaults(variables)

    assert variables["OTEL_METRICS_EXPORTER"] == "console"


def test_signals_that_have_a_place_of_their_own_go_on() -> None:
    variables = {
        "OTEL_BRIDGE_ENDPOINT": "http://127.0.0.1:4318",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4317",
    }

    set_launch_defaults(variables)

    assert not any(name.endswith("_EXPORTER") for name in variables)


def test_a_setting_that_cannot_be_used_leaves_no_other_way_out() -> None:
    variables = {
        "OTEL_BRIDGE_ENABLED": "true",
        "OTEL_BRIDGE_MASK": "secret",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317",
    }

    set_launch_defaults(variables)

    assert variables["OTEL_TRACES_EXPORTER"] == "none"


@pytest.mark.parametrize("off", [{}, {"OTEL_BRIDGE_ENABLED": "true", "OTEL_CONFIG_FILE": "f.yaml"}])
def test_nothing_is_said_where_the_bridge_has_no_say(off: dict[str, str]) -> None:
    variables = dict(off)

    set_launch_defaults(variables)

    assert variables == off


@pytest.mark.parametrize(("captured", "said"), [(True, "span_only"), (False, "no_content")])
def test_instrumentations_are_told_about_content_unless_the_user_did(captured: object, said: str) -> None:
    variables = {"TRACELOOP_TRACE_CONTENT": "mine"}

    set_content_defaults(variables, captured=bool(captured))

    assert variables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] == said
    assert variables["TRACELOOP_TRACE_CONTENT"] == "mine"
