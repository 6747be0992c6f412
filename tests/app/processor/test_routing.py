"""Where things go that name no parent; the whole order is tested with the processor."""

from opentelemetry import baggage
from opentelemetry.context import Context, set_value

from otel_bridge import state
from otel_bridge.processor.routing import parent_for
from otel_bridge.settings import Settings


def test_the_surroundings_come_before_what_was_given_and_that_before_the_settings() -> None:
    settings = Settings(parent="project_name:settings")
    carried = baggage.set_baggage("braintrust.parent", "project_name:baggage", Context())

    assert (
        parent_for(set_value(state.PARENT_KEY, "project_name:here", carried), "g", settings)
        == "project_name:here"
    )
    assert parent_for(carried, "project_name:given", settings) == "project_name:baggage"
    assert parent_for(Context(), "project_name:given", settings) == "project_name:given"
    assert parent_for(None, None, settings) == "project_name:settings"
    assert parent_for(Context(), None, Settings()) is None
