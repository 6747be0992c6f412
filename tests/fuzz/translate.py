"""`decode` and `translate`: no span or log record may make translation raise, change its argument or give a row that cannot be written."""

from contextlib import suppress
from copy import deepcopy
from random import Random

import orjson

from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.decode.structure import check_logs, check_traces
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import Span
from otel_bridge_collector.translate import CONVENTIONS, NestedCalls, record_writes, span_writes, summary_of
from tests.fuzz.mutation import is_of_logs, mutated
from tests.fuzz.recorded import recorded_requests
from tests.fuzz.target import Input


class TranslateTarget:
    """Recorded requests with a few things changed."""

    name = "translate"

    def __init__(self) -> None:
        self._recorded = recorded_requests()

    def make(self, chance: Random) -> Input:
        """See `Target`."""
        recorded = chance.choice(self._recorded)
        body = mutated(recorded, chance.choice(self._recorded), chance)
        return Input("logs" if is_of_logs(recorded) else "traces", body)

    def check(self, given: Input) -> None:
        """See `Target`."""
        with suppress(MalformedBodyError):
            if given.kind == "logs":
                _try_logs(given.body)
            else:
                _try_traces(given.body)

    def close(self) -> None:
        """See `Target`."""


def _try_logs(body: bytes) -> None:
    for record in protobuf.log_records(check_logs(protobuf.parse_logs(body)).request):
        for write in record_writes(record):
            orjson.dumps(write.row)


def _try_traces(body: bytes) -> None:
    calls = NestedCalls()
    for span in protobuf.spans(check_traces(protobuf.parse_traces(body)).request):
        _translate(span, calls)


def _translate(span: Span, calls: NestedCalls) -> None:
    before = deepcopy(span)
    writes = span_writes(span)
    writes += calls.observe(summary_of(span, writes[0].row)) if writes else []
    for write in writes:
        orjson.dumps(write.row)
    for convention in CONVENTIONS:
        convention.translate(span)
    if span != before:
        raise AssertionError("a span was changed")
