"""Find which of some writes a store can never keep. It writes nothing itself."""

from collections.abc import Callable, Sequence

from otel_bridge_collector.model import RowWrite

FaultOf = Callable[[Sequence[RowWrite]], str | None]
"""Tries writes together, at least one, and leaves nothing behind; returns what is wrong, or None."""


def faults_in(writes: Sequence[RowWrite], fault_of: FaultOf) -> dict[int, str]:
    """Return index -> what is wrong, of the writes that fail alone; empty when only several together fail.

    Halves the writes, so that few bad ones among many cost few tries.
    """
    if not writes or (fault := fault_of(writes)) is None:
        return {}
    if len(writes) == 1:
        return {0: fault}
    middle = len(writes) // 2
    later = faults_in(writes[middle:], fault_of)
    return faults_in(writes[:middle], fault_of) | {middle + index: each for index, each in later.items()}
