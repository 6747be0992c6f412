"""What spans of others inherit."""

import json

import otel_bridge
from otel_bridge.contract import names
from tests.support.app import App

EVENT = {"span_attributes": {"purpose": "scorer"}, "metadata": {"k": 1}}


def test_a_span_of_an_instrumentation_inherits_what_ours_hand_on(app: App) -> None:
    with (
        otel_bridge.start_span("outer", propagated_event=EVENT),
        app.tracer.start_as_current_span("theirs"),
        app.tracer.start_as_current_span("below"),
    ):
        pass

    for name in ("theirs", "below"):
        attributes = app.attributes(name)
        assert json.loads(attributes[names.SPAN_ATTRIBUTES]) == {"purpose": "scorer"}
        assert json.loads(attributes[names.METADATA]) == {"k": 1}


def test_outside_and_in_other_traces_nothing_is_inherited(app: App) -> None:
    with otel_bridge.start_span("outer"), app.tracer.start_as_current_span("inside"):
        pass
    with app.tracer.start_as_current_span("alone"):
        pass

    assert names.SPAN_ATTRIBUTES not in app.attributes("inside")
    assert names.SPAN_ATTRIBUTES not in app.attributes("alone")
