"""Where and when a span ran."""

from otel_bridge_collector.translate import place_of
from tests.support.otlp import make_span


def test_a_span_names_the_parent_of_its_row_itself() -> None:
    assert place_of(make_span({"braintrust.parent": "project_name:shop"})).parent == "project_name:shop"


def test_a_span_that_names_none_has_none() -> None:
    assert place_of(make_span({})).parent is None
