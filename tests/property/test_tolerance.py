"""Whatever attributes say, in whatever words, every convention reads what it can and the row can be written."""

import json
from copy import deepcopy
from typing import Final

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otel_bridge.contract.row import Json
from otel_bridge_collector.model import Scope, Span, SpanEvent
from otel_bridge_collector.translate import CONVENTIONS, NestedCalls, record_writes, span_writes, summary_of
from otel_bridge_collector.translate.span import Convention
from tests.support.otlp import make_record, make_span
from tests.support.vocabulary import vocabulary

WORDS: Final = vocabulary()
NAMES: Final = [word for word in WORDS if "." in word and not word.endswith(".")]
PREFIXES: Final = [word for word in WORDS if "." in word and word.endswith(".")]

PATHS = st.lists(st.one_of(st.sampled_from(["0", "1", "10"]), st.sampled_from(WORDS)), min_size=1, max_size=4)
KEYS = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(WORDS),
    st.builds(lambda prefix, path: prefix + ".".join(path), st.sampled_from(PREFIXES), PATHS),
    st.builds(lambda name, path: ".".join([name, *path]), st.sampled_from(NAMES), PATHS),
    st.text(max_size=6),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(max_size=6),
    st.sampled_from(["NaN", "-1", "9" * 400, "data:image/png;base64,", "{}", "[]", "null", "__REDACTED__"]),
)
VALUES: Final[st.SearchStrategy[Json]] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(WORDS), st.text(max_size=3)), inner, max_size=4),
        inner.map(json.dumps),
    ),
    max_leaves=15,
)
CUT_TEXTS = st.builds(lambda value, cut: json.dumps(value)[:cut], VALUES, st.integers(1, 60))
ATTRIBUTES = st.dictionaries(KEYS, st.one_of(VALUES, VALUES.map(json.dumps), CUT_TEXTS), max_size=8)
EVENTS = st.builds(
    SpanEvent,
    name=st.one_of(st.sampled_from(WORDS), st.text(max_size=5)),
    time_ns=st.integers(0, 2**64 - 1),
    attributes=ATTRIBUTES,
)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    span = make_span(
        draw(ATTRIBUTES),
        name=draw(st.one_of(st.sampled_from(WORDS), st.text(max_size=5))),
        events=draw(st.lists(EVENTS, max_size=2)),
        status_code=draw(st.integers(0, 3)),
        parent=draw(st.sampled_from([None, "cc" * 8])),
    )
    scope = Scope(name=draw(st.sampled_from(["", *WORDS])), version=draw(st.sampled_from(["", "0.1", "x"])))
    return span._replace(scope=scope)


def deep(depth: int) -> str:
    return "[" * depth + '"x"' + "]" * depth


@given(spans())
@example(make_span({"gen_ai.input.messages": json.dumps([{"role": "user", "content": deep(125)}])}))
def test_any_span_becomes_rows_and_stays_as_it_was(span: Span) -> None:
    before = deepcopy(span)

    writes = span_writes(span)
    writes += NestedCalls().observe(summary_of(span, writes[0].row)) if writes else []

    assert all(orjson.loads(orjson.dumps(write.row)) for write in writes)
    assert span == before


@pytest.mark.parametrize(
    "convention", [pytest.param(each, id=each.NAME.rpartition(".")[2]) for each in CONVENTIONS]
)
@given(span=spans())
def test_a_convention_reads_a_span_that_it_does_not_claim(convention: Convention, span: Span) -> None:
    convention.claims(span)

    assert convention.translate(span) == convention.translate(span)


@given(st.sampled_from(WORDS), ATTRIBUTES, VALUES, st.sampled_from(["aa" * 8, None]))
def test_any_log_record_becomes_rows(
    name: str, attributes: dict[str, Json], body: Json, span_id: str | None
) -> None:
    record = make_record(name, attributes, body=body, span_id=span_id)

    assert [orjson.loads(orjson.dumps(write.row)) for write in record_writes(record)]
