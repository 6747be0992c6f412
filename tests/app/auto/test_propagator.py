"""W3C headers and `x-bt-parent`, to a context and back."""

import pytest
from opentelemetry import baggage, trace
from opentelemetry.context import Context, set_value

from otel_bridge.auto.propagator import BridgePropagator
from otel_bridge.state import PARENT_KEY
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.program import run_program

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
PARENT = "project_name:p"


def test_the_place_of_a_span_survives_the_headers() -> None:
    context = BridgePropagator().extract({"traceparent": TRACEPARENT, "baggage": "a=b"}, Context())

    written: dict[str, str] = {}
    BridgePropagator().inject(written, set_value(PARENT_KEY, PARENT, context))

    assert written["traceparent"] == TRACEPARENT
    assert sorted(written["baggage"].split(",")) == ["a=b", "braintrust.parent=project_name%3Ap"]


def test_the_header_of_braintrust_names_the_object() -> None:
    context = BridgePropagator().extract({"x-bt-parent": PARENT}, Context())

    assert baggage.get_baggage("braintrust.parent", context) == PARENT


def test_baggage_names_the_object_before_the_header() -> None:
    headers = {"x-bt-parent": PARENT, "baggage": "braintrust.parent=project_name%3Aq"}

    context = BridgePropagator().extract(headers, Context())

    assert baggage.get_baggage("braintrust.parent", context) == "project_name:q"


def test_callers_that_are_not_trusted_choose_no_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BRIDGE_ACCEPT_PARENT_BAGGAGE", "false")

    context = BridgePropagator().extract({"x-bt-parent": PARENT}, Context())

    assert baggage.get_all(context) == {}


def test_wrong_headers_count_as_absent() -> None:
    context = BridgePropagator().extract({"x-bt-parent": "nonsense", "traceparent": "x"}, Context())

    assert baggage.get_all(context) == {}
    assert not trace.get_current_span(context).get_span_context().is_valid


def test_it_names_the_headers_that_it_writes() -> None:
    assert BridgePropagator().fields == {"traceparent", "tracestate", "baggage"}


def test_a_setting_that_cannot_be_used_is_logged_and_the_app_starts(receiver: OtlpReceiver) -> None:
    said = run_program(
        """
        from opentelemetry import propagate
        assert propagate.extract({"x-bt-parent": "project_name:p"}) == {}
        """,
        receiver,
        OTEL_PROPAGATORS="otel_bridge",
        OTEL_BRIDGE_MASK="secret",
    )

    assert said.startswith("x-bt-parent is not read: OTEL_BRIDGE_MASK names secret")
    assert "Traceback" not in said
