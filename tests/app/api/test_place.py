"""Where `parent=` puts a span."""

import logging
import uuid

import pytest
from opentelemetry import baggage, trace
from opentelemetry import context as otel_context
from werkzeug.datastructures import Headers

import otel_bridge
from otel_bridge import state
from otel_bridge.api.place import Place, object_components, place_of, span_context_of
from otel_bridge.contract.parent import parse_parent
from otel_bridge.contract.slug import ObjectType, SlugError, SpanComponents

SPAN_ID, TRACE_ID = "b7ad6b7169203331", "0af7651916cd43dd8448eb211c80319c"


def slug(**ids: str) -> str:
    return SpanComponents(object_type=ObjectType.EXPERIMENT, object_id="e1", **ids).encode()  # type: ignore[arg-type]  # ids are texts


def place(argument: str | dict[str, str]) -> Place:
    found = place_of(argument)
    assert found is not None
    return found


def above(found: Place) -> str:
    """Trace and span id of the parent span, or nothing."""
    context = trace.get_current_span(found.context).get_span_context()
    return (
        f"{trace.format_trace_id(context.trace_id)}/{trace.format_span_id(context.span_id)}"
        if context.is_valid
        else ""
    )


def test_the_slug_of_a_span_is_a_place_under_it() -> None:
    found = place(slug(row_id="r", span_id=SPAN_ID, root_span_id=TRACE_ID))

    assert (above(found), found.parent, found.under_span) == (
        f"{TRACE_ID}/{SPAN_ID}",
        "experiment_id:e1",
        True,
    )


def test_the_slug_of_an_object_is_a_place_for_a_root() -> None:
    found = place(slug())

    assert (above(found), found.parent, found.under_span) == ("", "experiment_id:e1", False)


def test_ids_of_old_slugs_become_ids_of_opentelemetry_and_are_kept() -> None:
    span_id, root_span_id = str(uuid.uuid4()), str(uuid.uuid4())
    found = place(slug(row_id="r", span_id=span_id, root_span_id=root_span_id))

    assert above(found) == f"{root_span_id.replace('-', '')}/{span_id.replace('-', '')[-16:]}"
    assert (found.root_span_id, found.parent_span_id) == (root_span_id, span_id)


@pytest.mark.parametrize("span_id", ["abc", "ü", "0" * 16])
def test_any_other_id_gives_an_id_that_is_valid_and_the_same_everywhere(span_id: str) -> None:
    first = span_context_of("r", span_id, "root")

    assert first is not None
    assert first.is_valid
    assert first == span_context_of("r", span_id, "root")


def test_a_span_in_the_place_of_its_slug_is_an_error() -> None:
    with pytest.raises(SlugError, match="not properly encoded"):
        place_of(otel_bridge.NOOP_SPAN)  # type: ignore[arg-type]  # the mistake is the point


def test_headers_that_are_no_mapping_are_read() -> None:
    headers = Headers(
        [("traceparent", f"00-{TRACE_ID}-{SPAN_ID}-01"), ("baggage", "braintrust.parent=project_name:p")]
    )

    assert above(place(headers)) == f"{TRACE_ID}/{SPAN_ID}"  # type: ignore[arg-type]  # no mapping to type checkers


def test_text_that_is_no_slug_is_an_error() -> None:
    with pytest.raises(SlugError, match="not properly encoded"):
        place_of("garbage")


@pytest.mark.parametrize("argument", [None, "", {}])
def test_nothing_is_no_place(argument: str | dict[str, str] | None) -> None:
    assert place_of(argument) is None


def test_headers_are_a_place_under_the_span_of_the_caller() -> None:
    headers = {"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01", "baggage": "braintrust.parent=project_id%3Ax"}

    found = place(headers)

    assert (above(found), found.parent, found.under_span) == (f"{TRACE_ID}/{SPAN_ID}", "project_id:x", True)


def test_headers_that_name_no_object_are_no_place_without_a_logger(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = place_of({"traceparent": f"00-{TRACE_ID}-{SPAN_ID}-01"})

    assert found is None
    assert "braintrust.parent" in caplog.text


def test_headers_that_are_junk_are_no_place() -> None:
    assert place_of({"traceparent": "junk"}) is None


def test_the_context_of_the_app_stays() -> None:
    otel_context.attach(baggage.set_baggage("tenant", "t"))

    found = place(slug())

    assert baggage.get_baggage("tenant", found.context) == "t"
    assert otel_context.get_value(state.PARENT_KEY, found.context) == "experiment_id:e1"


@pytest.mark.parametrize("parent", ["project_id:i", "project_name:n", "experiment_id:e", "playground_id:p"])
def test_a_slug_names_the_object_of_the_parent_string(parent: str) -> None:
    assert str(parse_parent(object_components(parent).encode())) == parent


@pytest.mark.parametrize("parent", [None, "junk"])
def test_without_a_parent_string_a_slug_names_the_default_project(parent: str | None) -> None:
    assert str(parse_parent(object_components(parent).encode())) == "project_name:default-otel-project"
