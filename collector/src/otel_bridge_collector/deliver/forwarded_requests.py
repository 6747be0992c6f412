"""A spool record to the OTLP request that a backend gets: the bytes as they were received, unless only some of it is to go.

Rows that came as rows are no OTLP and stay here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from otel_bridge.contract.row import Row
from otel_bridge_collector import translate
from otel_bridge_collector.decode import protobuf
from otel_bridge_collector.deliver.preparation import Prepared
from otel_bridge_collector.deliver.route import Router
from otel_bridge_collector.deliver.step import Step, passing
from otel_bridge_collector.masking.otlp import mask_request
from otel_bridge_collector.masking.rules import RuleSet
from otel_bridge_collector.model import LogRecord, RowWrite, Span
from otel_bridge_collector.sinks.otlp_request import AnyRequest, OtlpRequest, count, only, parse
from otel_bridge_collector.spool.record import Record, Routing, Signal


class ForwardedRequests:
    """Prepares the records of an OTLP backend."""

    def __init__(
        self,
        router: Router,
        steps: Mapping[Signal, Sequence[Step]],
        masks: Mapping[Signal, RuleSet] | None = None,
    ) -> None:
        """Make one.

        Args:
            router: for the object ids that a filter may ask for.
            steps: what chooses spans and log records, by their signal; a signal that is not there is not wanted.
            masks: what is masked in the requests of a signal on their way.
        """
        self._router = router
        self._masks = masks or {}
        self._steps = steps

    def prepare(self, record: Record) -> Prepared[OtlpRequest]:
        """See `Preparation`."""
        signal = record.routing.signal
        if signal == "rows" or signal not in self._steps:
            return Prepared(writes=[])
        body = record.payload
        if any(step.selects for step in self._steps[signal]):
            body = self._chosen(record, signal)
        if not body:
            return Prepared(writes=[])
        if rules := self._masks.get(signal):
            body = mask_request(signal, body, rules)
        request = OtlpRequest(seq=record.seq, signal=signal, body=body)
        return Prepared(writes=[replace(request, items=count(parse(request)))])

    def remember(self, records: Iterable[Record]) -> None:
        """Nothing: each record stands for itself."""

    def _chosen(self, record: Record, signal: Literal["traces", "logs"]) -> bytes:
        """Return a request of what gets through; empty when nothing does."""
        request: AnyRequest
        if signal == "traces":
            request = protobuf.parse_traces(record.payload)
            rows = [
                self._row(record.routing, span, translate.span_writes(span))
                for span in protobuf.spans(request)
            ]
        else:
            request = protobuf.parse_logs(record.payload)
            records = protobuf.log_records(request)
            rows = [self._row(record.routing, each, translate.record_writes(each)) for each in records]
        return only(request, passing(self._steps[signal], rows))

    def _row(self, routing: Routing, source: Span | LogRecord, writes: Sequence[RowWrite]) -> Row:
        """Return the row of a span or log record; of one that makes none of its own, what it says of its span."""
        own = next((write for write in writes if write.fact is None), None) or next(iter(writes), None)
        said = (
            RowWrite(row=_named(source)) if own is None else own._replace(row={**_named(source), **own.row})
        )
        return self._router.route(routing, [said])[0].row


def _named(source: Span | LogRecord) -> Row:
    """What every span or log record says."""
    return Row(id=source.span_id or "", root_span_id=source.trace_id or "")
