"""Number the requests of one pipeline, and say with each what became of all its spans until then.

The receiver compares that with what arrived (`contract.receipt`). It sends nothing; `exporter.refusal` does.
"""

import os
import secrets
import threading
from typing import Final, Protocol

from otel_bridge.contract.receipt import Receipt, encode_receipt
from otel_bridge.processor.delivery import Counts, MaskingCounts

_ID_BYTES: Final = 16


class Counted(Protocol):
    """What receipts tell of: the account of a pipeline's spans."""

    @property
    def counts(self) -> Counts:
        """What became of them so far."""
        ...

    @property
    def masking_counts(self) -> MaskingCounts:
        """How many of them were masked."""
        ...


class Receipts:
    """The receipts of one pipeline in one process: a forked child has an id and numbers of its own.

    Args:
        account: of the pipeline's spans.
    """

    def __init__(self, account: Counted) -> None:
        self._account = account
        self._begin()

    def next(self, spans: int) -> str:
        """Return the receipt of the next request, which holds so many spans."""
        if self._pid != os.getpid():
            self._begin()
        with self._lock:
            self._batch += 1
            counts = self._account.counts
            self._told = _lasting(counts)
            return encode_receipt(self._receipt(spans, counts))

    def end(self) -> bool:
        """Let the receipts from now on say that the process ends; tell whether there was any before."""
        if self._pid != os.getpid():
            self._begin()
        self._is_last = True
        return self._batch > 0

    @property
    def has_news(self) -> bool:
        """Whether a span ended or was lost since the last receipt; what is merely delivered is no news to its receiver."""
        return self._pid == os.getpid() and self._batch > 0 and self._told != _lasting(self._account.counts)

    def _receipt(self, spans: int, counts: Counts) -> Receipt:
        return Receipt(
            process=self._process,
            pid=self._pid,
            batch=self._batch,
            spans=spans,
            ended=counts.accepted + counts.queue_full + counts.filtered + counts.unsampled,
            unsampled=counts.unsampled,
            filtered=counts.filtered,
            queue_full=counts.queue_full,
            failed=counts.failed - counts.rejected,  # the receiver counts by itself what it rejects
            refused=counts.refused - counts.rejected,
            waiting=counts.waiting,
            masking_failed=self._account.masking_counts.failed,
            is_last=self._is_last,
        )

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._process = secrets.token_hex(_ID_BYTES)
        self._batch = 0
        self._is_last = False
        self._told = _lasting(Counts())


def _lasting(counts: Counts) -> tuple[int, ...]:
    return (
        counts.accepted,
        counts.queue_full,
        counts.failed - counts.rejected,
        counts.filtered,
        counts.unsampled,
    )
