"""What became of everything that was handed over in this process, in sum.

Source: the losses that users ask to see, spec/features.md R5.
"""

from dataclasses import dataclass
from typing import Final

from otel_bridge import state
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.delivery import Counts, MaskingCounts
from otel_bridge.processor.facts import FactSender
from otel_bridge.processor.log_records import BridgeLogRecordProcessor


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts since the process began, or was forked.

    Attributes:
        spans: of all span processors.
        facts: of feedback and updates.
        log_records: of all log record processors.
        masking: of all of these together: how many left, and how many of them masked.
    """

    spans: Counts
    facts: Counts
    log_records: Counts
    masking: MaskingCounts


def spans_waiting() -> int:
    """Return how many spans wait to be sent, as `stats().spans.waiting` but at a glance, for those who ask all the time."""
    return sum(one.waiting for one in list(state.process.pipelines) if isinstance(one, BridgeSpanProcessor))


def bytes_waiting() -> int:
    """Return how much memory the spans take that wait, as estimated and at a glance."""
    return sum(
        one.waiting_bytes for one in list(state.process.pipelines) if isinstance(one, BridgeSpanProcessor)
    )


_KINDS: Final = (BridgeSpanProcessor, FactSender, BridgeLogRecordProcessor)


def stats() -> Stats:
    """Return how many spans, facts and log records were accepted, delivered and lost so far, and how many left masked."""
    counted = [one for one in list(state.process.pipelines) if isinstance(one, _KINDS)]
    spans, facts, log_records = (
        sum((one.counts for one in counted if type(one) is kind), Counts()) for kind in _KINDS
    )
    masking = sum((one.masking_counts for one in counted), MaskingCounts())
    closed = [keyed.closed for keyed in list(state.process.keyed)]
    return Stats(
        spans=sum((one.spans for one in closed), spans),
        facts=sum((one.facts for one in closed), facts),
        log_records=log_records,
        masking=sum((one.masking for one in closed), masking),
    )
