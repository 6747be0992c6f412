"""The word that goes with each request of spans: who sends it, its number, and what became of all spans until then.

It travels as one HTTP header (or gRPC metadata key), so that the bytes of the spans stay as they are, and every receiver that
does not know it passes over it. A request without spans carries it too: the last one of a process does.

    x-otel-bridge-receipt: process=9f2c…;pid=4711;batch=7;spans=512;ended=3584;waiting=512
"""

import re
from dataclasses import dataclass, fields
from typing import Final

RECEIPT_HEADER: Final = "x-otel-bridge-receipt"
"""Of a request: the word itself."""

UNDERSTOOD_HEADER: Final = "x-otel-bridge-receipts"
"""Of an answer: that its sender keeps account. Without it no request is made for the sake of a receipt alone."""

MAX_CHARACTERS: Final = 512
_PROCESS: Final = re.compile(r"[0-9a-f]{32}")
_NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one pipeline of a process says of itself; the counts are sums since it began.

    Attributes:
        process: 32 hex digits, another one for each pipeline of each process, also of forked ones.
        pid: the process, as its operating system calls it.
        batch: number of this request, from 1; the same when it is sent again.
        spans: how many are in this request.
        ended: sampled and unsampled spans that ended where the pipeline saw them.
        unsampled: those of them that the sampler recorded and did not sample.
        filtered: those that the filter kept back.
        queue_full: those lost because the queue was full.
        failed: those lost because they could not be sent, `refused` ones included.
        refused: those that the receiver refused when they came alone.
        waiting: those that wait or are being sent, the spans of this request included.
        masking_failed: those sent without content that the masking function failed on; not lost.
        is_last: whether the process ends with this.
    """

    process: str
    pid: int = 0
    batch: int
    spans: int = 0
    ended: int = 0
    unsampled: int = 0
    filtered: int = 0
    queue_full: int = 0
    failed: int = 0
    refused: int = 0
    waiting: int = 0
    masking_failed: int = 0
    is_last: bool = False

    @property
    def due(self) -> int:
        """How many spans should be with the receiver or on the way to it."""
        return self.ended - self.unsampled - self.filtered - self.queue_full - self.failed


def encode_receipt(receipt: Receipt) -> str:
    """Return a receipt as the value of its header; what is 0 is left out."""
    values = {each.name: getattr(receipt, each.name) for each in fields(Receipt)}
    return ";".join(
        f"{name}={int(value) if name != 'process' else value}" for name, value in values.items() if value
    )


def parse_receipt(text: str | None) -> Receipt | None:
    """Return the receipt in a header's value; None where there is none that can be read. Unknown keys are passed over."""
    if not text or len(text) > MAX_CHARACTERS:
        return None
    said = dict(_pair(part) for part in text.split(";"))
    process = said.pop("process", "")
    numbers = {
        each.name: int(said[each.name])
        for each in fields(Receipt)
        if each.name in said and _NUMBER.fullmatch(said[each.name])
    }
    if not _PROCESS.fullmatch(process) or not numbers.get("batch"):
        return None
    is_last = bool(numbers.pop("is_last", 0))
    return Receipt(process=process, is_last=is_last, **numbers)


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()
