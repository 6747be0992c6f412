"""The variables of an app."""

import pytest

from otel_bridge_collector.doctor.environment import check_environment

BASE = "OTEL_EXPORTER_OTLP_ENDPOINT"
TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
GRPC = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}


def not_known(host: str, port: int) -> None:
    """What is answered of ports where none may be asked."""


@pytest.mark.parametrize(
    ("variables", "remedy"),
    [
        pytest.param({BASE: "http://h:4318", **GRPC}, f"{BASE}=http://h:4317", id="gRPC to 4318"),
        pytest.param(
            {BASE: "http://h:4317"},
            f"{BASE}=http://h:4318, or OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
            id="HTTP to 4317",
        ),
        pytest.param(
            {"OTEL_BRIDGE_ENDPOINT": "http://h:4317", **GRPC},
            "OTEL_BRIDGE_ENDPOINT=http://h:4318",
            id="ours to 4317",
        ),
        pytest.param({TRACES: "http://h:4318"}, f"{TRACES}=http://h:4318/v1/traces", id="no path"),
        pytest.param({BASE: "http://h:4318/v1/traces"}, f"{BASE}=http://h:4318", id="path twice"),
        pytest.param({BASE: "h"}, f"{BASE}=http://h", id="no scheme"),
        pytest.param({BASE: "http://h:x"}, f"{BASE}=http://127.0.0.1:4318", id="no URL"),
        pytest.param(
            {"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "64"}, "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT=4096", id="few"
        ),
        pytest.param(
            {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "512"},
            "unset OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            id="short",
        ),
        pytest.param({"OTEL_SDK_DISABLED": "true"}, "unset OTEL_SDK_DISABLED", id="disabled"),
        pytest.param({"OTEL_TRACES_EXPORTER": "none"}, "OTEL_TRACES_EXPORTER=otlp", id="no exporter"),
    ],
)
def test_each_fault_has_the_variable_that_mends_it(variables: dict[str, str], remedy: str) -> None:
    (finding,) = check_environment(variables, not_known)

    assert (finding.verdict, finding.remedy) == ("finding", remedy)


@pytest.mark.parametrize(
    ("url", "port_speaks_tls", "remedy"),
    [
        pytest.param(
            "https://localhost:4318", False, f"{BASE}=http://localhost:4318", id="TLS to plain text"
        ),
        pytest.param("http://127.0.0.1:4318", True, f"{BASE}=https://127.0.0.1:4318", id="plain text to TLS"),
    ],
)
def test_a_port_of_this_machine_that_speaks_otherwise_is_found(
    url: str, remedy: str, *, port_speaks_tls: bool
) -> None:
    (finding,) = check_environment({BASE: url}, lambda *_: port_speaks_tls)

    assert (finding.verdict, finding.remedy) == ("finding", remedy)


@pytest.mark.parametrize(
    ("url", "port_speaks_tls"),
    [
        pytest.param("https://localhost:4318", True, id="both TLS"),
        pytest.param("http://localhost:4318", False, id="both plain text"),
        pytest.param("https://localhost:4318", None, id="nothing answers there"),
        pytest.param("https://sidecar:4318", False, id="another machine, which is not asked"),
    ],
)
def test_a_port_that_speaks_alike_or_is_not_known_is_fine(url: str, *, port_speaks_tls: bool | None) -> None:
    (finding,) = check_environment({BASE: url}, lambda *_: port_speaks_tls)

    assert finding.verdict == "ok"


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({}, id="nothing"),
        pytest.param({BASE: "http://h:4318"}, id="HTTP"),
        pytest.param({BASE: "http://h:4317", **GRPC}, id="gRPC"),
        pytest.param({TRACES: "https://h/otel/v1/traces"}, id="a path of its own"),
        pytest.param({"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "4096"}, id="many"),
    ],
)
def test_what_fits_is_fine(variables: dict[str, str]) -> None:
    assert [finding.verdict for finding in check_environment(variables, not_known)] == ["ok"]
