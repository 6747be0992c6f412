"""What the headers of a call say."""

from typing import Any

import pytest

from otel_bridge.contract.parent import ParentError
from otel_bridge.contract.slug import ObjectType, SpanComponents
from otel_bridge_collector.providers.client import Operation
from otel_bridge_collector.proxy.call import MAX_TTL_S, Call, CallError, read_call

SPAN, TRACE = "b7ad6b7169203331", "0af7651916cd43dd8448eb211c80319c"


def call(headers: dict[str, str], operation: Operation = "chat/completions", **asked: Any) -> Call:
    return read_call(operation, asked, b"{}", headers)


@pytest.mark.parametrize(
    ("mode", "operation", "asked", "takes"),
    [
        ("auto", "chat/completions", {}, False),
        ("auto", "chat/completions", {"temperature": 1}, False),
        ("auto", "chat/completions", {"temperature": 0}, True),
        ("auto", "chat/completions", {"temperature": 0.0}, True),
        ("auto", "responses", {"seed": 0}, True),
        ("auto", "embeddings", {}, True),
        ("auto", "moderations", {}, True),
        ("always", "chat/completions", {}, True),
        ("never", "embeddings", {}, False),
        ("", "chat/completions", {"temperature": 0}, True),
    ],
)
def test_the_mode_says_which_calls_the_cache_takes(
    mode: str, operation: Operation, asked: dict[str, Any], *, takes: bool
) -> None:
    caching = call({"x-bt-use-cache": mode}).caching

    assert (caching.reads(operation, asked), caching.writes(operation, asked)) == (takes, takes)


@pytest.mark.parametrize(
    ("cache_control", "reads", "writes", "max_age_s"),
    [
        ("no-cache", False, True, 0),
        ("max-age=0", False, True, 0),
        ("no-store", True, False, MAX_TTL_S),
        ("max-age=60", True, True, 60),
        ("Max-Age=60, No-Store", True, False, 60),
        ("max-age=x, public", True, True, MAX_TTL_S),
        ("max-age=99999999999", True, True, MAX_TTL_S),
    ],
)
def test_cache_control_says_what_is_read_and_kept(
    cache_control: str, max_age_s: int, *, reads: bool, writes: bool
) -> None:
    caching = call({"cache-control": cache_control, "x-bt-use-cache": "always"}).caching

    assert (caching.reads("responses", {}), caching.writes("responses", {})) == (reads, writes)
    assert caching.max_age_s == max_age_s


def test_a_number_of_very_many_digits_is_the_most_that_there_may_be() -> None:
    caching = call({"x-bt-cache-ttl": "9" * 5_000, "cache-control": f"max-age={'9' * 5_000}"}).caching

    assert (caching.ttl_s, caching.max_age_s) == (MAX_TTL_S, MAX_TTL_S)


@pytest.mark.parametrize(
    ("ttl", "expected"), [("", MAX_TTL_S), ("0", 1), ("60", 60), ("99999999", MAX_TTL_S)]
)
def test_an_answer_is_kept_for_a_week_at_most(ttl: str, expected: int) -> None:
    assert call({"x-bt-cache-ttl": ttl}).caching.ttl_s == expected


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x-bt-use-cache": "yes"}, "expected auto, always or never"),
        ({"x-bt-cache-ttl": "-1"}, "expected whole seconds"),
        ({"x-bt-cache-ttl": "1h"}, "expected whole seconds"),
    ],
)
def test_a_header_that_cannot_be_used_is_named(headers: dict[str, str], message: str) -> None:
    with pytest.raises(CallError, match=message):
        call(headers)


def test_a_parent_that_names_no_object_is_refused() -> None:
    with pytest.raises(ParentError):
        call({"x-bt-parent": "shop"})


def test_without_a_parent_nothing_is_logged() -> None:
    assert call({"traceparent": f"00-{TRACE}-{SPAN}-01"}).logged is None


def test_the_span_of_a_traceparent_is_the_parent_unless_a_slug_names_one() -> None:
    slug = SpanComponents(
        object_type=ObjectType.PROJECT_LOGS, object_id="p", row_id="r", span_id="0" * 15 + "1", root_span_id="0" * 31 + "2"
    ).encode()  # fmt: skip
    traceparent = f"00-{TRACE}-{SPAN}-01"

    named = call({"x-bt-parent": "project_name:Köln".encode().decode("latin-1"), "traceparent": traceparent})
    under = call({"x-bt-parent": slug, "traceparent": traceparent})

    assert named.logged is not None
    assert (named.logged.parent.value, named.logged.trace_id, named.logged.span_id) == ("Köln", TRACE, SPAN)
    assert under.logged is not None
    assert under.logged.span_id == ""


@pytest.mark.parametrize(
    ("header", "token"), [("Bearer k", "k"), ("bearer k\n", "k"), ("Basic k", ""), ("", "")]
)
def test_the_key_of_the_caller_is_read_as_the_door_reads_it(header: str, token: str) -> None:
    assert call({"authorization": header}).token == token
