"""What is proposed for each class of answer."""

import pytest

from otel_bridge.exporter.remedy import remedy


@pytest.mark.parametrize(
    ("status", "reason", "says"),
    [
        pytest.param(None, "connection refused", "is the sidecar running?", id="nobody answers"),
        pytest.param(None, "SSLError(CERTIFICATE_VERIFY_FAILED)", "OTEL_BRIDGE_CA_FILE", id="a certificate"),
        pytest.param(None, "SSLError(WRONG_VERSION_NUMBER)", "does that port speak TLS", id="TLS"),
        pytest.param(None, "BadStatusLine(...)", "its port of OTLP over HTTP, 4318", id="the port of gRPC"),
        pytest.param(401, "", "set OTEL_BRIDGE_API_KEY", id="no key"),
        pytest.param(403, "", "the scope ingest", id="a key for something else"),
        pytest.param(404, "", "OTEL_BRIDGE_ENDPOINT", id="another port"),
        pytest.param(413, "", "OTEL_BRIDGE_MAX_BODY_BYTES", id="too large"),
        pytest.param(429, "", "extensions.quotas", id="too much"),
        pytest.param(503, "", "otel-bridge-collector doctor", id="something else"),
        pytest.param(299, "", "otel-bridge-collector doctor", id="no status that is known"),
    ],
)
def test_each_class_has_its_remedy(status: int | None, reason: str, says: str) -> None:
    assert says in remedy(status, reason)


def test_what_the_receiver_says_of_keys_is_not_said_twice() -> None:
    said = "a key is needed here: make a key with: otel-bridge-collector keys create"

    assert remedy(401, said) == "set OTEL_BRIDGE_API_KEY of the app to one"
    assert "keys create" in remedy(401, "no")
