"""What every span's row has."""

import pytest

from otel_bridge_collector.model import Resource, Scope, SpanLink
from otel_bridge_collector.translate.merge import Merged, merge
from otel_bridge_collector.translate.partial import Entry, Partial
from otel_bridge_collector.translate.row import build_row, created, seconds
from tests.support.otlp import SPAN_ID, START_NS, TRACE_ID, make_span

NOTHING = Merged(contents={}, objects={}, fallback_type=None, leftovers={})


def test_a_plain_root_has_its_identity_its_times_and_the_type_task() -> None:
    row = build_row(make_span(name="root"), NOTHING)

    assert row == {
        "id": SPAN_ID,
        "span_id": SPAN_ID,
        "root_span_id": TRACE_ID,
        "span_parents": None,
        "created": "2026-03-06T03:03:50.701Z",
        "metrics": {"start": 1772766230.701499, "end": 1772766230.702499},
        "span_attributes": {"name": "root", "type": "task"},
        "context": {"otel": {"kind": "INTERNAL"}, "span_origin": {"name": "opentelemetry"}},
    }


def test_a_child_names_its_parent() -> None:
    assert build_row(make_span(parent="aa" * 8), NOTHING).get("span_parents") == ["aa" * 8]


def test_a_span_that_has_not_ended_has_no_end() -> None:
    metrics = build_row(make_span()._replace(end_ns=0), NOTHING).get("metrics")

    assert metrics == {"start": START_NS / 10**9}


def test_context_tells_what_otlp_says_beside() -> None:
    link = SpanLink(trace_id=TRACE_ID, span_id="cc" * 8, trace_state="", attributes={"why": "retry"})
    resource = Resource(attributes={"service.name": "shop", "telemetry.sdk.version": "1.45.0"})
    span = make_span()._replace(
        links=(link,),
        kind=3,
        trace_state="a=b",
        dropped_attributes=2,
        dropped_events=3,
        resource=resource,
        scope=Scope(name="lib", version="2"),
    )

    assert build_row(span, NOTHING).get("context") == {
        "otel": {
            "kind": "CLIENT",
            "scope": {"name": "lib", "version": "2"},
            "resource": resource.attributes,
            "links": [{"trace_id": TRACE_ID, "span_id": "cc" * 8, "attributes": {"why": "retry"}}],
            "trace_state": "a=b",
            "dropped_attributes": 2,
            "dropped_events": 3,
        },
        "span_origin": {
            "name": "opentelemetry",
            "version": "1.45.0",
            "instrumentation": {"name": "lib"},
        },
    }


@pytest.mark.parametrize(
    ("kind", "told"), [pytest.param(0, None, id="unspecified"), pytest.param(9, 9, id="unknown")]
)
def test_a_kind_without_a_name_is_a_number_or_nothing(kind: int, told: int | None) -> None:
    context = build_row(make_span()._replace(kind=kind), NOTHING).get("context")

    assert context is not None
    assert context["otel"] == ({} if told is None else {"kind": told})


def test_an_origin_that_was_given_is_not_mixed_with_ours() -> None:
    given = Entry("context", "span_origin", {"name": "mine"}, ())
    context = build_row(make_span(), merge([Partial(readings=(given,))], {})).get("context")

    assert context is not None
    assert context["span_origin"] == {"name": "mine"}


def test_spans_of_one_resource_scope_and_kind_share_their_context_and_no_other_has_it() -> None:
    span = make_span()._replace(resource=Resource(attributes={"a": 1}), scope=Scope(name="lib"))
    others = [
        span._replace(kind=3),
        span._replace(resource=Resource(attributes={"a": True})),
        span._replace(scope=Scope(name="lib", version="2")),
        span._replace(trace_state="a=b"),
    ]

    context = build_row(span, NOTHING).get("context")

    assert build_row(span._replace(name="next"), NOTHING).get("context") is context
    assert [repr(build_row(other, NOTHING).get("context")) == repr(context) for other in others] == [
        False
    ] * 4


def test_contexts_of_very_many_resources_are_each_their_own() -> None:
    spans = [make_span()._replace(resource=Resource(attributes={"number": number})) for number in range(600)]

    rows = [build_row(span, NOTHING) for span in (*spans, *spans)]

    told = [(row.get("context") or {})["otel"] for row in rows]
    assert told == [{"kind": "INTERNAL", "resource": span.resource.attributes} for span in (*spans, *spans)]


def test_a_key_of_metadata_wins_over_a_leftover_of_that_name() -> None:
    given = Entry("metadata", "k", "given", ())
    row = build_row(make_span(), merge([Partial(readings=(given,))], {"k": "left", "x": 1}))

    assert row.get("metadata") == {"k": "given", "x": 1}


def test_tags_are_a_list() -> None:
    tags = tuple(Entry("tags", tag, None, ()) for tag in ("b", "a", "b"))

    assert build_row(make_span(), merge([Partial(readings=tags)], {})).get("tags") == ["b", "a"]


def test_times_are_cut_to_milliseconds_and_exact_in_seconds() -> None:
    assert created(1_772_766_230_999_999_999) == "2026-03-06T03:03:50.999Z"
    assert seconds(1_772_766_230_701_512_800) == 1772766230.7015128
    assert created(0) == "1970-01-01T00:00:00.000Z"
    assert created(2**64 - 1).startswith("2554-")
