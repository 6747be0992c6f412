"""One spool record to rows: decode, then translate span by span. It does not route, send or write."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from otel_bridge_collector import translate
from otel_bridge_collector.decode import native, protobuf
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite, Span
from otel_bridge_collector.spool.record import Record

_Decoded = TypeVar("_Decoded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """What a record gives.

    Attributes:
        writes: the rows, in the order of the request.
        fault: why some of its spans or log records gave none; empty when all did.
        lost: how many of them.
    """

    writes: Sequence[RowWrite]
    fault: str
    lost: int = 0


class Translator:
    """Translates the records of one destination; it remembers recent spans, to see what several tell together."""

    def __init__(self) -> None:
        self._calls = translate.NestedCalls()

    def translate(self, record: Record) -> Translated:
        """Return the rows of a record; a span that no translator survives costs itself only.

        Raises:
            MalformedBodyError: the payload is no request of its signal.
        """
        match record.routing.signal:
            case "traces":
                spans = protobuf.spans_in(record.payload)
                with_facts = partial(self._with_facts, requested=record.routing.parent)
                return _translate_each(_translated(spans), with_facts)
            case "logs":
                records = protobuf.log_records(protobuf.parse_logs(record.payload))
                return _translate_each(records, translate.record_writes)
            case "rows":
                return _native_writes(record)

    def remember(self, records: Iterable[Record]) -> None:
        """Take up the spans of records that the destination has already, as if they had just been translated."""
        for record in records:
            # One that cannot be read was buried when it was delivered.
            with suppress(MalformedBodyError):
                self.translate(record)

    def _with_facts(self, translated: "_SpanWrites", *, requested: str | None) -> Sequence[RowWrite]:
        span, writes = translated
        writes = translate.span_writes(span) if writes is None else writes
        return [*writes, *self._calls.observe(span, writes[0].row, requested=requested)] if writes else []


_SpanWrites = tuple[Span, list[RowWrite] | None]


def _translated(spans: Sequence[Span]) -> Iterator[_SpanWrites]:
    """Yield spans with what they write; with None where one of those beside has a fault, so that each is tried alone."""
    for begin in range(0, len(spans), translate.SPANS_TOGETHER):
        together = spans[begin : begin + translate.SPANS_TOGETHER]
        found: Sequence[list[RowWrite] | None] = [None] * len(together)
        with suppress(Exception):  # A bug that one span meets must not cost the others.
            found = translate.writes_of(together)
        yield from zip(together, found, strict=True)


def _native_writes(record: Record) -> Translated:
    routing = record.routing
    writes = [
        translate.native_write(row, fact=f"{routing.xact}:{index}", received_ns=routing.received_ns)
        for index, row in enumerate(native.unpack_rows(record.payload))
    ]
    return Translated(writes=writes, fault="")


def _translate_each(
    decoded: Iterable[_Decoded], to_writes: Callable[[_Decoded], Sequence[RowWrite]]
) -> Translated:
    writes: list[RowWrite] = []
    faults: list[str] = []
    for each in decoded:
        try:
            writes.extend(to_writes(each))
        except Exception as error:  # noqa: BLE001 - a bug that one span meets must not cost the others
            faults.append(f"{type(error).__name__}: {error}")
    return Translated(
        writes=writes,
        fault=f"{len(faults)} not translated, first {faults[0]}" if faults else "",
        lost=len(faults),
    )
