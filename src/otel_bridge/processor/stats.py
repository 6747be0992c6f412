"""What became of everything that was handed over in this process, in sum.

Source: the losses that users ask to see, spec/features.md R5.
"""

from dataclasses import dataclass

from otel_bridge import state
from otel_bridge.processor.bridge import BridgeSpanProcessor
from otel_bridge.processor.delivery import Counts
from otel_bridge.processor.facts import FactSender


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Counts since the process began, or was forked.

    Attributes:
        spans: of all span processors.
        facts: of feedback and updates.
    """

    spans: Counts
    facts: Counts


def stats() -> Stats:
    """Return how many spans, and how much feedback and how many updates, were accepted, delivered and lost so far."""
    pipelines = list(state.process.pipelines)
    spans = [one.counts for one in pipelines if isinstance(one, BridgeSpanProcessor)]
    facts = [one.counts for one in pipelines if isinstance(one, FactSender)]
    return Stats(spans=sum(spans, Counts()), facts=sum(facts, Counts()))
