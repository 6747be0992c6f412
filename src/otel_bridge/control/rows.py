"""Write rows by `/logs3`: those that are no spans, as the records of datasets.

They wait in memory and are sent in the background, in order; what could not be sent waits for the next flush.

| bound | beyond it |
| --- | --- |
| `MAX_WAITING` rows | `add` sends them first, and raises if that fails |
| `BATCH_ROWS` rows, `BATCH_BYTES` of a request | more requests; a larger row travels alone |

Source: `braintrust` 0.47.0 SDK, measured (spec/wire.md sections 3, 7 and 14).
"""

import logging
import os
import threading
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from otel_bridge import state
from otel_bridge.attributes.to_json import dump
from otel_bridge.contract.row import Json
from otel_bridge.control.account import Account
from otel_bridge.control.masked_row import masked_row
from otel_bridge.errors import ControlError
from otel_bridge.processor.attachments import wait_for_uploads
from otel_bridge.processor.both_masks import mask_by_name
from otel_bridge.processor.deadline import DeadlineThread
from otel_bridge.settings import Settings

logger = logging.getLogger(__name__)

BATCH_ROWS: Final = 100
BATCH_BYTES: Final = 3 * 1024 * 1024
MAX_WAITING: Final = 10_000

_REFUSED: Final = frozenset({400, 413, 422})
"""Statuses that say that the same rows will never pass; others may."""


class RowSender:
    """The rows of one account that are not sent yet; one of the pipelines of `flush()`.

    Attributes:
        settings: how long a flush may take.
        refused: how many rows were refused when they came alone.
    """

    def __init__(self, account: Account) -> None:
        self.settings = replace(Settings.from_environment(), plane=account.plane, api_key=account.api_key)
        mask_by_name(self.settings.mask)
        self.refused = 0
        self._account = account
        self._thread = DeadlineThread()
        self._begin()
        state.process.pipelines.add(self)
        if hasattr(os, "register_at_fork"):
            begin = weakref.WeakMethod(self._begin)
            os.register_at_fork(after_in_child=lambda: (anew := begin()) and anew())

    def _begin(self) -> None:
        """Begin anew, as a forked child does: what waits belongs to the parent process."""
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._waiting: list[Mapping[str, Json]] = []

    @property
    def waiting(self) -> int:
        """How many rows wait to be sent."""
        return len(self._waiting)

    def add(self, row: Mapping[str, Json]) -> None:
        """Keep a row until it is sent, which happens soon.

        Raises:
            ControlError: too many rows wait already, and cannot be sent.
        """
        if self.waiting >= MAX_WAITING:
            self.flush()
        with self._lock:
            self._waiting.append(row)
            waiting = len(self._waiting)
        if waiting == 1:
            self._thread.start(self._send_soon)
        if waiting >= BATCH_ROWS:
            self._hurry.set()

    def flush(self) -> None:
        """Send everything and wait for it.

        Raises:
            ControlError: something was refused, or could not be sent and goes on waiting.
        """
        refused = self.refused
        in_time = self.start_flush().wait(self.settings.flush_timeout_ms / 1000)
        if not in_time or self.waiting:
            raise ControlError(
                f"{self.waiting} rows could not be written yet and wait for the next flush;"
                " is the destination there?"
            )
        if self.refused > refused:
            raise ControlError(f"{self.refused - refused} rows were refused", 400)

    def start_flush(self) -> threading.Event:
        """Start to send what waits, in the background; the event is set when that is over."""
        self._hurry.set()
        return self._thread.start(self._flush)

    def shutdown(self) -> None:
        """Send what waits, for no longer than the setting allows, and say how much was lost."""
        if state.process.may_send and self.waiting:
            self._hurry.set()
            self._thread.run(self._send, self.settings.shutdown_timeout_ms)
        self._thread.stop()
        if self.waiting:
            logger.warning("%d rows were never written", self.waiting)

    def _send_soon(self) -> None:
        self._hurry.wait(self.settings.schedule_delay_ms / 1000)
        self._hurry.clear()
        self._send()

    def _flush(self) -> None:
        self._send()
        wait_for_uploads(self.settings.flush_timeout_ms)

    def _send(self) -> None:
        while batch := self._batch():
            try:
                self._post(batch)
            except ControlError as error:
                logger.warning("%d rows wait because they could not be written: %s", self.waiting, error)
                return
            with self._lock:
                del self._waiting[: len(batch)]

    def _batch(self) -> list[Mapping[str, Json]]:
        with self._lock:
            waiting = self._waiting[:BATCH_ROWS]
        nothing: list[Mapping[str, Json]] = []
        return next(_parts(waiting), nothing)

    def _post(self, batch: list[Mapping[str, Json]]) -> None:
        """Send rows in one request; where it is refused, in halves, so that one bad row costs no other."""
        text = dump({"rows": [masked_row(row) for row in batch], "api_version": 2})
        try:
            self._account.request("POST", "/logs3", data=text.encode())
        except ControlError as error:
            if error.status not in _REFUSED:
                raise
            self._post_halves(batch, error)
            return
        if state.process.uploads is not None:
            state.process.uploads.sent([text], self.settings)

    def _post_halves(self, batch: list[Mapping[str, Json]], error: ControlError) -> None:
        if len(batch) == 1:
            self.refused += 1
            logger.warning("a row was refused and is lost: %s", error)
            return
        middle = len(batch) // 2
        self._post(batch[:middle])
        self._post(batch[middle:])


def sender_of(account: Account) -> RowSender:
    """Return what sends the rows of an account; the same one again for the same account."""
    with state.process.configuring:
        sender = state.process.row_senders.get(account)
        if not isinstance(sender, RowSender):
            sender = state.process.row_senders[account] = RowSender(account)
        return sender


def _parts(rows: list[Mapping[str, Json]]) -> Iterator[list[Mapping[str, Json]]]:
    part: list[Mapping[str, Json]] = []
    size_bytes = 0
    for row in rows:
        row_bytes = len(dump(row))
        if part and size_bytes + row_bytes > BATCH_BYTES:
            yield part
            part, size_bytes = [], 0
        part.append(row)
        size_bytes += row_bytes
    if part:
        yield part
