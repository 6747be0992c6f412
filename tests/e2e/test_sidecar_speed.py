"""The hottest paths of the sidecar do not get slower unnoticed.

Each is held against a fixed piece of work in the same process and run: the standard library reads and writes the JSON of one span.
CPU time of this thread, the least of several rounds in turns. The bounds are a good two times what was measured
(docs/performance.md), so that they speak of the code, not of the machine.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

import pytest
from benchmarks.sidecar.load import bodies

from otel_bridge.contract.row import Row
from otel_bridge_collector.compiled import library
from otel_bridge_collector.decode import otlp_json, protobuf
from otel_bridge_collector.decode.size import MAX_MESSAGES
from otel_bridge_collector.decode.structure import check_traces
from otel_bridge_collector.deliver.request_rows import request_rows
from otel_bridge_collector.intake import Bounds, Encoding, trace_intake
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.query.answer import to_answer
from otel_bridge_collector.query.function import Clock
from otel_bridge_collector.query.parser import parse
from otel_bridge_collector.query.plan import plan
from otel_bridge_collector.query.sql import to_sql
from otel_bridge_collector.query.syntax import Source
from otel_bridge_collector.spool.record import Record, pack_record
from otel_bridge_collector.store.assembly import Entry
from otel_bridge_collector.store.columns import COLUMNS, from_columns, to_columns
from otel_bridge_collector.translate import SPANS_TOGETHER, NestedCalls, span_writes, summary_of, writes_of
from tests.support.conventions import cases
from tests.support.spool import ROUTING

pytestmark = pytest.mark.one_python

ROUNDS: Final = 8
SPANS: Final = 50

BODY: Final = next(bodies(1, spans=SPANS))
REQUEST: Final = protobuf.parse_traces(BODY)
DECODED: Final = protobuf.spans(REQUEST)
WRITES: Final = [write for span in DECODED for write in span_writes(span)]
ANYWHERE: Final = Bounds(max_messages=MAX_MESSAGES, parent_fault=None, rules=None)
CONFINED: Final = Bounds(max_messages=MAX_MESSAGES, parent_fault=lambda _: "", rules=None)
COMPILED: Final = replace(ANYWHERE, compiled=library())
RECORD: Final = Record(seq=1, routing=ROUTING, payload=BODY)
DOCUMENT: Final = json.dumps(cast("dict[str, object]", WRITES[0].row))
"""What the reference reads and writes."""

QUERY: Final = (
    "dimensions: hour(created) as hour, metadata.model as model | measures: count(1) as n, sum(metrics.tokens) as tokens"
    " | from: project_logs('p') | filter: created > now() - interval 7 day and metadata.user_id = 'u1'"
)


def routed(row: Row) -> Row:
    """A row as it comes to the store."""
    ids: Row = {"project_id": "p", "log_id": "g", "_xact_id": "1000192656880881099"}
    return cast("Row", {**row, **ids, "_pagination_key": "p07226720000000000000"})


ROWS: Final = [routed(write.row) for write in WRITES]
VALUES: Final = [
    dict(zip(COLUMNS, to_columns(row, pagination_key=1, base=None), strict=True)) for row in ROWS
]


class Catalog:
    """Knows one project."""

    def find(self, source: Source) -> Sequence[str]:
        return source.references


CLOCK: Final = Clock(now=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), tz_offset_min=0)
SELECTED: Final = plan(parse("select: * | from: project_logs('p')"), Catalog())
LOWERED: Final = to_sql(SELECTED, CLOCK)
ANSWERED: Final = [(*(values.get(column.name) for column in LOWERED.columns), 1) for values in VALUES]


RECORDED: Final = {
    name: [
        protobuf.spans(otlp_json.parse_traces(case.traces())) for case in cases() if case.convention == name
    ]
    for name in ("openinference", "litellm")
}


def translate(spans: Sequence[Span] = DECODED) -> None:
    for begin in range(0, len(spans), SPANS_TOGETHER):
        writes_of(spans[begin : begin + SPANS_TOGETHER])


def translate_recorded(convention: str) -> None:
    """About as many spans of one convention as the other paths have."""
    requests = RECORDED[convention]
    for _ in range(max(1, SPANS // sum(map(len, requests)))):
        for spans in requests:
            translate(spans)


def observe() -> None:
    calls = NestedCalls()
    for span, write in zip(DECODED, WRITES, strict=True):
        calls.observe(summary_of(span, write.row))


def assemble() -> None:
    for row in ROWS:
        entry = Entry()
        entry.write(RowWrite(row=row))
        entry.visible()


def reference() -> None:
    for _ in range(SPANS):
        json.dumps(json.loads(DOCUMENT))


def ratio(path: Callable[[], object]) -> float:
    """How many times the CPU time of `reference` it takes, both at their best; measured in turns."""
    rounds = [(cpu_s(path), cpu_s(reference)) for _ in range(ROUNDS)]
    return min(own for own, _ in rounds) / min(other for _, other in rounds)


def cpu_s(call: Callable[[], object]) -> float:
    begin = time.thread_time()
    call()
    call()
    return time.thread_time() - begin


PATHS: Final = {
    "parse": (lambda: protobuf.parse_traces(BODY), 0.15),
    "check": (lambda: check_traces(REQUEST), 0.12),
    "take in": (lambda: trace_intake(BODY, Encoding.PROTOBUF, ANYWHERE), 0.3),
    "take in, for one project": (lambda: trace_intake(BODY, Encoding.PROTOBUF, CONFINED), 0.45),
    "take in, compiled": (
        lambda: trace_intake(BODY, Encoding.PROTOBUF, COMPILED),
        0.06 if COMPILED.compiled else 0.3,
    ),
    "pack": (lambda: pack_record(b"segment!", RECORD), 0.08),
    "decode": (lambda: protobuf.spans_in(BODY), 1.2),
    "translate": (translate, 4.5),
    "translate OpenInference": (lambda: translate_recorded("openinference"), 17),
    "translate LiteLLM": (lambda: translate_recorded("litellm"), 6.5),
    "decode and translate, compiled": (
        lambda: request_rows("traces", BODY),
        1.2 if COMPILED.compiled else 5.7,
    ),
    "observe": (observe, 1.2),
    "assemble": (assemble, 1.0),
    "to columns": (lambda: [to_columns(row, pagination_key=1, base=None) for row in ROWS], 1.8),
    "from columns": (lambda: [from_columns(values) for values in VALUES], 1.3),
    "plan": (lambda: to_sql(plan(parse(QUERY), Catalog()), CLOCK), 1.2),
    "answer": (lambda: to_answer(ANSWERED, LOWERED, SELECTED), 1.2),
}
"""Name -> a path, for `SPANS` spans or rows (the plan: for one query), and how many times the reference it takes at most."""


@pytest.mark.parametrize(
    ("path", "at_most"), [pytest.param(path, at_most, id=name) for name, (path, at_most) in PATHS.items()]
)
def test_a_path_takes_no_more_of_the_reference_than_it_did(
    path: Callable[[], object], at_most: float
) -> None:
    assert ratio(path) < at_most
