"""One spool record to rows, with what its spans and earlier ones tell together. It does not route, send or write."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from otel_bridge_collector import translate
from otel_bridge_collector.decode import native
from otel_bridge_collector.deliver.request_rows import (
    RequestRows,
    RequestTranslator,
    SpanRows,
    fault_of,
    request_rows,
)
from otel_bridge_collector.errors import MalformedBodyError
from otel_bridge_collector.model import RowWrite
from otel_bridge_collector.spool.record import Record


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

    def __init__(self, translate_request: RequestTranslator = request_rows) -> None:
        """Make one that remembers nothing.

        Args:
            translate_request: what makes rows of requests.
        """
        self._translate_request = translate_request
        self._calls = translate.NestedCalls()

    def translate(self, record: Record) -> Translated:
        """Return the rows of a record; a span that no translator survives costs itself only.

        Raises:
            MalformedBodyError: the payload is no request of its signal.
        """
        signal = record.routing.signal
        if signal == "rows":
            return _native_writes(record)
        found = self._translate_request(signal, record.payload)
        return self._with_facts(found, requested=record.routing.parent)

    def remember(self, records: Iterable[Record]) -> None:
        """Take up the spans of records that the destination has already, as if they had just been translated."""
        for record in records:
            # One that cannot be read was buried when it was delivered.
            with suppress(MalformedBodyError):
                self.translate(record)

    def _with_facts(self, found: RequestRows, *, requested: str | None) -> Translated:
        writes: list[RowWrite] = []
        faults = list(found.faults)
        for span in found.spans:
            try:
                facts = self._facts(span, requested=requested)
            except Exception as error:  # noqa: BLE001 - a bug that one span meets must not cost the others
                faults.append(fault_of(error))
                continue
            writes += span.writes
            writes += facts
        return Translated(
            writes=writes,
            fault=f"{len(faults)} not translated, first {faults[0]}" if faults else "",
            lost=len(faults),
        )

    def _facts(self, span: SpanRows, *, requested: str | None) -> Sequence[RowWrite]:
        return self._calls.observe(span.summary, requested=requested) if span.summary else ()


def _native_writes(record: Record) -> Translated:
    routing = record.routing
    writes = [
        translate.native_write(row, fact=f"{routing.xact}:{index}", received_ns=routing.received_ns)
        for index, row in enumerate(native.unpack_rows(record.payload))
    ]
    return Translated(writes=writes, fault="")
