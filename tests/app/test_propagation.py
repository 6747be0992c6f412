"""W3C headers, as the real SDK writes and reads them."""

from typing import Any

import pytest
from braintrust.logger import _inject_into_carrier, extract_trace_context
from opentelemetry.trace import INVALID_SPAN_CONTEXT, SpanContext, TraceFlags, TraceState

from otel_bridge import propagation

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"
SPAN = SpanContext(
    trace_id=int(TRACE_ID, 16), span_id=int(SPAN_ID, 16), is_remote=False, trace_flags=TraceFlags(1)
)
PARENT = "project_name:my app"


@pytest.mark.parametrize(
    "carrier",
    [
        pytest.param({}, id="empty"),
        pytest.param({"Baggage": "k=v"}, id="baggage of others"),
        pytest.param({"baggage": "k=v%20w;p=1, x=y,braintrust.parent=old"}, id="baggage with an old parent"),
        pytest.param({"Traceparent": "old", "authorization": "a"}, id="headers of others"),
    ],
)
def test_headers_are_those_of_braintrust(carrier: dict[str, Any]) -> None:
    ours, theirs = dict(carrier), dict(carrier)

    propagation.inject(ours, SPAN, PARENT)
    _inject_into_carrier(theirs, TRACE_ID, SPAN_ID, PARENT)

    assert ours == theirs


def test_a_span_that_is_none_writes_nothing() -> None:
    carrier: dict[str, Any] = {"a": "b"}

    propagation.inject(carrier, INVALID_SPAN_CONTEXT, PARENT)

    assert carrier == {"a": "b"}


def test_the_flags_and_the_state_of_the_trace_go_on() -> None:
    carrier: dict[str, Any] = {}
    dropped = SpanContext(SPAN.trace_id, SPAN.span_id, is_remote=True, trace_state=TraceState([("a", "b")]))

    propagation.inject(carrier, dropped, None)

    assert carrier == {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-00", "tracestate": "a=b"}


def test_our_member_stays_when_the_baggage_is_full() -> None:
    carrier = {"baggage": ",".join(f"k{i}={'v' * 100}" for i in range(100))}

    propagation.inject(carrier, SPAN, PARENT)

    assert len(carrier["baggage"].split(",")) <= propagation.MAX_BAGGAGE_MEMBERS
    assert len(carrier["baggage"]) <= propagation.MAX_BAGGAGE_BYTES
    assert propagation.parent_of(carrier) == PARENT


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="none"),
        pytest.param({"traceparent": "junk"}, id="junk"),
        pytest.param({"TraceParent": f"00-{TRACE_ID}-{SPAN_ID}-01"}, id="mixed case"),
        pytest.param(
            {
                "traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01",
                "Baggage": "a=b",
                "TRACESTATE": "x=y",
                "host": "h",
            },
            id="all three",
        ),
    ],
)
def test_the_same_headers_are_found_as_by_braintrust(headers: dict[str, str]) -> None:
    assert propagation.headers_of(headers) == extract_trace_context(headers)


def test_a_parent_is_read_from_the_baggage() -> None:
    assert (
        propagation.parent_of({"baggage": "a=b, braintrust.parent=project_id%3Ax;prop=1"}) == "project_id:x"
    )
    assert propagation.parent_of({"baggage": "braintrust.parent=,a"}) is None
    assert propagation.parent_of({}) is None
